"""Exercise 06.3: show one tile on an empty picture, and see how far the logit rises."""

from typing import NamedTuple

import numpy as np

from helpers._keras import keras
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.feedback import compared
from helpers.exercises.lessons.lesson_06 import data
from helpers.figures import Picture

TILE = 7
PARTS = data.SIDE // TILE
PAINTED = Mistake(
    "You paint one tile and keep the rest. Here it is the other way round: show only the tile.",
    "Begin with np.full_like(images, value), then copy one tile of the images into it.",
)


class Trial(NamedTuple):
    """A net, images, a class for each, and a paint."""

    net: keras.Model
    images: np.ndarray
    classes: np.ndarray
    value: float


def _in_tiles() -> np.ndarray:
    """Say which pixels belong to each of the 16 tiles: bool (16, 1, 28, 28, 1)."""
    number = np.arange(PARTS**2).reshape(PARTS, PARTS).repeat(TILE, axis=0).repeat(TILE, axis=1)
    return np.arange(PARTS**2).reshape(-1, 1, 1, 1, 1) == number[..., None]


def _scores(trial: Trial, images: np.ndarray) -> np.ndarray:
    """Logits of the given classes for images (16, n, 28, 28, 1), as tiles (n, 4, 4)."""
    flat = np.float32(images).reshape(-1, data.SIDE, data.SIDE, 1)
    logits = trial.net(flat).numpy().reshape(*images.shape[:2], -1)
    return logits[:, np.arange(len(trial.classes)), trial.classes].T.reshape(-1, PARTS, PARTS)


def _rise(trial: Trial) -> np.ndarray:
    shown = np.where(_in_tiles(), trial.images, trial.value)
    return _scores(trial, shown) - _scores(trial, np.full_like(shown, trial.value))


def _fall(trial: Trial) -> np.ndarray:
    painted = np.where(_in_tiles(), trial.value, trial.images)
    return _scores(trial, np.broadcast_to(trial.images, painted.shape)) - _scores(trial, painted)


def _mistakes(trial: Trial, right: np.ndarray) -> list[tuple[np.ndarray, str | Mistake]]:
    """What common mistakes give instead of the right tiles."""
    shown = np.where(_in_tiles(), trial.images, trial.value)
    piled = np.where(_in_tiles().cumsum(axis=0) > 0, trial.images, trial.value)
    empty = np.full_like(shown, trial.value)
    whole = np.broadcast_to(trial.images, shown.shape)
    mistakes: list[tuple[np.ndarray, str | Mistake]] = [
        (_fall(trial), PAINTED),
        (-_fall(trial), PAINTED),
        (-right, "The sign is turned around: with the tile minus without it."),
        (np.maximum(right, 0), "You cut off at 0. A tile that lowers the logit stays below 0."),
        (np.abs(right), "abs counts a fall as if it were a rise."),
        (right.swapaxes(1, 2), "Rows and columns are exchanged: axis 1 counts rows."),
        (_scores(trial, shown), "These are the logits. How far did they rise above the empty one?"),
        (
            _scores(trial, shown) - _scores(trial, whole),
            "You compare with the whole image. Compare with a picture that holds paint alone.",
        ),
        (
            _scores(trial, piled) - _scores(trial, empty),
            "The tiles pile up. Begin with an empty picture for each tile.",
        ),
    ]
    for paint in {0.0, 0.3, 0.5, 1.0} - {trial.value}:
        wrong = _rise(trial._replace(value=paint))
        mistakes.append((wrong, f"You paint with {paint:g}. Use the value that is given."))
    chosen = trial.net(trial.images).numpy().argmax(axis=1)
    wrong = _rise(trial._replace(classes=chosen))
    return [*mistakes, (wrong, "This is for the class that the net chose. Use classes.")]


def _trials() -> list[Trial]:
    return [
        Trial(data.small_net(5), data.garments(210, 3), np.array([0, 3, 1]), 0.4),
        Trial(data.small_net(9), data.garments(320, 2), np.array([2, 1]), 0.8),
    ]


@exercise(
    "06.3",
    "Two pictures to compare: paint alone, and paint with one tile of the garment in it.",
    "shown = np.full_like(images, value), then shown[:, i:i+7, j:j+7] gets the images' tile.",
    "Which class? logits[np.arange(len(images)), classes] takes one logit for each image.",
)
def _what_is_enough(answer: object) -> Picture:
    pictures = []
    for trial in _trials():
        right, images = _rise(trial), trial.images.copy()
        returned = expect.call(answer, trial.net, images, trial.classes.copy(), trial.value)
        if not np.array_equal(images, trial.images):
            raise Mistake("Your function paints into the images that it gets: copy them first.")
        rises = expect.array(returned, right.shape, data.wrong_shapes(*right.shape))
        expect.close(
            rises,
            right,
            tolerance=5e-3,
            mistakes=_mistakes(trial, right),
            otherwise="The shape is right, but not all rises are. Sixteen tiles of 7 x 7 pixels, "
            "and the model that your function is given?",
            draw=lambda yours, expected: compared(yours[0], expected[0]),
        )
        pictures.append(compared(rises[0], right[0]))
    return pictures[0]
