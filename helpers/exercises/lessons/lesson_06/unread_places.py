"""Exercise 06.1: places of a layer that nobody reads."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_06.data import fashion, maps_and_gradients

RELUS = [f"relu{number}" for number in range(1, 9)]
ONE = "This is a single number. Give eight, one for each layer, relu1 first."


@cache
def _counts() -> dict[str, np.ndarray]:
    """For each relu layer: places that nobody reads, and what is counted by mistake."""
    images, labels, _ = fashion()
    names = ("unread", "places", "per map", "any", "values", "silent")
    rows = []
    for name in RELUS:  # one at a time, to spare memory
        ((maps, gradients),) = maps_and_gradients(images[:100], labels[:100], [name])
        zero, silent = gradients == 0, maps == 0
        everywhere = zero.all(axis=0)
        rows.append(
            (
                everywhere.all(axis=2).sum(),
                everywhere[..., 0].size,
                everywhere.sum(),
                zero.any(axis=(0, 3)).sum(),
                zero.sum(),
                silent.all(axis=(0, 3)).sum(),
            )
        )
    return dict(zip(names, np.array(rows).T, strict=True))


def _in_order(answer: Mapping) -> list:
    """Turn layer -> count into a list; a layer left out has no such place."""
    named = {f"relu{key}" if isinstance(key, int) else str(key): n for key, n in answer.items()}
    for name in named:
        expect.one_of(name, RELUS)
    return [named.get(name, 0) for name in RELUS]


@exercise(
    "06.1",
    "maps_and_gradients(f'relu{number}', hundred, its_class) gives maps and gradients of a layer.",
    "A place counts when its gradient is zero in all images and maps: .all(axis=(0, 3)).",
    "For each number 1 to 8: int((slope == 0).all(axis=(0, 3)).sum()), slope: gradient.",
)
def _places_that_nobody_reads(answer: object) -> None:
    counts = _counts()
    right = counts["unread"]
    if isinstance(answer, str):
        raise Mistake("This is a name. Give eight numbers: the places of relu1, relu2, to relu8.")
    numbers = _in_order(answer) if isinstance(answer, Mapping) else answer
    twice = right + (right > 0)
    mistakes = [
        (counts["places"] - right, "These are the places that are read. Count others."),
        (right / counts["places"], "These are shares. Give the number of places."),
        (right[::-1], "The order is turned around: relu1 comes first."),
        (twice, "One too many: the corner belongs to the last row and to the last column."),
        (
            counts["per map"],
            "You count each place once a map. A place counts if it is zero in all maps.",
        ),
        (
            counts["any"],
            "You count places that are zero in any image or map. It takes all of them.",
        ),
        (counts["values"], "These are single values. Count places: all images, all maps."),
        (
            counts["silent"],
            "You looked at the maps. A filter may be silent where it is read: take the gradients.",
        ),
    ]
    expect.close(
        expect.array(numbers, right.shape, {(): ONE}),
        right,
        mistakes=mistakes,
        otherwise="Eight numbers, but not all are right. Is it the gradient at the layer itself, "
        "for hundred and its_class?",
    )
