"""The layers of a net as a row of blocks."""

from itertools import groupby

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from helpers._keras import keras
from helpers.figures import Picture, finish

COLOURS = (  # a piece of the name of a layer's type, and its colour
    ("Conv", "#4878a8"),
    ("Dense", "#b5533c"),
    ("Normalization", "#8fb996"),
    ("Pooling", "#e0a458"),
    ("Flatten", "#9c89b8"),
    ("Dropout", "#c7c7c7"),
    ("ReLU", "#f0dfa0"),
    ("Activation", "#f0dfa0"),
)
TALL, SLICE, GAP = 2.0, 0.2, 0.5  # inches: the largest map, one layer's thickness, between groups


def _colour(layer: keras.Layer) -> str:
    kind = type(layer).__name__
    return next((colour for piece, colour in COLOURS if piece in kind), "white")


def _groups(model: keras.Model) -> list[tuple[tuple[int, ...], list[keras.Layer]]]:
    """Gather layers that follow each other and give the same shape."""
    layers = [each for each in model.layers if not isinstance(each, keras.layers.InputLayer)]
    if not model.built or not layers or any(isinstance(each.input, list) for each in layers):
        raise ValueError("only a built model without branches can be drawn as a row of layers")
    parts = groupby(layers, key=lambda layer: tuple(layer.output.shape[1:]))
    return [(tuple(model.input_shape[1:]), []), *((shape, list(part)) for shape, part in parts)]


def _size(shape: tuple[int, ...], largest: float) -> tuple[float, float]:
    """Give height and depth of a block in inches: sides of maps, or a flat bar for a vector."""
    if len(shape) < 3:
        return 0.35 + 0.13 * np.log2(max(shape[-1] or 1, 1)), 0.06
    side = TALL * max((shape[0] or 1) / largest, 0.08)
    return side, 0.3 * side


def _face(axis: Axes, corners: list[tuple[float, float]], colour: str, alpha: float = 1) -> None:
    face = Polygon(corners, facecolor=colour, alpha=alpha, edgecolor="0.25", linewidth=0.8)
    axis.add_patch(face)


def _draw_block(axis: Axes, left: float, size: tuple[float, float], colours: list[str]) -> float:
    """Draw slices side by side, and return the right end."""
    height, depth = size
    y, top = -height / 2, height / 2
    for number, colour in enumerate(colours):
        x = left + number * SLICE
        right, back = x + SLICE, top + depth
        _face(axis, [(x, y), (right, y), (right, top), (x, top)], colour)
        _face(axis, [(x, top), (right, top), (right + depth, back), (x + depth, back)], colour, 0.7)
    end = left + len(colours) * SLICE
    wall = [(end, y), (end + depth, y + depth), (end + depth, top + depth), (end, top)]
    _face(axis, wall, colours[-1], 0.5)
    return end + depth


def show_architecture(
    model: keras.Model, *, caption: str | None = None, alt: str | None = None
) -> Picture:
    """Show a net as a row of blocks, each as high as its feature maps.

    Layers that give the same shape are slices of one block. Above each block stands the shape of
    its output, under it the names of its layers and how many weights they hold.

    Args:
        model: a built model without branches.
        caption, alt: as in ``show_images``.

    Raises:
        ValueError: a model that is not built, or has branches.

    >>> net = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()])
    >>> show_architecture(net, caption="64 numbers in a row.").alt
    '64 numbers in a row.'
    """
    groups = _groups(model)
    largest = max([shape[0] or 1 for shape, _ in groups if len(shape) == 3], default=1)
    small = 9 if len(groups) < 10 else 7  # points
    under = -TALL / 2 - 0.3 - 0.2 * max(len(layers) for _, layers in groups)
    figure = Figure(figsize=(9, 4.2), dpi=96)
    axis = figure.add_axes((0, 0, 1, 1))
    right = 0.0
    for shape, layers in groups:
        left, size = right + GAP, _size(shape, largest)
        colours = [_colour(layer) for layer in layers] or ["0.35"]
        right = max(_draw_block(axis, left, size, colours), left + 0.6)
        middle = left + len(colours) * SLICE / 2
        words = " × ".join(str(number or "any") for number in shape)
        axis.text(middle, size[0] / 2 + size[1] + 0.12, words, ha="center", fontsize=small)
        names = "\n".join([layer.name for layer in layers] or ["input"])
        axis.text(middle, -TALL / 2 - 0.15, names, ha="center", va="top", fontsize=small)
        if count := sum(layer.count_params() for layer in layers):
            axis.text(middle, under, f"{count:,}", ha="center", fontsize=small, weight="bold")
    axis.text(0.35, under, "weights", ha="center", fontsize=small, weight="bold")
    axis.set(xlim=(0, right + GAP / 2), ylim=(under - 0.15, 2.0), aspect="equal")
    axis.axis("off")
    return finish(figure, caption, alt)
