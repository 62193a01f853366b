"""Exercise 01.1: a kernel that moves a picture."""

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.feedback import compared
from helpers.exercises.lessons.lesson_01.data import shirt
from helpers.figures import Picture

TO_THE_LEFT = Mistake(
    "This moves the shirt to the left.",
    "The kernel is not turned before it slides. Which neighbour does a weight on the right read?",
)


def _copy_from(row: int, column: int) -> np.ndarray:
    """Make the kernel that copies one pixel of the patch."""
    kernel = np.zeros((3, 3))
    kernel[row, column] = 1
    return kernel


RIGHT = _copy_from(1, 0)
MISTAKES: list[tuple[np.ndarray, str | Mistake]] = [
    (_copy_from(1, 2), TO_THE_LEFT),
    (_copy_from(1, 1), "This copies each pixel to its own place: nothing moves."),
    (_copy_from(0, 1), "This moves the shirt down."),
    (_copy_from(2, 1), "This moves the shirt up."),
    (_copy_from(0, 0), "This moves the shirt to the right, but also down."),
    (_copy_from(2, 0), "This moves the shirt to the right, but also up."),
]
SHAPES = dict.fromkeys(
    ((28, 28), (28, 28, 1), (1, 28, 28, 1)), "This is a picture; give the kernel, 3 x 3 weights."
) | dict.fromkeys(((9,), (3,)), "Give three rows of three numbers.")


def _slide(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    patches = np.lib.stride_tricks.sliding_window_view(np.pad(image, 1), kernel.shape)
    return np.einsum("hwij,ij->hw", patches, kernel)


def _otherwise(kernel: np.ndarray) -> str:
    total = kernel.sum()
    if np.count_nonzero(kernel) > 1:
        return "Several pixels go into each new one. A move only copies: one weight is enough."
    if not np.any(kernel):
        return "All weights are zero, so the picture is black."
    return f"The weights add up to {total:.3g}: the picture does not keep its brightness."


@exercise(
    "01.1",
    "Think backwards, from one pixel of the new picture. Which old pixel should it show?",
    "After a move to the right each pixel shows what stood beside it before. On which side?",
    "The patch lies on the image as it is, so its left column is to the left of the new pixel. A "
    "weight of 0 leaves a pixel out.",
)
def _moves_to_the_right(answer: object) -> Picture:
    kernel = expect.array(answer)
    if kernel.shape in ((3, 3, 1, 1), (3, 3, 1), (1, 3, 3)):
        kernel = kernel.reshape(3, 3)
    kernel = expect.array(kernel, (3, 3), SHAPES)
    picture = compared(_slide(shirt(), kernel), _slide(shirt(), RIGHT))
    try:
        expect.close(kernel, RIGHT, mistakes=MISTAKES, otherwise=_otherwise(kernel))
    except Mistake as mistake:
        mistake.picture = picture
        raise
    return picture
