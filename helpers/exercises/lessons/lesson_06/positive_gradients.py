"""Exercise 06.2: Grad-CAM with positive gradients only."""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_06.data import SIDE, fashion, maps_and_gradients
from helpers.images import stretch

SCENES = 40
ONE = "This is a single number. Give both shares: for Trouser, then for Bag."


def draw(raw: np.ndarray) -> np.ndarray:
    """Put each place of a map of relu7 at the middle of the pixels that it sees."""
    corner = 4 * np.arange(7)
    middle = (corner + np.minimum(corner + 15, SIDE - 1)) / 2
    spread = np.stack([np.interp(np.arange(SIDE), middle, row) for row in np.eye(7)], axis=1)
    return spread @ raw @ spread.T


@cache
def _scenes() -> dict[str, np.ndarray]:
    """Scenes of the lesson: a trouser on the left, a bag or a trouser on the right."""
    images, labels, names = fashion()
    kinds = {name: images[labels == names.index(name)][:SCENES] for name in ("Trouser", "Bag")}
    left = np.roll(kinds["Trouser"], -6, axis=2)[:, :, :14]
    return {
        name: np.concatenate([left, np.roll(guests, 6, axis=2)[:, :, 14:]], axis=2)
        for name, guests in kinds.items()
    }


def _stretched(raw: np.ndarray) -> np.ndarray:
    return np.stack([stretch(one, SIDE, SIDE) for one in raw])


def _right_half(maps: np.ndarray, weights: np.ndarray, place: Callable = draw) -> float:
    """Share of the heat on the right half, for maps weighted and put on the pixels."""
    heat = place(np.maximum((maps * weights).sum(axis=-1), 0))
    return float(np.mean(heat[:, :, 14:].sum(axis=(1, 2)) / heat.sum(axis=(1, 2))))


def _mean(values: np.ndarray) -> np.ndarray:
    return values.mean(axis=(1, 2), keepdims=True)


def _ways(class_name: str) -> dict[str, float]:
    """Share of the heat on the right half, asked for one class, by way of weighting."""
    classes = np.full(SCENES, fashion().names.index(class_name), np.int32)
    ((maps, gradients),) = maps_and_gradients(_scenes()["Bag"], classes, ["relu7"])
    ((others, other),) = maps_and_gradients(_scenes()["Trouser"], classes, ["relu7"])
    positive = np.maximum(gradients, 0)
    return {
        "right": _right_half(maps, _mean(positive)),
        "stretched": _right_half(maps, _mean(positive), _stretched),
        "Grad-CAM": _right_half(maps, _mean(gradients)),
        "mean first": _right_half(maps, np.maximum(_mean(gradients), 0)),
        "abs": _right_half(maps, _mean(np.abs(gradients))),
        "negative": _right_half(maps, _mean(np.maximum(-gradients, 0))),
        "each place": _right_half(maps, positive),
        "two trousers": _right_half(others, _mean(np.maximum(other, 0))),
    }


@cache
def _shares() -> dict[str, np.ndarray]:
    """Both shares, for Trouser and for Bag, by way of weighting."""
    trouser, bag = _ways("Trouser"), _ways("Bag")
    return {way: np.array([trouser[way], bag[way]]) for way in trouser}


@exercise(
    "06.2",
    "Only one thing changes in Grad-CAM: np.maximum(slope, 0) before the mean.",
    "maps_and_gradients('relu7', scenes['bag'], [c] * 40) gives maps and slope for one class c.",
    "Weights: np.maximum(slope, 0).mean(axis=(1, 2)); maps times weights, draw, and then "
    "pointing_game(drawn, half).energy.mean(), for TROUSER and for BAG.",
)
def _positive_gradients_only(answer: object) -> None:
    if isinstance(answer, Mapping):
        order = {str(key).lower(): value for key, value in answer.items()}
        names = [name.lower() for name in fashion().names]
        keys = [[name, str(names.index(name))] for name in ("trouser", "bag")]
        answer = [next((order[key] for key in both if key in order), np.nan) for both in keys]
    pair = expect.array(answer, (2,), {(): ONE})
    if pair.max() > 1.5:
        raise Mistake("This looks like percent. Give shares between 0 and 1.")
    shares = _shares()
    right = shares["right"]
    mistakes = [
        (right[::-1], "The order is turned around: Trouser first, then Bag."),
        (1 - right, "This is the left half. Take half, which is true on the right."),
        (shares["Grad-CAM"], "This is Grad-CAM as it is: the negative gradients still count."),
        (
            shares["mean first"],
            "You cut off the mean. Cut the gradient off first, then take the mean.",
        ),
        (shares["abs"], "abs counts what speaks against the class as if it spoke for it."),
        (shares["negative"], "You kept the negative part. Keep the positive one."),
        (shares["each place"], "This is Layer-CAM, a weight for each place. Take the mean first."),
        (shares["two trousers"], "These are scenes with two trousers. Take scenes['bag']."),
        (shares["stretched"], "The maps were stretched. Put them through draw, as in section 6."),
    ]
    expect.close(
        pair,
        right,
        tolerance=0.015,
        mistakes=mistakes,
        otherwise="Two shares, but not the right ones. Is it relu7 and scenes['bag']?",
    )
