"""Exercise 06.2: Grad-CAM with positive gradients only."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lesson_06.data import SIDE, fashion, maps_and_gradients

SCENES = 40


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


def _right_half(maps: np.ndarray) -> float:
    return float(np.mean(maps[:, :, 14:].sum(axis=(1, 2)) / maps.sum(axis=(1, 2))))


@cache
def _shares() -> dict[str, list[float]]:
    """Share of the heat on the right half, asked for Trouser and for Bag, by way of weighting."""
    names, found = fashion().names, {}

    def note(way: str, maps: np.ndarray, weights: np.ndarray, place=draw) -> None:
        raw = np.maximum(np.einsum("nhwk,nhwk->nhw", maps, np.broadcast_to(weights, maps.shape)), 0)
        found.setdefault(way, []).append(_right_half(place(raw)))

    def stretched(raw: np.ndarray) -> np.ndarray:
        from helpers.images import stretch

        return np.stack([stretch(one, SIDE, SIDE) for one in raw])

    for name in ("Trouser", "Bag"):
        classes = np.full(SCENES, names.index(name), np.int32)
        for scene in ("Bag", "Trouser"):
            ((maps, slope),) = maps_and_gradients(_scenes()[scene], classes, ["relu7"])
            positive = np.maximum(slope, 0)

            def mean(values: np.ndarray) -> np.ndarray:
                return values.mean(axis=(1, 2), keepdims=True)

            if scene == "Trouser":
                note("two trousers", maps, mean(positive))
                continue
            note("right", maps, mean(positive))
            note("stretched", maps, mean(positive), stretched)
            note("Grad-CAM", maps, mean(slope))
            note("mean first", maps, np.maximum(mean(slope), 0))
            note("abs", maps, mean(np.abs(slope)))
            note("negative", maps, mean(np.maximum(-slope, 0)))
            note("each place", maps, positive)
    return found


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
        answer = [next((order[key] for key in pair if key in order), np.nan) for pair in keys]
    found = expect.array(answer)
    if not found.ndim:
        raise Mistake("This is a single number. Give both shares: for Trouser, then for Bag.")
    expect.array(found, (2,))
    if found.max() > 1.5:
        raise Mistake("This looks like percent. Give shares between 0 and 1.")
    shares = {way: np.array(pair) for way, pair in _shares().items()}
    right = shares["right"]
    classic = [
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
        found,
        right,
        tolerance=0.015,
        classic=classic,
        otherwise="Two shares, but not the right ones. Is it relu7 and scenes['bag']?",
    )
