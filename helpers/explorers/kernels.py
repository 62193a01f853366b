"""Pictures of one kernel: with its numbers while it is small, else its strongest slices."""

import math

import numpy as np

from helpers.explorers.panels import HEIGHT, WHITE, number
from helpers.explorers.sheet import Panel
from helpers.filters import to_unit_range
from helpers.images import enlarge, write
from helpers.pixels import signed, tile

WHITE_IS_ZERO = "blue is negative, white 0, red positive"
NUMBERS = 27  # a kernel of so many weights is shown with its numbers
ROOM = 40  # pixels that a number needs
STRONGEST = 9  # slices of a large kernel
SLICE = 96  # pixels of one of them


def kernel_panels(kernel: np.ndarray, colours: bool = False) -> list[Panel]:
    """Draw one kernel (kh, kw, in), white at zero.

    A small one is drawn channel by channel with its numbers, one that reads colours in colour as
    well; of a large one the slices with the largest norm.
    """
    limit, count = float(np.abs(kernel).max()), kernel.shape[-1]
    note = f"{WHITE_IS_ZERO}; up to {number(limit)}"
    if kernel.size > NUMBERS or count > 3:
        return [_strongest_slices(kernel, limit, note)]
    names = ["kernel"] if count == 1 else [f"kernel, channel {i}" for i in range(count)]
    if colours:
        names = [f"kernel, {colour}" for colour in ("red", "green", "blue")]
    slices = [Panel(_numbered(kernel[..., i], limit), name, note) for i, name in enumerate(names)]
    if not colours:
        return slices
    unit = to_unit_range(kernel[..., None], per="filter")[..., 0]
    in_colour = np.round(unit * 255).astype(np.uint8)
    return [Panel(in_colour, "kernel", "in the colours that it reads, grey is 0"), *slices]


def _strongest_slices(kernel: np.ndarray, limit: float, note: str) -> Panel:
    count = kernel.shape[-1]
    norms = np.linalg.norm(kernel.reshape(-1, count), axis=0)
    best = np.argsort(-norms, kind="stable")[:STRONGEST]
    drawn = []
    for channel in best:
        slice_ = enlarge(signed(kernel[..., channel], limit), SLICE)
        cell = np.full((SLICE + 24, max(SLICE, slice_.shape[1]), 3), WHITE, np.uint8)
        cell[24:, : slice_.shape[1]] = slice_
        write(cell, f"channel {channel}", (2, 17))
        drawn.append(cell)
    columns = math.ceil(math.sqrt(len(drawn)))
    title = f"kernel: strongest {len(best)} of {count} slices" if count > len(best) else "kernel"
    return Panel(tile(np.stack(drawn), columns, 8, WHITE), title, note)


def _numbered(weights: np.ndarray, limit: float) -> np.ndarray:
    """Draw a slice of a kernel, and write its weights into it where there is room."""
    picture = signed(weights, limit)
    enlarged, cell = enlarge(picture, HEIGHT), HEIGHT // len(weights)
    alike = 0.1 <= limit < 10  # two decimals are enough for all
    if cell < ROOM:
        return enlarged
    for (i, j), weight in np.ndenumerate(weights):
        ink = (0, 0, 0) if picture[i, j].mean() > 120 else (255, 255, 255)
        text = f"{weight:z.2f}" if alike else number(weight)
        write(enlarged, text, (j * cell + 8, i * cell + cell // 2 + 5), ink)
    return enlarged
