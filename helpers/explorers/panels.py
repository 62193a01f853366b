"""Pictures made of titled panels, as arrays: quick enough to follow a slider."""

import math

import numpy as np

from helpers.activations import mosaic
from helpers.cam import to_heatmap
from helpers.filters import to_unit_range
from helpers.images import enlarge, overlay, write
from helpers.pixels import tile

HEIGHT = 224  # of a panel, in pixels
GAP, TITLE = 8, 24
WHITE, MARK = 255, (255, 90, 0)
NUMBERS = 27  # a kernel of so many weights is shown with its numbers
ROOM = 40  # pixels that a number needs


def panel(picture: np.ndarray, title: str, height: int = HEIGHT) -> np.ndarray:
    """Bring a picture to a height, keeping its proportions, and write a title above it."""
    picture = enlarge(picture, height)
    framed = np.full((height + TITLE, max(picture.shape[1], 9 * len(title)), 3), WHITE, np.uint8)
    framed[TITLE:, : picture.shape[1]] = picture
    write(framed, title, (2, TITLE - 8))
    return framed


def row(panels: list[np.ndarray]) -> np.ndarray:
    """Set panels of one height side by side on white."""
    gap = np.full((panels[0].shape[0], GAP, 3), WHITE, np.uint8)
    return np.hstack([part for one in panels for part in (gap, one)] + [gap])


def column(rows: list[np.ndarray]) -> np.ndarray:
    """Set rows one above the other on white."""
    width = max(one.shape[1] for one in rows)
    pad = [((0, GAP), (0, width - one.shape[1]), (0, 0)) for one in rows]
    return np.vstack([np.pad(r, p, constant_values=WHITE) for r, p in zip(rows, pad, strict=True)])


def coloured(values: np.ndarray, colormap: str = "viridis") -> np.ndarray:
    """Draw a map (h, w), stretched to [0, 1], in colour: uint8 RGB of the same size."""
    return overlay(np.zeros((*values.shape, 3), np.uint8), to_heatmap(values), 1, colormap)


def overlaid(
    picture: np.ndarray, values: np.ndarray, alpha: float = 0.5, colormap: str = "viridis"
) -> np.ndarray:
    """Lay a map, stretched to [0, 1], over an enlarged picture."""
    return overlay(enlarge(picture, HEIGHT), to_heatmap(values), alpha, colormap)


def _grey(unit: np.ndarray) -> np.ndarray:
    return np.repeat(np.round(unit * 255).astype(np.uint8)[..., None], 3, axis=-1)


def kernel_panels(kernel: np.ndarray, colours: bool = False) -> list[np.ndarray]:
    """Draw one kernel (kh, kw, in): dark is negative, mid-grey zero, light positive.

    A small one is drawn channel by channel with its numbers, one that reads colours in colour as
    well; of a large one all slices side by side.
    """
    unit = to_unit_range(kernel[..., None], per="filter")[..., 0]
    slices = [_grey(channel) for channel in np.moveaxis(unit, -1, 0)]
    if kernel.size > NUMBERS or len(slices) > 3:
        sheet = tile(np.stack(slices), math.ceil(math.sqrt(len(slices))), 1, WHITE)
        return [panel(sheet, f"kernel, {len(slices)} slices")]
    if not colours:
        names = ["kernel"] if len(slices) == 1 else [f"channel {i}" for i in range(len(slices))]
        return _numbered_panels(slices, kernel, names)
    in_colour = panel(np.round(unit * 255).astype(np.uint8), "kernel")
    return [in_colour, *_numbered_panels(slices, kernel, ["red", "green", "blue"])]


def _numbered_panels(
    slices: list[np.ndarray], kernel: np.ndarray, names: list[str]
) -> list[np.ndarray]:
    weights = np.moveaxis(kernel, -1, 0)
    return [
        panel(_numbered(*pair), name) for *pair, name in zip(slices, weights, names, strict=True)
    ]


def _numbered(picture: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Enlarge a slice of a kernel, and write its weights into it where there is room."""
    enlarged, cell = enlarge(picture, HEIGHT), HEIGHT // len(weights)
    if cell < ROOM:
        return enlarged
    for (i, j), weight in np.ndenumerate(weights):
        ink = (0, 0, 0) if picture[i, j, 0] > 100 else (255, 255, 255)
        write(enlarged, number(weight), (j * cell + 6, i * cell + cell // 2 + 5), ink)
    return enlarged


def small_mosaic(maps: np.ndarray) -> tuple[np.ndarray, int, int]:
    """Draw all feature maps of a layer, thinned to about HEIGHT pixels a side.

    Returns uint8 RGB, the number of columns, and the side of a cell in pixels.
    """
    columns = math.ceil(math.sqrt(maps.shape[-1]))
    step = max(1, round(maps.shape[0] * columns / (2 * HEIGHT)))
    thin = maps[step // 2 :: step, step // 2 :: step]
    sheet = mosaic(thin, columns)
    zoom = max(1, round(2 * HEIGHT / max(sheet.shape)))
    sheet = sheet.repeat(zoom, axis=0).repeat(zoom, axis=1)
    colours = overlay(np.zeros((*sheet.shape, 3), np.uint8), sheet, 1)
    return colours, columns, (thin.shape[0] + 1) * zoom


def mark(picture: np.ndarray, columns: int, cell: int, chosen: int) -> np.ndarray:
    """Frame one cell of a mosaic in a copy of it."""
    side = max(3, picture.shape[0] // 80)
    marked = np.pad(picture, ((side, side), (side, side), (0, 0)), constant_values=WHITE)
    top, left = chosen // columns * cell, chosen % columns * cell
    frame = marked[top : top + cell + 2 * side, left : left + cell + 2 * side]
    frame[:side], frame[-side:], frame[:, :side], frame[:, -side:] = MARK, MARK, MARK, MARK
    return marked


def number(value: float) -> str:
    """Write a number with two digits that count, without an exponent or a minus before 0."""
    return np.format_float_positional(float(f"{value:.2g}") + 0.0, trim="-")


def place_of_maximum(values: np.ndarray) -> str:
    """Say in words where a map (h, w) is largest: one of nine parts."""
    i, j = np.unravel_index(np.argmax(values), values.shape)
    rows, columns = ("top", "middle", "bottom"), ("left", "centre", "right")
    down, across = rows[3 * i // values.shape[0]], columns[3 * j // values.shape[1]]
    return "in the centre" if (down, across) == ("middle", "centre") else f"at the {down} {across}"
