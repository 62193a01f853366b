"""Exercise 03.2: cover the place that a filter responds to, and another as the control."""

import numpy as np

from helpers._keras import keras
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.feedback import compared
from helpers.exercises.lessons.lesson_03 import data
from helpers.figures import Picture

CORNER = Mistake(
    "Your square begins at the place. It should have the place in its middle.",
    "A place begins at row × step. Its middle is half a step further, and the square begins half "
    "of its size before that.",
)
Place = tuple[int, int]


def _square(image: np.ndarray, middle: Place, size: int, colour: object) -> np.ndarray:
    covered = image.copy()
    top, left = middle[0] - size // 2, middle[1] - size // 2
    covered[max(top, 0) : max(top + size, 0), max(left, 0) : max(left + size, 0)] = colour
    return covered


def _pair(image: np.ndarray, middles: list[Place], size: int, colour: object) -> np.ndarray:
    return np.stack([_square(image, middle, size, colour) for middle in middles])


def _mistakes(
    image: np.ndarray, places: list[Place], step: int, size: int
) -> list[tuple[np.ndarray, str | Mistake]]:
    mean = image.mean(axis=(0, 1))
    middles = [(row * step + step // 2, column * step + step // 2) for row, column in places]
    corners = [(row * step + size // 2, column * step + size // 2) for row, column in places]
    starts = [(row * step, column * step) for row, column in places]
    right = _pair(image, middles, size, mean)
    turned = [middle[::-1] for middle in middles]
    return [
        (right[::-1], "The two have changed places: the brightest place is covered first."),
        (right[[0, 0]], "Both cover the brightest place. The second is the control: the darkest."),
        (right[[1, 1]], "Both cover the darkest place. The first covers the brightest."),
        (np.stack([right[0], image]), "The second image is as it was. Cover the darkest place."),
        (np.stack([image, image]), "Both images are as they were: nothing is covered."),
        (_pair(right[0], middles, size, mean)[[0, 1]], "The control has both squares: work on a "
         "new copy of the image."),
        (_pair(image, middles, size, 0), "The squares are black. Use the image's mean colour."),
        (_pair(image, middles, size, image.mean()), "The squares are grey: take the mean of each "
         "colour, over rows and columns only."),
        (_pair(image, corners, size, mean), CORNER),
        (_pair(image, starts, size, mean), "The middle of your square is the corner of the place. "
         "It is half a step too far up and to the left."),
        (_pair(image, middles, 2 * size, mean), "Your squares are twice as wide as size."),
        (_pair(image, turned, size, mean), "Rows and columns have changed places."),
        (_pair(image, places, size, mean), "You take the place of the map for a pixel of the "
         "image. A place stands for several pixels."),
    ]  # fmt: skip


def _drawn(yours: np.ndarray, expected: np.ndarray) -> Picture:
    """Show the two covered images side by side, yours and the expected ones."""
    sides = [np.hstack(list(pair)).clip(0, 1) for pair in (yours, expected)]
    one, other = ((255 * side).astype(np.uint8) for side in sides)
    return compared(one, other)


def _trials() -> list[tuple[keras.Model, np.ndarray, int, int]]:
    """Give a net of one map, an image, the size of the square, and the pixels between places."""
    (dog,), (owl,) = data.photos(48, 64, "dog"), data.photos(60, 40, "owl")
    return [(data.one_map(4, 0), dog, 10, 4), (data.one_map(10, 3), owl, 24, 10)]


@exercise(
    "03.2",
    "argmax gives one number for the whole map. np.unravel_index makes a row and a column of it.",
    "A place of the map stands for several pixels of the image; len(image) // len(one_map) says "
    "how many. Where is the middle of the place, and where does the square begin?",
    "A slice that begins below 0 counts from the end. max(top, 0) cuts the square off instead.",
)
def _covered_place(answer: object) -> Picture:
    pictures = []
    for net, image, size, step in _trials():
        values = net(image[None])[0].numpy()
        ends = (values.argmax(), values.argmin())
        places = [(int(end) // values.shape[1], int(end) % values.shape[1]) for end in ends]
        middles = [(row * step + step // 2, column * step + step // 2) for row, column in places]
        right = _pair(image, middles, size, image.mean(axis=(0, 1)))
        given = image.copy()
        returned = expect.call(answer, net, given, size)
        if (given != image).any():
            raise Mistake("Your function changes the image that it is given: work on a copy.")
        lone = "This is one image; return two, the covered one and the control."
        pair = expect.array(returned, right.shape, {image.shape: lone, (): lone})
        expect.close(
            pair,
            right,
            tolerance=2e-3,
            mistakes=_mistakes(image, places, step, size),
            otherwise="The shape is right, but other pixels change than those of the two squares. "
            "Do they end at the border of the image?",
            draw=_drawn,
        )
        pictures.append(_drawn(pair, right))
    return pictures[0]
