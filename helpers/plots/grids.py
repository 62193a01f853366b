"""Pictures side by side: images, kernels, mosaics and heatmaps over photos."""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import Colormap
from matplotlib.figure import Figure

from helpers.figures import DIVERGING, Picture, add_colorbar, captioned, encoded, finish, grid
from helpers.images import encode_png, overlay


def _limits(images: Sequence[np.ndarray], signed: bool) -> tuple[float, float]:
    """Find the smallest and the largest value of several maps, or symmetric limits around 0."""
    largest = max(float(np.max(image)) for image in images)
    smallest = min(float(np.min(image)) for image in images)
    if signed:
        largest = max(largest, -smallest)
        return -largest, largest
    return smallest, largest


def _draw(
    images: Sequence[np.ndarray],
    titles: Sequence[str],
    columns: int,
    size: float,
    colormap: str | Colormap = "gray",
    limits: tuple[float, float] | None = None,
    colorbar: tuple[float, float] | None = None,
) -> Figure:
    """Draw pictures in a grid, and a bar for the values of the colour map beside it."""
    low, high = limits or (None, None)
    tallest = max(np.shape(image)[0] / np.shape(image)[1] for image in images)
    height = size * (min(tallest, 1) + (0.2 if len(titles) else 0))
    figure, axes = grid(len(images), columns, size, height)
    for i, (axis, image) in enumerate(zip(axes, images, strict=True)):
        axis.imshow(np.squeeze(image), cmap=colormap, vmin=low, vmax=high, interpolation="nearest")
        if len(titles):
            axis.set_title(titles[i], fontsize=9)
    if colorbar:
        add_colorbar(figure, colormap, colorbar)
    return figure


def show_images(
    images: Sequence[np.ndarray],
    titles: Sequence[str] = (),
    *,
    caption: str | None = None,
    alt: str | None = None,
    columns: int = 5,
    size: float = 1.4,
    colormap: str = "gray",
    limits: tuple[float, float] | None = None,
    signed: bool = False,
    colorbar: bool = False,
) -> Picture:
    """Show pictures in a grid.

    Args:
        images: (h, w), (h, w, 1) or RGB (h, w, 3) each; RGB as uint8 or floats in [0, 1].
        titles: one for each image, or none.
        caption: one sentence that stands under the figure and says what to look at. A reader who
            cannot see the figure is told the same.
        alt: what that reader is told instead of the caption.
        size: width and height of one picture, in inches.
        colormap: Matplotlib's name of a colour map for pictures of one channel.
        limits: the values drawn as the first and the last colour; each picture's own smallest
            and largest value where not given.
        signed: blue below zero, white at zero, red above, on one scale for all pictures.
        colorbar: one scale for all pictures, and a bar that says which colour is which value.

    Raises:
        ValueError: neither a caption nor an alt text.

    >>> show_images([np.eye(8), np.ones((8, 8))], caption="A diagonal and a square.").alt
    'A diagonal and a square.'
    """
    if limits is None and (signed or colorbar):
        limits = _limits(images, signed)
    colours = DIVERGING if signed else colormap
    bar = limits if colorbar else None
    return finish(_draw(images, titles, columns, size, colours, limits, bar), caption, alt)


def show_kernels(
    kernels: np.ndarray,
    *,
    caption: str | None = None,
    alt: str | None = None,
    columns: int = 8,
    size: float = 0.9,
    numbers: bool = True,
) -> Picture:
    """Show kernels (kh, kw, in, out) that ``filters.to_unit_range`` has brought to [0, 1].

    With three input channels a kernel is drawn in colour, mid-grey at zero. Otherwise its first
    channel is drawn: blue is negative, white is zero, red is positive.

    Args:
        caption, alt: as in ``show_images``.
        numbers: write the filter's number above each.

    >>> show_kernels(np.random.rand(3, 3, 1, 4), caption="Four random kernels.").alt
    'Four random kernels.'
    """
    colour = kernels.shape[2] == 3
    pictures = [k if colour else k[:, :, 0] for k in np.moveaxis(kernels, -1, 0)]
    titles = [str(i) for i in range(len(pictures))] if numbers else ()
    return finish(_draw(pictures, titles, columns, size, DIVERGING, (0, 1)), caption, alt)


def show_mosaic(
    picture: np.ndarray, *, caption: str | None = None, alt: str | None = None, zoom: int = 1
) -> Picture:
    """Show a mosaic from ``activations.mosaic``, or any picture, pixel by pixel.

    Args:
        picture: floats in [0, 1] (h, w), drawn in viridis, or uint8 RGB (h, w, 3).
        caption, alt: as in ``show_images``.
        zoom: every pixel becomes a square of so many pixels.

    A large RGB picture is stored as JPEG, since noise makes PNG files huge.

    >>> show_mosaic(np.eye(4), caption="A diagonal.", zoom=2).data[1:4]
    b'PNG'
    """
    picture = np.repeat(np.repeat(picture, zoom, axis=0), zoom, axis=1)
    if picture.ndim == 2:
        picture = overlay(np.zeros_like(picture), picture, 1, "viridis", mode="blend")
        return captioned(encode_png(picture), caption, alt)
    return captioned(encoded(picture, 50), caption, alt)


def show_heatmaps(
    photos: Sequence[np.ndarray],
    heatmaps: Sequence[np.ndarray],
    titles: Sequence[str] = (),
    *,
    caption: str | None = None,
    alt: str | None = None,
    columns: int = 4,
    size: float = 2.2,
    alpha: float = 0.75,
    colormap: str = "inferno",
    mode: str = "heat",
    colorbar: bool = False,
) -> Picture:
    """Show heatmaps over their photos, which stay as they are where the maps are cold.

    Args:
        photos, alpha, colormap, mode: as ``images.overlay`` takes them.
        heatmaps: in [0, 1], or with ``colorbar`` also raw ones, at least 0.
        titles, caption, alt: as in ``show_images``.
        colorbar: one scale for all heatmaps, from 0 to the largest value, and a bar that says
            which colour is which value.

    Raises:
        ValueError: not as many heatmaps as photos, or values out of range. Maps with negative
            values are drawn by ``show_images(maps, signed=True)``.

    >>> photo = np.zeros((64, 64, 3), np.uint8)
    >>> show_heatmaps([photo], [np.eye(7)], caption="The diagonal is hot.").alt
    'The diagonal is hot.'
    """
    top = max(float(np.max(heatmap)) for heatmap in heatmaps) if colorbar else 1.0
    top = top if top > 0 else 1.0
    pictures = [
        overlay(photo, np.asarray(heatmap) / top if colorbar else heatmap, alpha, colormap, mode)
        for photo, heatmap in zip(photos, heatmaps, strict=True)
    ]
    bar = (0.0, top) if colorbar else None
    return finish(_draw(pictures, titles, columns, size, colormap, colorbar=bar), caption, alt)
