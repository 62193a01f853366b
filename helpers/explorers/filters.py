"""The kernel of a filter, and what it does to a picture."""

import numpy as np

from helpers._tensorflow import keras
from helpers.explorers.album import Pictures
from helpers.explorers.base import FilterExplorer
from helpers.explorers.panels import NUMBERS, coloured, kernel_panels, number, panel, row, where
from helpers.explorers.photos import WithPhotos
from helpers.filters import kernels
from helpers.inputs import takes_imagenet_pixels


def kernel_of(model: keras.Model, layer: str, chosen: int) -> np.ndarray:
    """Return one kernel (kh, kw, in), colours in the order red, green, blue."""
    kernel = kernels(model, layer)[..., chosen]
    bgr = takes_imagenet_pixels(model) and kernel.shape[-1] == 3
    return kernel[..., ::-1] if bgr else kernel


def kernel_says(kernel: np.ndarray) -> str:
    """Describe one kernel (kh, kw, in); a small one by its numbers."""
    size = " x ".join(map(str, kernel.shape))
    if kernel.size > NUMBERS:
        ends = f"{number(kernel.min())} to {number(kernel.max())}"
        return f"its kernel, {size} weights, runs from {ends}"
    rows = (
        "; ".join(
            ", ".join(f"{number(w)}" for w in line) for line in kernel.reshape(-1, kernel.shape[1])
        )
        if kernel.shape[-1] == 1
        else f"from {number(kernel.min())} to {number(kernel.max())}"
    )
    return f"its kernel, {size} weights: {rows}"


def map_says(values: np.ndarray) -> str:
    """Describe one feature map (h, w)."""
    if not values.any():
        return "is zero everywhere"
    size = " x ".join(map(str, values.shape))
    return (
        f"({size}) runs from {number(values.min())} to {number(values.max())}, is above zero at "
        f"{(values > 0).mean():.0%} of its positions, and strongest {where(values)}"
    )


class KernelExplorer(WithPhotos, FilterExplorer):
    """See ``explore_filters``."""

    def __init__(self, model: keras.Model, images: Pictures) -> None:
        self.start_at(model, 0)
        controls = self.choose_from(model, images)
        super().__init__(model, controls, ("image",))

    def draw(self) -> tuple[np.ndarray, str]:
        """Kernel, picture and feature map side by side."""
        kernel = kernel_of(self.model, self.layer, self.filter)
        values = self.maps(self.layer)[..., self.filter]
        pictures = [
            *kernel_panels(kernel),
            panel(self.shown, self.name),
            panel(coloured(values), "feature map"),
        ]
        says = f"{self.place}: {kernel_says(kernel)}. On {self.name} its map {map_says(values)}."
        return row(pictures), says


def explore_filters(model: keras.Model, images: Pictures = None) -> KernelExplorer:
    """Explore kernels: traits ``layer``, ``filter``, ``image``.

    Shows the kernel, with its numbers when it is small, and the feature map that the layer
    computes with it for a picture. Arguments and errors: see the package.
    """
    return KernelExplorer(model, images)
