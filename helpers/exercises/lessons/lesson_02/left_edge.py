"""Exercise 02.2: a kernel that answers to left edges alone."""

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise

MAP = "This is a map of the bag; give the kernel, 3 x 3 weights."
ROW = "These are three weights; a kernel here has 3 x 3: three such rows."


def _kernel(answer: object) -> np.ndarray:
    weights = expect.array(answer)
    if weights.shape in ((3, 3, 1, 1), (3, 3, 1), (1, 3, 3)):
        return weights.reshape(3, 3)
    mistakes = dict.fromkeys(((28, 28), (1, 28, 28, 1), (28, 28, 1)), MAP)
    mistakes |= dict.fromkeys(((3,), (1, 3), (3, 1)), ROW)
    return expect.array(weights, (3, 3), mistakes)


@exercise(
    "02.2",
    "At a left edge the black lies on the left and the cloth on the right.",
    "Black pixels switch weights off. So the right column must be positive. Then let each row "
    "add up to 0, so that even areas and upper edges give 0.",
    "Three rows of -1, 0, 1.",
)
def _left_edge_kernel(answer: object) -> None:
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
        return
    if max(just_before, just_after) <= slack:
        raise Mistake(
            "Its map is red at right edges: the sign is the wrong way round. A layer lays the "
            "kernel on the image as it is, without turning it."
        )
    raise Mistake(
        "Beside one left edge its map is red on one side and blue on the other: it sees "
        "lines. The left column must be negative, the right one positive."
    )
