"""Exercise 06.3: how far a logit falls when a tile is painted."""

from functools import cache
from typing import NamedTuple

import numpy as np

from helpers._keras import tf
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_06.data import SIDE, fashion, linear

TILE = 7


class Trial(NamedTuple):
    """Images, a class for each, and a paint."""

    images: np.ndarray
    classes: np.ndarray
    value: float


def _in_tiles() -> np.ndarray:
    """Say which pixels belong to each of the 16 tiles: bool (16, 1, 28, 28, 1)."""
    number = _on_pixels(np.arange(16).reshape(1, 4, 4))[..., None]
    return np.arange(16).reshape(16, 1, 1, 1, 1) == number


def _logits(images: np.ndarray) -> np.ndarray:
    """Run images (…, 28, 28, 1) at once."""
    flat = np.float32(images).reshape(-1, SIDE, SIDE, 1)
    return linear()(flat).numpy().reshape(*images.shape[:-3], -1)


def _of_classes(scores: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Choose (16, n, 10) or (n, 10) scores by class, and put tiles last: (n, 4, 4) or (n,)."""
    chosen = scores[..., np.arange(len(classes)), classes]
    return chosen if scores.ndim == 2 else chosen.T.reshape(-1, 4, 4)


def _fall(trial: Trial, painted: np.ndarray) -> np.ndarray:
    before = _of_classes(_logits(trial.images), trial.classes)
    return before[:, None, None] - _of_classes(_logits(painted), trial.classes)


def _painted(trial: Trial) -> np.ndarray:
    return np.where(_in_tiles(), trial.value, trial.images)


def _by_mistake(trial: Trial, fall: np.ndarray) -> list[tuple[np.ndarray, str]]:
    """What common mistakes give instead of the right tiles."""
    images, classes, value = trial
    right, chosen = np.maximum(fall, 0), _logits(images).argmax(axis=1)
    piled = np.where(_in_tiles().cumsum(axis=0) > 0, value, images)
    pile, only = _fall(trial, piled), _fall(trial, np.where(_in_tiles(), images, value))
    softmax = np.subtract(
        _of_classes(tf.nn.softmax(_logits(images)).numpy(), classes)[:, None, None],
        _of_classes(tf.nn.softmax(_logits(_painted(trial))).numpy(), classes),
    )
    softmaxed = "These are probabilities. Take linear, the net without softmax: logits."
    stays = "Each tile stays painted when the next one is. Begin with a fresh copy each time."
    mistakes = [
        (fall, "There are negative values, where the logit rises: cut them off at 0."),
        (np.maximum(-fall, 0), "This is how far the logit rises: before minus after, not after."),
        (-fall, "The sign is turned around: before minus after."),
        (np.abs(fall), "abs counts a rise as if it were a fall. Cut rises off at 0."),
        (right.swapaxes(1, 2), "Rows and columns are exchanged: axis 1 counts rows."),
        (softmax, softmaxed),
        (np.maximum(softmax, 0), softmaxed),
        (pile, stays),
        (np.maximum(pile, 0), stays),
        (np.maximum(only, 0), "You paint all but the tile. Paint the tile."),
        (
            _of_classes(_logits(_painted(trial)), classes),
            "These are the logits after painting. How far did they fall?",
        ),
        (right / right.max(axis=(1, 2), keepdims=True), "This is stretched to 0 to 1: leave it."),
    ]
    for paint in {0.0, 0.3, 0.5, 1.0} - {value}:
        other = trial._replace(value=paint)
        wrong = np.maximum(_fall(other, _painted(other)), 0)
        mistakes.append((wrong, f"You paint with {paint:g}. Use the value that is given."))
    wrong = np.maximum(_fall(trial._replace(classes=chosen), _painted(trial)), 0)
    return [*mistakes, (wrong, "This is for the class that the net chose. Use classes.")]


def _on_pixels(tiles: np.ndarray) -> np.ndarray:
    return tiles.repeat(TILE, axis=1).repeat(TILE, axis=2)


@cache
def _trials() -> list[Trial]:
    images, labels, names = fashion()
    sneaker = np.full(2, names.index("Sneaker"))
    some = [18, 4, 2]
    return [Trial(images[some], labels[some], 0.3), Trial(images[[0, 23]], sneaker, 0.75)]


@cache
def _right_and_wrong(number: int) -> tuple[np.ndarray, list[tuple[np.ndarray, str]]]:
    trial = _trials()[number]
    fall = _fall(trial, _painted(trial))
    wrong = [(_on_pixels(tiles), message) for tiles, message in _by_mistake(trial, fall)]
    return _on_pixels(np.maximum(fall, 0)), wrong


def _wrong_shapes(count: int) -> dict[tuple, str]:
    return {
        (): "Your function returns a single number; it should return a map for each image.",
        (count,): "This is a number for each image; it should be a map for each image.",
        (count, 4, 4): "4 x 4 tiles are right, now each should fill its 7 x 7 pixels.",
        (SIDE, SIDE): "The axis that counts the images is gone; each image has its own map.",
        (count, SIDE, SIDE, 1): "The channel axis, of length 1, is left over: drop it.",
        (count, SIDE, SIDE, 10): "There are still ten classes. Take the logit of the one given.",
    }


@exercise(
    "06.3",
    "tf.gather(linear(images), classes, batch_dims=1) gives the logits before; painted, after.",
    "Two loops over range(0, 28, 7). In each, images.copy(), then paint [:, i:i+7, j:j+7].",
    "fall[:, i:i+7, j:j+7] = np.maximum(before - after, 0)[:, None, None]; fall begins as zeros.",
)
def _falls_by_tiles(answer: object) -> None:
    for number, trial in enumerate(_trials()):
        right, mistakes = _right_and_wrong(number)
        images = trial.images.copy()
        returned = expect.call(answer, images, trial.classes.copy(), trial.value)
        if not np.array_equal(images, trial.images):
            raise Mistake("Your function paints into the images that it gets: copy them first.")
        expect.close(
            expect.array(returned, right.shape, _wrong_shapes(len(images))),
            right,
            tolerance=0.005,
            mistakes=mistakes,
            otherwise="The shape is right, but not all falls are. Sixteen tiles of 7 x 7 pixels?",
        )
