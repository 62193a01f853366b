"""Exercise 01.3: a net that may abstain."""

import numpy as np

from helpers.classes import softmax
from helpers.exercises import expect
from helpers.exercises.checks import exercise
from helpers.exercises.lessons.lesson_01.data import answers_and_labels

LIMITS = range(50, 100)


def _limits(probabilities: np.ndarray, labels: np.ndarray, share: float) -> dict[str, float]:
    """Return the right limit, and what common mistakes give instead, where they give one."""
    hit, confidence = probabilities.argmax(axis=1) == labels, probabilities.max(axis=1)
    answered = {limit: confidence > limit / 100 for limit in LIMITS}
    answered = {limit: chosen for limit, chosen in answered.items() if chosen.any()}
    good = [limit for limit, chosen in answered.items() if hit[chosen].mean() >= share]
    trusting = [limit for limit, chosen in answered.items() if confidence[chosen].mean() >= share]
    return {
        "right": good[0],
        "highest": good[-1],
        "kept": hit[answered[good[0]]].mean(),
        "trusting": trusting[0] if trusting else np.nan,
    }


def _other_net(seed: int, count: int, classes: int, trust: float) -> tuple[np.ndarray, np.ndarray]:
    """Make the answers of a net that is right with a probability of confidence ** trust."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(count, classes)) * rng.uniform(0.5, 6, size=(count, 1))
    shares = softmax(logits)
    right = rng.random(count) < shares.max(axis=1) ** trust
    labels = np.where(right, shares.argmax(axis=1), shares.argmin(axis=1))
    return shares, labels


def _trials() -> list[tuple[np.ndarray, np.ndarray, float]]:
    course = answers_and_labels()
    doubtful, bold = _other_net(1, 700, 4, 0.4), _other_net(2, 900, 10, 3.0)
    return [(*course, 0.942), (*course, 0.955), (*course, 0.965), (*doubtful, 0.95), (*bold, 0.8)]


@exercise(
    "01.3",
    "Begin with a single limit. Which images does a net answer at a limit of 70 %?",
    "probabilities.max(axis=1) > 0.7 marks them. Among these alone, how often is the class with "
    "the largest probability the label?",
    "Which of two limits that both keep the promise leaves fewer images without an answer? That "
    "says from which end to search. limit / 100 is more exact than adding up 0.01.",
)
def _lowest_limit(answer: object) -> None:
    for probabilities, labels, share in _trials():
        given = probabilities.copy(), labels.copy(), share
        limit = expect.array(expect.call(answer, *given), ())
        limits = _limits(probabilities, labels, share)
        expect.close(
            limit,
            limits["right"],
            mistakes=[
                (limits["right"] / 100, "This is a share; return the limit in whole per cent."),
                (limits["trusting"], "You went by the mean confidence. A net can be surer than it "
                 "is right: compare its answers with the labels."),
                (100 * share, "A confidence of that height does not mean that so many answers are "
                 "right: compare the answers with the labels."),
                (limits["highest"], "This is the highest limit; the lowest answers more images."),
                (limits["kept"], "This is the share of right answers; return the limit itself."),
            ],
            otherwise=f"For {share:.1%} right answers this net, which was asked about "
            f"{len(labels):,} images, needs another limit than {limit:g}. Count right answers "
            "among the answered images only.",
        )  # fmt: skip
