"""Exercise 07.2: how far one throw of random weights scatters."""

import warnings
from collections.abc import Iterator
from functools import cache

import numpy as np

from helpers._keras import keras
from helpers.cam import grad_cam
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.models import describe
from helpers.trust import randomize_from, similarity

SEEDS, IMAGES, CLASSES = 5, 4, 3


@cache
def _given() -> tuple[keras.Model, np.ndarray]:
    """Make a small net that no lesson has shown, with a dense layer behind its maps, and images."""
    keras.utils.set_random_seed(5)
    layers = [
        keras.Input((12, 12, 1)),
        keras.layers.Conv2D(8, 3, activation="relu", name="first"),
        keras.layers.Conv2D(6, 3, activation="relu", name="second"),
        keras.layers.Flatten(),
        keras.layers.Dense(16, activation="relu", name="hidden"),
        keras.layers.Dense(CLASSES, activation="softmax", name="end"),
    ]
    net = describe(keras.Sequential(layers), preprocess=lambda pixels: pixels / 255)
    return net, np.random.default_rng(3).random((IMAGES, 12, 12, 1), np.float32)


@cache
def _throws(index: int | None, layer: str, measure: str = "spearman") -> np.ndarray:
    """How alike the heatmaps are before and after, a row for each seed."""
    net, images = _given()
    before, rows = grad_cam(net, images, index), []
    for seed in range(SEEDS):
        after = grad_cam(randomize_from(net, layer, seed=seed), images, index)
        pairs = zip(before, after, strict=True)
        rows.append([similarity(one, other, measure) for one, other in pairs])
    return np.array(rows)


def _wrong_throws(right: np.ndarray, index: int, layer: str) -> Iterator[tuple[np.ndarray, str]]:
    """Classic mistakes, cheap ones first; a right answer never computes them."""
    yield np.ones_like(right), "All are 1: a map meets itself, or the net is not destroyed."
    for row in right:
        yield np.tile(row, (SEEDS, 1)), "All rows are equal: give randomize_from seed=seed."
    yield right[::-1], "The seeds come in the order 0, 1, 2, 3, 4."
    message = "You compared values. similarity compares ranks unless it is told otherwise."
    yield _throws(index, layer, "pearson"), message
    for elsewhere in {"end", "hidden"} - {layer}:
        message = f"You destroyed all from {elsewhere} on. Use the layer that you are given."
        yield _throws(index, elsewhere), message
    for other in (*(set(range(CLASSES)) - {index}), None):
        message = "These are maps of another class: use class_index, before and after."
        yield _throws(other, layer), message


@exercise(
    "07.2",
    "The maps of the whole net are needed once. Those of a destroyed net are needed for each seed.",
    "randomize_from gives you a new net in each turn of a loop over range(5).",
    "Inside that loop, similarity compares two maps at a time: walk through both stacks with zip.",
)
def _scatter(answer: object) -> None:
    net, images = _given()
    for index, layer in ((1, "end"), (2, "hidden")):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="a heatmap is zero")
            returned = expect.call(answer, net, images.copy(), index, layer)
            right = _throws(index, layer)
            table = expect.array(returned)
            if table.size == 1:
                raise Mistake("This is one number. A mean hides how far the throws scatter.")
            if table.shape in ((SEEDS,), (IMAGES,)):
                raise Mistake("You averaged. Keep a row for each seed, a column for each image.")
            if table.shape == right.T.shape:
                raise Mistake("Rows and columns have changed places: a row for each seed.")
            if table.ndim > 2:
                raise Mistake("These look like heatmaps. similarity makes a number of each pair.")
            expect.array(table, right.shape)
            mistakes = _wrong_throws(right, index, layer)
            expect.close(table, right, tolerance=0.02, mistakes=mistakes)
