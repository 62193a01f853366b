"""Heatmaps of the Grad-CAM family over photos."""

import warnings

import ipywidgets as widgets
import numpy as np
from traitlets import Float, Int, validate

from helpers import cam
from helpers._choices import check_index
from helpers._keras import keras
from helpers.classes import class_names as names_of
from helpers.explorers.album import Pictures
from helpers.explorers.answer import Answer, answer, class_called
from helpers.explorers.controls import STYLE, WIDE, Choice, Number, OneOf
from helpers.explorers.layers import LayerExplorer
from helpers.explorers.panels import coloured, overlaid, panel, place_of_maximum, row
from helpers.explorers.photos import PhotoExplorer
from helpers.explorers.recent import Recent
from helpers.models import describe, find_layer
from helpers.models.spec import Preprocess

METHODS = {
    "Grad-CAM": cam.grad_cam,
    "Grad-CAM++": cam.grad_cam_plus_plus,
    "Layer-CAM": cam.layer_cam,
    "Score-CAM": cam.score_cam,
}
COLORMAPS = ("viridis", "cividis", "inferno", "magma")
PREDICTED = -1
HEATMAPS = 100  # kept


class CamExplorer(PhotoExplorer, LayerExplorer):
    """See ``explore_cam``."""

    class_index = Int(None, allow_none=True)
    method = OneOf("method", list(METHODS), "Grad-CAM")
    opacity = Float(0.5, min=0.0, max=1.0)
    colormap = OneOf("colour map", COLORMAPS, "viridis")

    def __init__(self, model: keras.Model, photos: Pictures) -> None:
        self.classes = names_of(model)
        self.start_at(model, find_layer(model))
        self._answers, self._heatmaps = Recent(HEATMAPS), Recent(HEATMAPS)
        self._top = widgets.Dropdown(description="class", style=STYLE, layout=WIDE)
        self._search = widgets.Combobox(
            description="find a class", style=STYLE, layout=WIDE, options=self.classes
        )
        self._search.continuous_update = False
        self._bar = widgets.IntProgress(description="Score-CAM", layout={"display": "none"})
        followers: dict[str, Choice | Number] = {
            "method": self.traits()["method"].control(),
            "opacity": Number("opacity", 0.0, 1.0, 0.05),
            "colormap": self.traits()["colormap"].control(),
        }
        for trait, control in followers.items():
            control.follow(self, trait)
        controls = self.choose_from(model, photos)
        controls += [self._top, self._search, *followers.values(), self._bar]
        super().__init__(controls, ("image", "class_index", *followers))
        self._top.observe(self._class_chosen, "value")
        self._search.observe(self._class_typed, "value")

    @validate("class_index")
    def _known_class(self, proposal: dict) -> int | None:
        if proposal["value"] is not None:
            check_index("class", proposal["value"], len(self.classes))
        return proposal["value"]

    def _class_chosen(self, change: dict) -> None:
        if not self._quiet:
            self.class_index = None if change["new"] == PREDICTED else change["new"]

    def _class_typed(self, change: dict) -> None:
        typed = change["new"].strip().lower()
        index = class_called(typed, self.classes)
        if index is not None:
            self.class_index = index
        elif typed:
            self.message = f"No class is called {typed!r}."

    def forget(self, image: int) -> None:
        """Forget what was computed for a picture that is replaced."""
        super().forget(image)
        self._answers.forget(image)
        self._heatmaps.forget(image)

    def _offer_classes(self, said: Answer) -> int:
        """List the classes with the highest scores, and return the chosen one."""
        best = said.best()
        chosen = best[0] if self.class_index is None else self.class_index
        offered = dict.fromkeys([*best, chosen])
        options = [(f"{self.classes[i]}, {said.sure(i)}", i) for i in offered]
        with self.quietly():
            self._top.options = [(f"predicted: {options[0][0]}", PREDICTED), *options]
            self._top.value = PREDICTED if self.class_index is None else self.class_index
        return chosen

    def _compute_heatmap(self, chosen: int) -> np.ndarray:
        images = self.album.prepared([self.image])
        slow = {"progress": False, "on_step": self._progress} if "Score" in self.method else {}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "a heatmap is zero")  # the caption says so
            return METHODS[self.method](self.model, images, chosen, self.layer, **slow)[0]

    def _progress(self, done: int, of: int) -> None:
        self._bar.max, self._bar.value = of, done
        self._bar.layout.display = "none" if done == of else "flex"

    def draw(self) -> tuple[np.ndarray, str]:
        """The photo, the heatmap, and the heatmap over the photo."""
        photo = self.photo
        said = self._answers.get(
            (self.image,), lambda: answer(self.model, self.album.prepared([self.image]))
        )
        chosen = self._offer_classes(said)
        key = (self.image, chosen, self.layer, self.method)
        raw = self._heatmaps.get(key, lambda: self._compute_heatmap(chosen))
        size = f"{raw.shape[0]} x {raw.shape[1]}"
        picture = row(
            [
                panel(photo, self.photo_name),
                panel(overlaid(photo, raw, self.opacity, self.colormap), self.method),
                panel(coloured(raw, self.colormap), f"{size} values"),
            ]
        )
        rank = said.rank if self.class_index is None else ""
        what = f"{self.method} of {self.photo_name} for {self.classes[chosen]!r}"
        place = "zero everywhere, for the weighted sum is nowhere above 0"
        if raw.any():
            place = f"brightest {place_of_maximum(raw)}"
        return picture, f"{what} ({rank}{said.sure(chosen)}) at {self.layer}, {size}: {place}."


def explore_cam(
    model: keras.Model,
    photos: Pictures = None,
    *,
    class_names: list[str] | None = None,
    preprocess: Preprocess | None = None,
) -> CamExplorer:
    """Explore heatmaps. A new one is computed once and kept.

    Args:
        model: a net with 2D convolutions, a square input of 1 or 3 channels, and one number for
            each class. Behind a sigmoid each class is independent of the others.
        photos: plain pictures, not prepared ones: name -> picture, or a sequence of pictures,
            RGB (h, w, 3) or grey (h, w) or (h, w, 1), integers in 0 to 255 or floats in 0 to 1;
            ``None``, the course's own.
        class_names, preprocess: what is not known of the model yet, as in ``models.describe``.

    Returns:
        A widget with the traits ``image``, ``class_index`` (``None``, the predicted class),
        ``layer``, ``method``, ``opacity`` and ``colormap``; see the package for what all explorers
        share.

    Raises:
        ValueError: a model without convolutions, classes or a square input of 1 or 3 channels, or
            pictures that are none.

    >>> from helpers.models import build_fashion_cnn
    >>> explore_cam(build_fashion_cnn(), [np.eye(28)]).layer
    'conv2'
    """
    return CamExplorer(describe(model, class_names=class_names, preprocess=preprocess), photos)
