"""Exercise 01.3: a net that may abstain."""

from functools import cache

import numpy as np

from helpers.datasets import load_fashion_mnist
from helpers.exercises import expect
from helpers.exercises.checks import exercise
from helpers.exercises.lessons.lesson_01.data import predicted


@cache
def _unseen() -> tuple[np.ndarray, np.ndarray]:
    data = load_fashion_mnist("subset")
    return predicted(data.test_images), data.test_labels


def _limits(probabilities: np.ndarray, labels: np.ndarray, share: float) -> dict[str, float]:
    """Return the right limit, and what common mistakes give instead, where they give one."""
    hit, confidence = probabilities.argmax(axis=1) == labels, probabilities.max(axis=1)
    answered = {limit: confidence > limit / 100 for limit in range(50, 100)}
    answered = {limit: chosen for limit, chosen in answered.items() if chosen.any()}
    good = [limit for limit, chosen in answered.items() if hit[chosen].mean() >= share]
    trusting = [limit for limit, chosen in answered.items() if confidence[chosen].mean() >= share]
    return {
        "right": good[0],
        "highest": good[-1],
        "kept": hit[answered[good[0]]].mean(),
        "trusting": trusting[0] if trusting else np.nan,
    }


@exercise(
    "01.3",
    "Which images does the net answer at a limit of 70? Those with max(axis=1) > 0.7.",
    "Among those alone, the mean of argmax(axis=1) == labels is the share of right answers.",
    "Try the limits from 50 to 99 in turn and return the first whose share is reached.",
)
def _lowest_limit(answer: object) -> None:
    four = np.full((4, 10), 0.001)
    four[range(4), range(4)] = 0.555, 0.655, 0.855, 0.955
    expect.array(expect.call(answer, four.copy(), np.array([9, 1, 9, 3]), 1.0), ())
    probabilities, labels = _unseen()
    for share in (0.942, 0.955, 0.965):
        limit = expect.array(expect.call(answer, probabilities.copy(), labels, share), ())
        limits = _limits(probabilities, labels, share)
        expect.close(
            limit,
            limits["right"],
            mistakes=[
                (limits["right"] / 100, "This is a share; return the limit in whole percents."),
                (limits["trusting"], "You went by the mean confidence. The net is surer than it "
                 "is right: compare its answers with the labels."),
                (100 * share, "A confidence of that height does not mean that so many answers are "
                 "right: compare the answers with the labels."),
                (limits["highest"], "This is the highest limit; the lowest answers more images."),
                (limits["kept"], "This is the share of right answers; return the limit itself."),
            ],
            otherwise=f"For {share:.1%} right answers on 1,000 test images the course's net needs "
            f"another limit than {limit:g}. Count right answers among the answered images only.",
        )  # fmt: skip
