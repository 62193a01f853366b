"""What each number of a trust report shows: the five tests, each with a state and two sentences.

Each returns the state, what was measured, and what that shows.
"""

import math

from helpers.report import measures
from helpers.report.case import Case
from helpers.report.limits import (
    BETTER,
    FAILED,
    KEPT,
    LIKE,
    PASSED,
    RECEIVERS,
    TIMES,
    UNDECIDED,
    WINS,
    state_of,
)

Answer = tuple[str, str, str]


def needs_the_picture(case: Case) -> Answer:
    """Does the answer depend on the picture?"""
    times = measures.times_more_probable(case).value
    state = state_of(times, TIMES)
    rounded = f"{times:,.0f}" if times >= 10 else f"{times:.1f}"
    if times > 0.9 * measures.MOST_TIMES:
        rounded = f"at least {rounded}"
    return (
        state,
        f"The answers have a probability of {case.sureness.mean():.0%} on average. A photo makes "
        f"its answer {rounded} times as probable as something else in its place: its blocks in "
        "another order, its mean colour, or another photo (the best of the three).",
        {
            PASSED: "The answers come from the pictures.",
            UNDECIDED: "The pictures matter to some degree, but the net would often say the same "
            "without them.",
            FAILED: "The picture hardly matters: the net says nearly the same without it. Nets "
            "that have not learned do this.",
        }[state],
    )


def survives_changes(case: Case) -> Answer:
    """Does the answer survive harmless changes?"""
    kept = measures.kept_under_harmless_changes(case).value
    state = state_of(kept, KEPT)
    return (
        state,
        f"{kept:.0%} of the answers stay when a photo is moved by a fortieth of its side (by one "
        "pixel at least), or gets a little paler.",
        {
            PASSED: "The answers do not depend on the exact position of the pixels.",
            UNDECIDED: "Some answers change although nothing of importance did.",
            FAILED: "The answers turn over at a touch. Nets that learned by heart do this, and "
            "nets whose labels meant nothing.",
        }[state],
    )


def wins_by_a_patch(case: Case) -> Answer:
    """Can a small patch win alone?"""
    tried = measures.patches(case)
    if not tried:
        raise ValueError("this takes three photos, two of which have another answer than the third")
    worst = max(tried, key=lambda patch: (patch.rate - patch.control, patch.receivers))
    state = state_of(worst.rate - worst.control, WINS)
    if state == FAILED and worst.receivers < RECEIVERS:
        state = UNDECIDED
    name, rows, columns = case.names[worst.photo], *worst.place
    return (
        state,
        f"The strongest patch, about 1/36 of photo {worst.photo + 1} (rows {rows.start} to "
        f"{rows.stop - 1}, columns {columns.start} to {columns.stop - 1}), turns {worst.rate:.0%} "
        f"of {worst.receivers} other photos into {name!r}; other patches of that photo turn "
        f"{worst.control:.0%}.",
        {
            PASSED: "In these photos no small patch carries an answer into other photos.",
            UNDECIDED: "A small patch carries an answer rather far. Try it with more photos.",
            FAILED: "A small patch carried its answer into most of the other photos. Look at what "
            "is in it: this is how a net behaves that obeys a mark.",
        }[state],
    )


def agrees_with_covering(case: Case) -> Answer:
    """Do the heatmaps agree with covering, better than blind maps?"""
    value, blind, spread = measures.agreement_with_covering(case)
    better, doubt = value - blind, 0 if math.isnan(spread) else spread
    state = (
        PASSED if better - doubt >= BETTER[1] else state_of(better + doubt, (BETTER[0], math.inf))
    )
    return (
        state,
        f"Where covering a place costs the score most, are the heatmaps hottest? Their rank "
        f"correlation is {value:.2f}; for blind maps it is at most {blind:.2f}.",
        {
            PASSED: "The heatmaps know something of what the score depends on.",
            UNDECIDED: "With so few photos the heatmaps may be better than blind maps, or not.",
            FAILED: "Blind maps do at least as well. Do not explain this net by these heatmaps: "
            "try another method or layer.",
        }[state],
    )


def changes_with_the_weights(case: Case) -> Answer:
    """Do the heatmaps change when all weights are drawn by lot?"""
    value = measures.likeness_to_dice(case).value
    state = state_of(value, LIKE)
    return (
        state,
        "When all weights are drawn at random, the new heatmaps have a rank correlation of "
        f"{value:.2f} with these.",
        {
            PASSED: "The heatmaps depend on what the net has learned.",
            UNDECIDED: "Part of the heatmaps is there without any learning.",
            FAILED: "Nearly the same heatmaps come from a net that knows nothing: they show the "
            "photo, not the net. Or the net has learned nothing itself.",
        }[state],
    )
