"""Exercise 06.1: places of a layer that nobody reads."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lesson_06.data import fashion, maps_and_gradients

RELUS = [f"relu{number}" for number in range(1, 9)]


@cache
def _counts() -> dict[str, list[int]]:
    """For each relu layer: places that nobody reads, and what is counted by mistake."""
    images, labels, _ = fashion()
    found = {"unread": [], "places": [], "per map": [], "any": [], "values": [], "silent": []}
    zero, some, quiet, values = {}, {}, {}, dict.fromkeys(RELUS, 0)
    for first in range(0, 100, 20):  # a few at a time, to spare memory
        chosen = np.s_[first : first + 20]
        both = maps_and_gradients(images[chosen], labels[chosen], RELUS)
        for name, (maps, slope) in zip(RELUS, both, strict=True):
            zero[name] = (slope == 0).all(axis=0) & zero.get(name, True)
            some[name] = (slope == 0).any(axis=0) | some.get(name, False)
            quiet[name] = (maps == 0).all(axis=0) & quiet.get(name, True)
            values[name] += int((slope == 0).sum())
    for name in RELUS:
        found["unread"].append(int(zero[name].all(axis=2).sum()))
        found["places"].append(zero[name][..., 0].size)
        found["per map"].append(int(zero[name].sum()))
        found["any"].append(int(some[name].any(axis=2).sum()))
        found["values"].append(values[name])
        found["silent"].append(int(quiet[name].all(axis=2).sum()))
    return found


def _in_order(answer: Mapping) -> list:
    """Turn layer -> count into a list; a layer left out has no such place."""
    keyed = {f"relu{key}" if isinstance(key, int) else str(key): n for key, n in answer.items()}
    for key in keyed:
        expect.name(key, RELUS, RELUS)
    return [keyed.get(name, 0) for name in RELUS]


@exercise(
    "06.1",
    "maps_and_gradients(f'relu{number}', hundred, its_class) gives maps and gradients of a layer.",
    "A place counts when its gradient is zero in all images and maps: .all(axis=(0, 3)).",
    "For each number 1 to 8: int((slope == 0).all(axis=(0, 3)).sum()), slope: gradient.",
)
def _places_that_nobody_reads(answer: object) -> None:
    counted = _counts()
    right = np.array(counted["unread"])
    if isinstance(answer, str):
        raise Mistake("This is a name. Give eight numbers: the places of relu1, relu2, to relu8.")
    found = expect.array(_in_order(answer) if isinstance(answer, Mapping) else answer)
    if not found.ndim:
        raise Mistake("This is a single number. Give eight, one for each layer, relu1 first.")
    expect.array(found, right.shape)
    twice = right + (right > 0)
    classic = [
        (np.array(counted["places"]) - right, "These are the places that are read. Count others."),
        (right / counted["places"], "These are shares. Give the number of places."),
        (right[::-1], "The order is turned around: relu1 comes first."),
        (twice, "One too many: the corner belongs to the last row and to the last column."),
        (
            counted["per map"],
            "You count each place once a map. A place counts if it is zero in all maps.",
        ),
        (
            counted["any"],
            "You count places that are zero in any image or map. It takes all of them.",
        ),
        (counted["values"], "These are single values. Count places: all images, all maps."),
        (
            counted["silent"],
            "You looked at the maps. A filter may be silent where it is read: take the gradients.",
        ),
    ]
    expect.close(
        found,
        right,
        classic=classic,
        otherwise="Eight numbers, but not all are right. Is it the gradient at the layer itself, "
        "for hundred and its_class?",
    )
