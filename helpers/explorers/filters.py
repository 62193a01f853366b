"""The kernel of a filter, and what it does to a picture."""

import numpy as np

from helpers._keras import keras
from helpers._keras.steps import once
from helpers.explorers.album import Pictures
from helpers.explorers.colours import colour_order
from helpers.explorers.kernels import NUMBERS, WHITE_IS_ZERO, kernel_panels
from helpers.explorers.layers import FilterExplorer
from helpers.explorers.panels import coloured, number, place_of_maximum
from helpers.explorers.photos import PhotoExplorer
from helpers.explorers.sheet import Panel, Sheet
from helpers.filters import kernels
from helpers.inputs import preprocessing_of
from helpers.models import describe, find_layer
from helpers.models.spec import Preprocess
from helpers.pixels import signed


def kernel_of(model: keras.Model, layer: str, chosen: int) -> tuple[np.ndarray, bool]:
    """Return one kernel (kh, kw, in), and whether its channels are red, green and blue."""
    kernel, found = kernels(model, layer)[..., chosen], find_layer(model, layer)
    if kernel.shape[-1] != 3 or model.input_shape[-1] != 3:
        return kernel, False
    key = ("colours", found, preprocessing_of(model))
    order = once(model, key, lambda: colour_order(model, found))
    return (kernel, False) if order is None else (kernel[..., order], True)


def describe_kernel(kernel: np.ndarray) -> str:
    """Describe one kernel (kh, kw, in); a small one by its numbers."""
    size = " x ".join(map(str, kernel.shape))
    lowest, highest = number(kernel.min()), number(kernel.max())
    if kernel.size > NUMBERS:
        return f"its kernel, {size} weights, runs from {lowest} to {highest}"
    if kernel.shape[-1] > 1:
        return f"its kernel, {size} weights: from {lowest} to {highest}"
    lines = "; ".join(", ".join(map(number, line)) for line in kernel[..., 0])
    return f"its kernel, {size} weights: {lines}"


def describe_map(values: np.ndarray) -> str:
    """Describe one feature map (h, w)."""
    if not values.any():
        return "is zero everywhere"
    size = " x ".join(map(str, values.shape))
    return (
        f"({size}) runs from {number(values.min())} to {number(values.max())}, is above zero at "
        f"{(values > 0).mean():.0%} of its positions, and strongest {place_of_maximum(values)}"
    )


def map_panel(maps: np.ndarray, chosen: int) -> Panel:
    """Draw one of the feature maps (h, w, channels) of a layer.

    White is zero where the layer has negative values, also where the chosen map has none, so that
    the colours mean the same for all filters of the layer.
    """
    values = maps[..., chosen]
    if maps.min() >= 0:
        note = f"dark is {number(values.min())}, bright {number(values.max())}"
        return Panel(coloured(values), "feature map", note)
    limit = float(np.abs(values).max())
    note = f"{WHITE_IS_ZERO}; up to {number(limit)}"
    return Panel(signed(values, limit), "feature map", note)


class KernelExplorer(PhotoExplorer, FilterExplorer):
    """See ``explore_filters``."""

    def __init__(self, model: keras.Model, photos: Pictures) -> None:
        self.start_at(model)
        super().__init__(self.choose_from(model, photos), ("image",))

    def draw(self) -> Sheet:
        """Kernel, picture and feature map side by side."""
        kernel, colours = kernel_of(self.model, self.layer, self.filter)
        maps = self.maps(self.layer)
        panels = [
            *kernel_panels(kernel, colours),
            Panel(self.photo, self.photo_name),
            map_panel(maps, self.filter),
        ]
        of_kernel, of_map = describe_kernel(kernel), describe_map(maps[..., self.filter])
        caption = f"{self.title}: {of_kernel}. On {self.photo_name} its map {of_map}."
        return Sheet(panels, caption)


def explore_filters(
    model: keras.Model,
    photos: Pictures = None,
    *,
    class_names: list[str] | None = None,
    preprocess: Preprocess | None = None,
) -> KernelExplorer:
    """Explore kernels, with their numbers when they are small, and what they do to a picture.

    Args:
        model: a net with 2D convolutions and a square input of 1 or 3 channels.
        photos: plain pictures, not prepared ones: name -> picture, or a sequence of pictures,
            RGB (h, w, 3) or grey (h, w) or (h, w, 1), integers in 0 to 255 or floats in 0 to 1;
            ``None``, the course's own.
        class_names, preprocess: what is not known of the model yet, as in ``models.describe``.

    Returns:
        A widget with the traits ``layer``, ``filter`` and ``image``; see the package for what all
        explorers share.

    Raises:
        ValueError: a model without convolutions or without a square input of 1 or 3 channels, or
            pictures that are none.

    >>> from helpers.models import build_fashion_cnn
    >>> explore_filters(build_fashion_cnn(), [np.eye(28)]).title
    'conv1, filter 0 of 32'
    """
    model = describe(model, class_names=class_names, preprocess=preprocess)
    return KernelExplorer(model, photos)
