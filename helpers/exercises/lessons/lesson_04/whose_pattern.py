"""Exercise 04.3: does a pattern excite its own filter more than the others?"""

from functools import cache
from typing import NamedTuple

import numpy as np

from helpers._keras import keras
from helpers.exercises import expect
from helpers.exercises.checks import exercise
from helpers.exercises.lessons.lesson_04.data import call, maps_of, small_net
from helpers.patterns import gradient_ascent


class Trial(NamedTuple):
    """What an answer is given; ``pictures[i]`` is said to be grown for ``filters[i]``."""

    net: keras.Model
    name: str
    pictures: np.ndarray
    filters: list[int]


@cache
def _trials() -> tuple[Trial, ...]:
    """Patterns as they were grown, and some that have changed places."""
    trials = []
    for seed, name, steps, filters, order in (
        (1, "early", 5, [1, 4, 0, 2, 3], [0, 1, 2, 3, 4]),
        (2, "late", 2, [5, 4, 2, 3], [0, 1, 2, 3]),
        (3, "late", 2, [1, 3, 2, 0, 5, 4], [1, 0, 2, 3, 4, 5]),
    ):
        net = small_net(seed)
        grown = gradient_ascent(net, name, filters, size=24, steps=steps)
        trials.append(Trial(net, name, grown.images[order], filters))
    return tuple(trials)


def _share(hits: np.ndarray) -> float:
    return float(np.mean(hits))


def _right_and_wrong(trial: Trial) -> tuple[float, list[tuple[object, str]]]:
    net, name, pictures, filters = trial
    maps = maps_of(net, name, pictures)[..., filters]
    means, own = maps.mean(axis=(1, 2)), np.arange(len(filters))
    relative = means / means.mean(axis=0)
    hits = relative.argmax(axis=1) == own
    strongest = maps.max(axis=(1, 2))
    by_maximum = (strongest / strongest.mean(axis=0)).argmax(axis=1)
    mistakes: list[tuple[object, str]] = [
        (100 * _share(hits), "This is a percentage; give a share, from 0 to 1."),
        (hits.sum(), "This is a count; give a share, from 0 to 1."),
        (_share(means.argmax(axis=1) == own), "Strong filters win here whatever is shown. Divide "
         "each filter's means by its mean over all the pictures."),
        (_share((means / means.mean(axis=1, keepdims=True)).argmax(axis=1) == own),
         "You divide by the mean of each picture; divide by the mean of each filter."),
        (_share(relative.argmax(axis=0) == own), "You ask each filter for its best picture. Ask "
         "each picture for its best filter."),
        (_share(by_maximum == own), "You take the largest activation; take the mean."),
        (1 - _share(hits), "This is the share of the pictures that miss their own filter."),
    ]  # fmt: skip
    return _share(hits), mistakes


@exercise(
    "04.3",
    "Make a table first, with a row for each picture and a column for each filter of the list.",
    "Divide each column by its mean. Which column is the largest in row i, and which should be?",
    "argmax along a row counts positions in the list, not numbers of filters.",
)
def _whose_pattern(answer: object) -> None:
    for trial in _trials():
        net, name, pictures, filters = trial
        share = expect.array(call(answer, net, name, pictures.copy(), list(filters)), ())
        right, mistakes = _right_and_wrong(trial)
        expect.close(
            share,
            right,
            mistakes=mistakes,
            otherwise=f"For {len(filters)} pictures of a net that you have not seen it should be "
            f"{right:.2f}, and your function says {share:.2f}.",
        )
