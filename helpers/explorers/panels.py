"""Pictures of maps, kernels and places, as arrays: quick enough to follow a slider."""

import math

import numpy as np

from helpers.activations import mosaic
from helpers.cam import to_heatmap
from helpers.images import enlarge, overlay, write

HEIGHT = 300  # of a panel, in pixels
GAP, TITLE = 8, 24
WHITE, MARK = 255, (255, 90, 0)
PAGE = 64  # so many maps of a layer are shown at once
CLOSE = 56  # pixels of a close-up at least
Box = tuple[int, int, int, int]  # rows and columns: top, bottom, left, right


def panel(
    picture: np.ndarray, title: str, height: int = HEIGHT, letters: float = 0.45
) -> np.ndarray:
    """Fit a picture into a height, and twice that width, and write a title above it."""
    tall, wide = picture.shape[:2]
    picture = enlarge(picture, max(1, min(height, 2 * height * tall // wide)))
    framed = np.full((height + TITLE, max(picture.shape[1], 9 * len(title)), 3), WHITE, np.uint8)
    framed[TITLE : TITLE + len(picture), : picture.shape[1]] = picture
    write(framed, title, (2, TITLE - 8), size=letters)
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
    return _painted(to_heatmap(values), colormap)


def _painted(unit: np.ndarray, colormap: str = "viridis") -> np.ndarray:
    return overlay(np.zeros((*unit.shape, 3), np.uint8), unit, 1, colormap, "blend")


def overlaid(
    picture: np.ndarray, values: np.ndarray, alpha: float = 0.75, colormap: str = "inferno"
) -> np.ndarray:
    """Lay a map, stretched to [0, 1], over a picture; the hotter, the less shows through."""
    times = math.ceil(HEIGHT / max(picture.shape[:2]))
    larger = enlarge(picture, times * picture.shape[0])
    return overlay(larger, to_heatmap(values), alpha, colormap, "heat")


def page_of_maps(maps: np.ndarray, chosen: int) -> tuple[np.ndarray, range]:
    """Draw the maps (h, w, channels) around a chosen one, which is framed, and say which.

    Each is thinned or enlarged to at most 75 pixels a side.
    """
    first = chosen // PAGE * PAGE
    numbers = range(first, min(first + PAGE, maps.shape[-1]))
    columns = math.ceil(math.sqrt(len(numbers)))
    room = 2 * HEIGHT // columns
    step = max(1, math.ceil(maps.shape[0] / room))
    thin = maps[step // 2 :: step, step // 2 :: step, first : numbers.stop]
    zoom = max(1, room // (thin.shape[0] + 1))
    sheet = mosaic(thin, columns).repeat(zoom, axis=0).repeat(zoom, axis=1)
    down, across = divmod(chosen - first, columns)
    height, width = ((side + 1) * zoom for side in thin.shape[:2])
    box = (down * height, (down + 1) * height - zoom, across * width, (across + 1) * width - zoom)
    return framed(_painted(sheet), box), numbers


def close_up(picture: np.ndarray, box: Box) -> np.ndarray:
    """Frame a part of a square picture, and show little more than this part of a large one."""
    whole, marked = len(picture), framed(picture, box)
    side = max(CLOSE, 3 * max(box[1] - box[0], box[3] - box[2]) // 2)
    if side >= whole:
        return marked
    top, left = (min(max(0, (box[i] + box[i + 1] - side) // 2), whole - side) for i in (0, 2))
    return enlarge(marked[top : top + side, left : left + side], HEIGHT)


def framed(picture: np.ndarray, box: Box) -> np.ndarray:
    """Draw a frame around rows and columns in a copy of a picture.

    Around a tiny part the frame keeps a distance, so that both can be seen.
    """
    side, least = max(1, len(picture) // 80), len(picture) // 10
    marked = picture.copy()
    more = [max(0, least - (box[i + 1] - box[i])) // 2 for i in (0, 2)]
    top, bottom, left, right = np.add(box, np.repeat(more, 2) * [-1, 1, -1, 1]).clip(0).tolist()
    marked[max(0, top - side) : bottom + side, max(0, left - side) : right + side] = MARK
    inside = slice(max(top, side), min(bottom, len(picture) - side))
    across = slice(max(left, side), min(right, picture.shape[1] - side))
    marked[inside, across] = picture[inside, across]
    return marked


def number(value: float, digits: int = 2) -> str:
    """Write a number with the digits that count, without an exponent or a minus before 0."""
    return np.format_float_positional(float(f"{value:.{digits}g}") + 0.0, trim="-")


def place_of_maximum(values: np.ndarray) -> str:
    """Say in words where a map (h, w) is largest: one of nine parts."""
    i, j = np.unravel_index(np.argmax(values), values.shape)
    rows, columns = ("top", "middle", "bottom"), ("left", "centre", "right")
    down, across = rows[3 * i // values.shape[0]], columns[3 * j // values.shape[1]]
    return "in the centre" if (down, across) == ("middle", "centre") else f"at the {down} {across}"
