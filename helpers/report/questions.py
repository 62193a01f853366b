"""The five questions of a trust report, and what does not follow from any answer."""

from collections.abc import Callable
from typing import NamedTuple

from helpers.report import findings
from helpers.report.case import Case
from helpers.report.limits import ABOUT_MAPS, ABOUT_NET, UNKNOWN


class Finding(NamedTuple):
    """One question: about the net or its heatmaps, what was measured, and what follows from it."""

    question: str
    about: str
    state: str
    measured: str
    shows: str
    not_shown: str


class Question(NamedTuple):
    """A question, how to measure it, and what does not follow from any answer."""

    text: str
    about: str
    ask: Callable[[Case], findings.Answer]
    not_shown: str


QUESTIONS = (
    Question(
        "Does the answer depend on the picture?",
        ABOUT_NET,
        findings.needs_the_picture,
        "whether the answer is right, or which part of the picture it needs",
    ),
    Question(
        "Does the answer survive harmless changes?",
        ABOUT_NET,
        findings.survives_changes,
        "whether it survives another camera; and a net is steadier on photos learned by "
        "heart, so give it new ones",
    ),
    Question(
        "Can a small patch win alone?",
        ABOUT_NET,
        findings.wins_by_a_patch,
        "marks that are in none of these photos, marks larger than the patch, and those at two "
        "places at once",
    ),
    Question(
        "Do the heatmaps agree with covering?",
        ABOUT_MAPS,
        findings.agrees_with_covering,
        "the truth, because a grey patch is a strange thing to show to a net",
    ),
    Question(
        "Do the heatmaps change when the net is destroyed?",
        ABOUT_MAPS,
        findings.changes_with_the_weights,
        "that they are right: random maps change, too",
    ),
)


def answered(question: Question, case: Case) -> Finding:
    """Ask one question; where it cannot be asked, the finding says why."""
    try:
        state, measured, shows = question.ask(case)
    except ValueError as fault:
        state, measured, shows = UNKNOWN, f"{str(fault)[:1].upper()}{str(fault)[1:]}.", ""
    return Finding(question.text, question.about, state, measured, shows, question.not_shown)
