"""Exercise 00.1: the shape of a data set."""

from functools import cache
from math import prod

from helpers.datasets import load_fashion_mnist
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise


@cache
def _shapes() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Shapes of the test images and of the training images."""
    data = load_fashion_mnist()
    return data.test_images.shape, data.train_images.shape


@exercise(
    "00.1",
    "The pictures are a NumPy array, and every array knows its own shape.",
    "Look at data.test_images, not at shirt: shirt is one picture out of it.",
    "Write data.test_images.shape.",
)
def _shape_of_the_test_images(answer: object) -> None:
    numbers = expect.array(answer)
    if numbers.ndim > 1:
        raise Mistake("These are pictures; give their shape alone, four numbers.")
    shape, (right, training) = tuple(numbers.ravel()), _shapes()
    count = right[0]
    if numbers.ndim == 1 and shape == right:
        return
    mistakes = {
        right[1:]: "This is the shape of one picture. An axis in front counts the pictures.",
        right[:-1]: "The last axis is missing, the channel. Grey pictures have it too: it is 1.",
        (count, 1, 28, 28): "You put the channel axis in front of the rows; here it stands last.",
        training: "These are the training pictures; the exercise asks for the test set.",
        (count,): "This counts the pictures. The shape has three more numbers.",
        (prod(right),): "This counts all values (size). The shape names each axis.",
        (len(right),): "This counts the axes. The shape says how long each of them is.",
    }
    raise Mistake(mistakes.get(shape, "These are not the four lengths of the axes."))
