"""Heatmaps over photos, for one class or for two side by side."""

import warnings
from collections.abc import Callable

import numpy as np
from traitlets import Float, Int

from helpers import cam
from helpers._keras import keras
from helpers.explorers.album import Pictures
from helpers.explorers.answer import names_card
from helpers.explorers.classes import KEPT, ClassExplorer
from helpers.explorers.controls import OneOf, progress
from helpers.explorers.layers import LayerExplorer
from helpers.explorers.panels import coloured, number, overlaid, place_of_maximum
from helpers.explorers.recent import Recent
from helpers.explorers.sheet import Panel, Sheet
from helpers.explorers.slider import Slider
from helpers.models import describe, find_layer
from helpers.models.spec import Preprocess

METHODS: dict[str, Callable[..., np.ndarray]] = {
    "Grad-CAM": cam.grad_cam,
    "Grad-CAM++": cam.grad_cam_plus_plus,
    "Layer-CAM": cam.layer_cam,
    "Score-CAM": cam.score_cam,
}
SLOW = {"Score-CAM"}
COLORMAPS = ("inferno", "viridis", "cividis", "magma")


class CamExplorer(ClassExplorer, LayerExplorer):
    """See ``explore_cam``."""

    compare_with = Int(None, allow_none=True)
    method = OneOf("method", list(METHODS), "Grad-CAM")
    opacity = Float(0.75, min=0.0, max=1.0)
    colormap = OneOf("colour map", COLORMAPS, "inferno")

    def __init__(self, model: keras.Model, photos: Pictures) -> None:
        self.start_at(model, find_layer(model))
        self._heatmaps = Recent(KEPT)
        self._bar = progress("computing")
        of_class = self.choose_class(model, photos)
        self._compare = self.find("compare with", "compare_with", "type a name")
        traits = self.traits()
        controls = [
            *of_class,
            self._compare,
            traits["method"].control(self),
            Slider(label="opacity", step=0.05, live=True).follow(self, "opacity"),
            traits["colormap"].control(self),
            self._bar,
        ]
        watched = ("image", "class_index", "compare_with", "method", "opacity", "colormap")
        super().__init__(controls, watched)

    def forget(self, image: int) -> None:
        """Forget what was computed for a picture that is replaced."""
        super().forget(image)
        self._heatmaps.forget(image)

    def _heatmap(self, chosen: int) -> np.ndarray:
        key = (self.image, chosen, self.layer, self.method)
        return self._heatmaps.get(key, lambda: self._compute_heatmap(chosen))

    def _compute_heatmap(self, chosen: int) -> np.ndarray:
        images = self.album.squeezed(self.whole)
        slow = {"progress": False, "on_step": self._progress} if self.method in SLOW else {}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "a heatmap is zero")  # the caption says so
            return METHODS[self.method](self.model, images, chosen, self.layer, **slow)[0]

    def _progress(self, done: int, of: int) -> None:
        self._bar.max, self._bar.value = of, done
        self._bar.layout.display = "none" if done == of else "flex"

    def _over_photo(self, chosen: int) -> Panel:
        name, raw = self.classes[chosen], self._heatmap(chosen)
        picture = overlaid(self.whole, raw, self.opacity, self.colormap)
        note = f"class {chosen}, {self.said().sure(chosen)}"
        return Panel(picture, f"{self.method}: {name}", note)

    def _describe(self, chosen: int, rank: str = "") -> str:
        raw = self._heatmap(chosen)
        what = f"{self.method} of {self.photo_name} for {self.classes[chosen]!r}"
        place = "zero everywhere, for the weighted sum is nowhere above 0"
        if raw.any():
            place = f"brightest {place_of_maximum(raw)}"
        size = f"{raw.shape[0]} x {raw.shape[1]}"
        return f"{what} ({rank}{self.said().sure(chosen)}) at {self.layer}, {size}: {place}."

    def draw(self) -> Sheet:
        """The photo, the five names, and the heatmap over the photo and alone, or two of them."""
        chosen = self.offer_classes()
        caption = self._describe(chosen, self.said().rank if self.class_index is None else "")
        panels, listed = [Panel(self.whole, self.photo_name), self._over_photo(chosen)], [chosen]
        if self.compare_with is None:
            raw = self._heatmap(chosen)
            note = f"dark is {number(raw.min())}, bright {number(raw.max())}"
            title = f"{raw.shape[0]} x {raw.shape[1]} values"
            panels.append(Panel(coloured(raw, self.colormap), title, note))
        else:
            listed.append(self.compare_with)
            panels.append(self._over_photo(self.compare_with))
            caption += f" {self._describe(self.compare_with)}"
        return Sheet(
            panels, caption, names_card("most probable", self.said(), self.classes, listed)
        )


def explore_cam(
    model: keras.Model,
    photos: Pictures = None,
    *,
    class_names: list[str] | None = None,
    preprocess: Preprocess | None = None,
) -> CamExplorer:
    """Explore heatmaps over whole photos, which are squeezed into the square that the net takes.

    A new heatmap is computed once and kept.

    Args:
        model: a net with 2D convolutions, a square input of 1 or 3 channels, and one number for
            each class. Behind a sigmoid each class is independent of the others.
        photos: plain pictures, not prepared ones: name -> picture, or a sequence of pictures,
            RGB (h, w, 3) or grey (h, w) or (h, w, 1), integers in 0 to 255 or floats in 0 to 1;
            ``None``, the course's own.
        class_names, preprocess: what is not known of the model yet, as in ``models.describe``.

    Returns:
        A widget with the traits ``image``, ``class_index`` (``None``, the predicted class),
        ``compare_with`` (a second class, or ``None``), ``layer``, ``method``, ``opacity`` and
        ``colormap``; see the package for what all explorers share.

    Raises:
        ValueError: a model without convolutions, classes or a square input of 1 or 3 channels, or
            pictures that are none.

    >>> from helpers.models import build_fashion_cnn
    >>> explore_cam(build_fashion_cnn(), [np.eye(28)]).layer
    'conv2'
    """
    return CamExplorer(describe(model, class_names=class_names, preprocess=preprocess), photos)
