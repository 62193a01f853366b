"""One step of a convolution as a picture."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import CenteredNorm, Colormap, Normalize
from matplotlib.figure import Figure

from helpers.figures import DIVERGING, Picture, finish


def _draw_numbers(
    axis: Axes, values: np.ndarray, colormap: str | Colormap, scale: Normalize
) -> None:
    """Draw a grid of coloured squares with their numbers."""
    squares = axis.imshow(values, cmap=colormap, norm=scale)
    for (row, column), value in np.ndenumerate(values):
        light = np.mean(squares.to_rgba(value)[:3]) > 0.5
        ink = "black" if light else "white"
        axis.text(column, row, f"{value:z.2f}", color=ink, ha="center", va="center", fontsize=12)
    axis.set(xticks=[], yticks=[])


def show_step(
    patch: np.ndarray, kernel: np.ndarray, products: np.ndarray, *, caption: str | None = None
) -> Picture:
    """Show one step of a convolution: patch times kernel, the products, and their sum.

    The patch is drawn in grey. In the kernel and the products blue is negative, white is zero and
    red is positive.

    Args:
        patch, kernel, products: (h, w) or (h, w, 1) each, of one shape.
        caption: as in ``show_images``; ``None``, a sentence that says the sum.

    Raises:
        ValueError: no grids of one shape.

    >>> show_step(np.ones((2, 2)), np.eye(2), np.eye(2)).caption
    'Each number of the patch times the number of the kernel at its place: the sum is 2.00.'
    """
    grids = [np.squeeze(np.asarray(each, float)) for each in (patch, kernel, products)]
    if grids[0].ndim != 2 or len({each.shape for each in grids}) > 1:
        shapes = [np.shape(each) for each in (patch, kernel, products)]
        raise ValueError(f"patch, kernel and products are grids of one shape, not {shapes}")
    figure = Figure(figsize=(9, 2.6), dpi=96, layout="constrained")
    axes = figure.subplots(1, 6, width_ratios=(6, 0.8, 6, 0.8, 6, 3.2))
    grey = Normalize(min(0, grids[0].min()), max(1, grids[0].max()))
    signed = [CenteredNorm(0, max(np.abs(each).max(), 1e-9)) for each in grids[1:]]
    _draw_numbers(axes[0], grids[0], "gray", grey)
    _draw_numbers(axes[2], grids[1], DIVERGING, signed[0])
    _draw_numbers(axes[4], grids[2], DIVERGING, signed[1])
    for axis, title in zip(axes[::2], ("patch", "kernel", "products"), strict=False):
        axis.set_title(title, fontsize=12)
    total = float(grids[2].sum())
    for axis, text in zip(axes[1::2], ("×", "=", f"sum {total:z.2f}"), strict=True):
        axis.text(0.5, 0.5, text, ha="center", va="center", fontsize=18)
        axis.axis("off")
    default = (
        "Each number of the patch times the number of the kernel at its place: the sum is "
        f"{total:z.2f}."
    )
    return finish(figure, caption or default)
