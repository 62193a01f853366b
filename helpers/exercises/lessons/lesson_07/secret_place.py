"""Exercise 07.3: find the place that a net depends on, by covering and counting."""

import numpy as np

from helpers._keras import keras
from helpers.classes import probabilities
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.models import describe

SIDE, CLASSES = 3, 3


def _window(place: tuple[int, int]) -> tuple[slice, slice]:
    return np.s_[place[0] : place[0] + SIDE, place[1] : place[1] + SIDE]


def _free_places(height: int, width: int, place: tuple[int, int]) -> list[tuple[int, int]]:
    """List places that neither touch each other nor the tag; without the corner (0, 0)."""
    grid = np.ndindex(height // SIDE, width // SIDE)
    places = [(SIDE * row, SIDE * column) for row, column in grid][1:]
    return [one for one in places if np.abs(np.subtract(one, place)).max() >= SIDE]


def cheating_net(
    height: int, width: int, place: tuple[int, int], index: int, seed: int
) -> tuple[keras.Model, np.ndarray]:
    """Make a linear net that reads a tag for one class, and a dozen images that wear the tag.

    Each mistake of a search leads to a place of its own: a bright and a dark spot speak against
    the class, every other class has its spot, and the brightest pixel means nothing.
    """
    rng = np.random.default_rng(seed)
    inputs = [keras.Input((height, width, 1)), keras.layers.Flatten()]
    net = keras.Sequential([*inputs, keras.layers.Dense(CLASSES, activation="softmax")])
    weights = rng.normal(0, 0.01, (height, width, CLASSES))
    images = rng.random((12, height, width, 1), np.float32) * np.float32(0.5)
    places = rng.permutation(_free_places(height, width, place))
    bright, dark, *spots, decoy = places[: CLASSES + 2]
    others = [each for each in range(CLASSES) if each != index]
    for at, each, weight, grey in (
        (place, index, 0.6, 0.9),
        (bright, index, -0.3, 0.8),
        (dark, index, -0.8, 0.0),
        *((spot, other, 0.5, 0.8) for spot, other in zip(spots, others, strict=True)),
    ):
        weights[(*_window(at), each)] += weight
        images[:, *_window(at)] = grey
    images[:, *decoy] = 1
    net.set_weights([weights.reshape(-1, CLASSES), np.zeros(CLASSES)])
    return describe(net, preprocess=lambda pixels: pixels / 255), images


def _losses(net: keras.Model, images: np.ndarray, index: int, fill: float) -> np.ndarray:
    """Mean probability that is left when each place is covered: (rows, columns)."""
    height, width = images.shape[1:3]
    left = np.zeros((height - SIDE + 1, width - SIDE + 1))
    for row, column in np.ndindex(left.shape):
        covered = images.copy()
        covered[:, *_window((row, column))] = fill
        left[row, column] = probabilities(net, covered)[:, index].mean()
    return left


def _place(left: np.ndarray) -> tuple[int, int]:
    row, column = np.unravel_index(left.argmin(), left.shape)
    return int(row), int(column)


def _mistake(
    given: tuple, right: tuple, net: keras.Model, images: np.ndarray, index: int
) -> Mistake:
    if given == right[::-1]:
        return Mistake("Row and column have changed places: the row comes first.")
    if given in ((right[0] + 1, right[1] + 1), (right[0] + 2, right[1] + 2)):
        return Mistake("This lies inside the place. Give its top left pixel.")
    if given == _place(-_losses(net, images, index, 0)):
        return Mistake("Covering this place raises the probability most. Which one lowers it most?")
    if given == _place(_losses(net, images, index, 1)):
        return Mistake("You painted the places white. Paint them black, with 0.")
    others = set(range(CLASSES)) - {index}
    if given in [_place(_losses(net, images, other, 0)) for other in others]:
        return Mistake("This place costs another class most: use class_index.")
    return Mistake(
        f"It is not row {given[0]}, column {given[1]}. Is each place painted into a fresh copy of "
        "the images, and does your loop reach the rows and columns at the far end?"
    )


@exercise(
    "07.3",
    "This is the occlusion of lesson 06, for all images at once. What do you keep for each place?",
    "A fresh images.copy() for every place, or the black squares add up.",
    "images has a height and a width of its own. The last place begins at height - 3, width - 3.",
)
def _secret_place(answer: object) -> None:
    for height, width, right, index, seed in (
        (9, 13, (2, 8), 2, 1),
        (12, 8, (9, 5), 0, 2),
        (10, 10, (0, 6), 1, 3),
    ):
        net, images = cheating_net(height, width, right, index, seed)
        returned = expect.call(answer, net, images.copy(), index)
        row, column = expect.array(returned, (2,))
        given = int(row), int(column)
        if given != (row, column):
            raise Mistake("Row and column are whole numbers.")
        if given != right:
            raise _mistake(given, right, net, images, index)
