"""Exercise 08.3: does a patch carry its photo's answer into other photos?"""

import numpy as np

from helpers._keras import keras
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_08 import data

PLACE = np.s_[1:9, 3:11]


def trial(seed: int) -> tuple[keras.Model, np.ndarray, np.ndarray]:
    """A net, images (30, 12, 12, 1), and a donor (12, 12, 1)."""
    rng = np.random.default_rng(seed)
    images = rng.random((31, 12, 12, 1), np.float32)
    return data.flat_net(seed), images[:-1], images[-1]


def _answers(net: keras.Model, images: np.ndarray) -> np.ndarray:
    return net(images).numpy().argmax(axis=1)


def _pasted(images: np.ndarray, patch: np.ndarray | float) -> np.ndarray:
    pasted = images.copy()
    pasted[:, *PLACE] = patch
    return pasted


def rates(net: keras.Model, images: np.ndarray, donor: np.ndarray) -> tuple[float, list]:
    """The right share, and shares that learners get instead."""
    (wanted,) = _answers(net, donor[None])
    before, others = _answers(net, images), images[_answers(net, images) != wanted]
    after = _answers(net, _pasted(images, donor[PLACE]))
    right = float((_answers(net, _pasted(others, donor[PLACE])) == wanted).mean())
    flipped = float((after != before).mean())
    covered = float((_answers(net, _pasted(others, donor.mean())) == wanted).mean())
    changed = _answers(net, _pasted(others, donor[PLACE])) != before[before != wanted]
    return right, [
        (
            float((after == wanted).mean()),
            "You also count photos that had the donor's answer before. They cannot be won.",
        ),
        (
            float(((after == wanted) & (before != wanted)).mean()),
            "Divide by the photos that had another answer, not by all photos.",
        ),
        (flipped, "You count every answer that changed. Count those that became the donor's."),
        (float(changed.mean()), "Any new answer counts here. Only the donor's answer is a win."),
        (covered, "This is what covering does. Paste the donor's own pixels."),
        (1 - right, "This is the share that the patch does not win."),
        (100 * right, "This is in per cent. Return a share from 0 to 1."),
    ]


@exercise(
    "08.3",
    "Which photos can be won at all? Those whose answer is not the donor's already.",
    "Copy those photos, then copied[:, *place] = donor[place] pastes the donor's pixels.",
    "Compare argmax of the net's outputs with the donor's answer, and take the mean.",
)
def _transplant(answer: object) -> None:
    for seed in TRIALS:
        net, images, donor = trial(seed)
        given = images.copy()
        share = expect.array(expect.call(answer, net, given, donor.copy(), PLACE), ())
        if (given != images).any():
            raise Mistake("Your function changes the photos that it was given: work on a copy.")
        right, mistakes = rates(net, images, donor)
        expect.close(
            share,
            right,
            mistakes=mistakes,
            otherwise="This is not the share. Do you use "
            "the net, the photos and the place that your function is given?",
        )


TRIALS = (6, 12)  # all mistakes give other numbers here
