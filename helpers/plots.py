"""Figures of the lessons. Each function returns a ``Picture`` that carries its description."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from helpers.figures import Picture, finish, grid
from helpers.images import encode_png, overlay


def show_images(
    images: Sequence[np.ndarray],
    titles: Sequence[str] = (),
    *,
    alt: str,
    columns: int = 5,
    size: float = 1.4,
    colormap: str = "gray",
    limits: tuple[float, float] | None = None,
) -> Picture:
    """Show pictures in a grid.

    Args:
        images: (h, w), (h, w, 1) or RGB (h, w, 3) each; RGB as uint8 or floats in [0, 1].
        titles: one for each image, or none.
        alt: what a reader who cannot see the figure should know.
        size: width and height of one picture, in inches.
        colormap: Matplotlib's name of a colour map for pictures of one channel.
        limits: the values drawn as the first and the last colour; each picture's own smallest
            and largest value where not given.

    >>> show_images([np.eye(8), np.ones((8, 8))], ["eye", "ones"], alt="a diagonal, a square").alt
    'a diagonal, a square'
    """
    low, high = limits or (None, None)
    figure, axes = grid(len(images), columns, size, size * (1.2 if len(titles) else 1))
    for i, (axis, image) in enumerate(zip(axes, images, strict=True)):
        axis.imshow(np.squeeze(image), cmap=colormap, vmin=low, vmax=high, interpolation="nearest")
        if len(titles):
            axis.set_title(titles[i], fontsize=9)
    return finish(figure, alt)


def show_kernels(
    kernels: np.ndarray, *, alt: str, columns: int = 8, size: float = 0.9, numbers: bool = True
) -> Picture:
    """Show kernels (kh, kw, in, out) that ``filters.to_unit_range`` has brought to [0, 1].

    With three input channels a kernel is drawn in colour, otherwise its first channel in grey:
    dark is negative, mid-grey is zero, light is positive.

    Args:
        numbers: write the filter's number above each.

    >>> show_kernels(np.random.rand(3, 3, 1, 4), alt="four random kernels").alt
    'four random kernels'
    """
    colour = kernels.shape[2] == 3
    pictures = [k if colour else k[:, :, 0] for k in np.moveaxis(kernels, -1, 0)]
    titles = [str(i) for i in range(len(pictures))] if numbers else ()
    return show_images(pictures, titles, alt=alt, columns=columns, size=size, limits=(0, 1))


def show_mosaic(picture: np.ndarray, *, alt: str, zoom: int = 1) -> Picture:
    """Show a mosaic from ``activations.mosaic``, or any picture, pixel by pixel.

    Args:
        picture: floats in [0, 1] (h, w), drawn in viridis, or uint8 RGB (h, w, 3).
        zoom: every pixel becomes a square of so many pixels.

    >>> show_mosaic(np.eye(4), alt="a diagonal", zoom=2).data[1:4]
    b'PNG'
    """
    picture = np.repeat(np.repeat(picture, zoom, axis=0), zoom, axis=1)
    if picture.ndim == 2:
        picture = overlay(np.zeros_like(picture), picture, alpha=1)
    return Picture(encode_png(picture), alt)


def show_heatmaps(
    photos: Sequence[np.ndarray],
    heatmaps: Sequence[np.ndarray],
    titles: Sequence[str] = (),
    *,
    alt: str,
    columns: int = 4,
    size: float = 2.2,
    alpha: float = 0.4,
    colormap: str = "viridis",
) -> Picture:
    """Show heatmaps in [0, 1] over their photos; both as ``images.overlay`` takes them.

    >>> show_heatmaps([np.zeros((64, 64, 3), np.uint8)], [np.eye(7)], alt="a hot diagonal").alt
    'a hot diagonal'
    """
    pairs = zip(photos, heatmaps, strict=True)
    pictures = [overlay(photo, heatmap, alpha, colormap) for photo, heatmap in pairs]
    return show_images(pictures, titles, alt=alt, columns=columns, size=size)


def show_training(histories: Mapping[str, Mapping[str, Sequence[float]]], *, alt: str) -> Picture:
    """Show learning curves, as ``models.train`` returns them, of one or more runs.

    Accuracy left, loss right; training solid, validation dashed; the legend hides no curve.

    Args:
        histories: name of the run -> its lists ``accuracy``, ``val_accuracy``, ``loss``,
            ``val_loss``.

    >>> show_training({"first run": {"loss": [2, 1], "accuracy": [0.5, 0.6]}}, alt="it learns").alt
    'it learns'
    """
    figure = Figure(figsize=(8, 3.1), dpi=96, layout="constrained")
    for axis, measure in zip(figure.subplots(1, 2), ("accuracy", "loss"), strict=True):
        for number, (name, history) in enumerate(histories.items()):
            for prefix, style, part in (("", "-", "training"), ("val_", "--", "validation")):
                values = history.get(prefix + measure, [])
                epochs = range(1, len(values) + 1)
                label = f"{name}, {part}"
                axis.plot(epochs, values, style, color=f"C{number}", label=label, marker=".")
        axis.set(xlabel="epoch", title=measure)
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.grid(alpha=0.3)
    lines = axis.get_legend_handles_labels()
    figure.legend(*lines, loc="outside lower center", ncols=4, fontsize=8)
    return finish(figure, alt)


def show_curves(
    curves: Mapping[str, Sequence[float]], x: Sequence[float], *, xlabel: str, ylabel: str, alt: str
) -> Picture:
    """Show curves over one axis.

    Args:
        curves: name -> values, as many as ``x`` has.

    >>> show_curves({"line": [0, 1]}, [0, 1], xlabel="x", ylabel="y", alt="a line").alt
    'a line'
    """
    figure = Figure(figsize=(5.5, 3.2), dpi=96, layout="constrained")
    axis = figure.subplots()
    styles = ("-", "--", "-.", ":")
    for number, (name, values) in enumerate(curves.items()):
        axis.plot(x, values, styles[number % len(styles)], label=name, marker=".")
    axis.set(xlabel=xlabel, ylabel=ylabel)
    axis.grid(alpha=0.3)
    axis.legend(fontsize=9)
    return finish(figure, alt)
