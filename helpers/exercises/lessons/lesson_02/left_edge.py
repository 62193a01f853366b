"""Exercise 02.2: a kernel that answers to left edges alone."""

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_02.convolution import convolve
from helpers.exercises.lessons.lesson_02.data import shirt_and_net
from helpers.figures import Picture
from helpers.plots import show_images

MAP = "This is a map of the bag; give the kernel, 3 x 3 weights."
ROW = "These are three weights; a kernel here has 3 x 3: three such rows."


def _kernel(answer: object) -> np.ndarray:
    if any(isinstance(weight, str) for weight in np.asarray(answer, object).ravel()):
        raise expect.wrong_type(answer, "it should be numbers, without quotation marks.")
    weights = expect.array(answer)
    if weights.shape in ((3, 3, 1, 1), (3, 3, 1), (1, 3, 3)):
        return weights.reshape(3, 3)
    mistakes = dict.fromkeys(((28, 28), (1, 28, 28, 1), (28, 28, 1)), MAP)
    mistakes |= dict.fromkeys(((3,), (1, 3), (3, 1)), ROW)
    return expect.array(weights, (3, 3), mistakes)


def _drawn(kernel: np.ndarray) -> Picture:
    bag = shirt_and_net()["bag"]
    one_map = convolve(bag[..., None], kernel[:, :, None, None], np.zeros(1))[..., 0]
    return show_images(
        [kernel / np.abs(kernel).max(), one_map / np.abs(one_map).max()],
        ["your kernel", "its map of the bag"],
        size=2.6,
        signed=True,
        alt="Your kernel, and its map of the bag: left edges are red, right edges blue.",
    )


@exercise(
    "02.2",
    "At a left edge the black lies on the left and the cloth on the right. Which weights meet "
    "cloth there?",
    "Black pixels switch weights off, so the right column decides what a left edge gives. And what "
    "must the weights add up to, if even areas are to give 0?",
    "Along a straight upper edge one row of the kernel meets cloth and another one black. If the "
    "edge is to give 0, what must each single row add up to?",
)
def _left_edge_kernel(answer: object) -> Picture:
    kernel = _kernel(answer)
    slack = 1e-4 * np.abs(kernel).max()
    rows, columns = kernel.sum(axis=1), kernel.sum(axis=0)
    if not slack:
        raise Mistake("All weights are 0, so the map is 0 everywhere.")
    if abs(kernel.sum()) > slack:
        raise Mistake(
            f"The weights add up to {kernel.sum():.2f}, so an even light area is not 0 in the map."
        )
    sideways, upright = np.abs(columns).max() > slack, np.abs(rows).max() > slack
    if upright and not sideways:
        raise Mistake("This kernel answers to upper or lower edges: rows and columns are swapped.")
    if upright:
        raise Mistake("It answers to upper or lower edges too: each row must add up to 0.")
    if not sideways:
        raise Mistake("Each row and each column adds up to 0, so no straight edge is seen.")
    just_before, just_after = columns[2], columns[1] + columns[2]  # the places beside a left edge
    if min(just_before, just_after) >= -slack:
        return _drawn(kernel)
    if max(just_before, just_after) <= slack:
        raise Mistake(
            "Its map is red at right edges: the sign is the wrong way round. A layer lays the "
            "kernel on the image as it is, without turning it."
        )
    raise Mistake(
        "Beside one left edge its map is red on one side and blue on the other: it sees "
        "lines. The left column must be negative, the right one positive."
    )
