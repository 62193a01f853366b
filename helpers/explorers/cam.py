"""Heatmaps of the Grad-CAM family over photos."""

import warnings

import ipywidgets as widgets
import numpy as np
from traitlets import Float, Int, Unicode, validate

from helpers import cam
from helpers._choices import check_index, unknown
from helpers._tensorflow import keras
from helpers.classes import class_names, probabilities
from helpers.explorers.album import Pictures
from helpers.explorers.base import LayerExplorer
from helpers.explorers.controls import STYLE, WIDE, Choice, Number
from helpers.explorers.panels import coloured, over, panel, row, where
from helpers.explorers.photos import WithPhotos

METHODS = {
    "Grad-CAM": cam.grad_cam,
    "Grad-CAM++": cam.grad_cam_plus_plus,
    "Layer-CAM": cam.layer_cam,
    "Score-CAM": cam.score_cam,
}
COLORMAPS = ("viridis", "cividis", "inferno", "magma")
TOP = 5
PREDICTED = -1


class CamExplorer(WithPhotos, LayerExplorer):
    """See ``explore_cam``."""

    class_index = Int(None, allow_none=True)
    method = Unicode("Grad-CAM")
    opacity = Float(0.5, min=0.0, max=1.0)
    colormap = Unicode("viridis")

    def __init__(self, model: keras.Model, photos: Pictures) -> None:
        self.classes = class_names(model)
        self.start_at(model, -1)
        self._probabilities, self._raw = {}, {}
        self._top = widgets.Dropdown(description="class", style=STYLE, layout=WIDE)
        self._search = widgets.Combobox(
            description="find a class", style=STYLE, layout=WIDE, options=self.classes
        )
        self._search.continuous_update = False
        self._bar = widgets.IntProgress(description="Score-CAM", layout={"display": "none"})
        followers = {
            "method": Choice("method", list(METHODS), slider=False),
            "opacity": Number("opacity", 0.0, 1.0, 0.05),
            "colormap": Choice("colour map", COLORMAPS, slider=False),
        }
        for trait, control in followers.items():
            control.follow(self, trait)
        controls = self.choose_from(model, photos)
        controls += [self._top, self._search, *followers.values(), self._bar]
        super().__init__(model, controls, ("image", "class_index", *followers))
        self._top.observe(self._class_chosen, "value")
        self._search.observe(self._class_typed, "value")

    @validate("class_index")
    def _known_class(self, proposal: dict) -> int | None:
        if proposal["value"] is not None:
            check_index("class", proposal["value"], len(self.classes))
        return proposal["value"]

    @validate("method", "colormap")
    def _known_name(self, proposal: dict) -> str:
        valid = METHODS if proposal["trait"].name == "method" else COLORMAPS
        if proposal["value"] not in valid:
            kind = {"colormap": "colour map"}.get(proposal["trait"].name, "method")
            raise unknown(kind, proposal["value"], valid)
        return proposal["value"]

    def _class_chosen(self, change: dict) -> None:
        if not self._quiet:
            self.class_index = None if change["new"] == PREDICTED else change["new"]

    def _class_typed(self, change: dict) -> None:
        typed = change["new"].strip().lower()
        if not typed:
            return
        names = [name.lower() for name in self.classes]
        near = [i for i, name in enumerate(names) if typed in name]
        if near:
            self.class_index = names.index(typed) if typed in names else near[0]
        else:
            self.message = f"No class is called {typed!r}."

    def forget(self, image: int) -> None:
        """Forget what was computed for a picture that is replaced."""
        super().forget(image)
        self._probabilities.pop(image, None)
        self._raw = {key: kept for key, kept in self._raw.items() if key[0] != image}

    def _offer_classes(self, found: np.ndarray) -> int:
        """List the most probable classes, and return the chosen one."""
        best = [int(i) for i in np.argsort(-found)[:TOP]]
        if self.class_index not in (None, *best):
            best.append(self.class_index)
        options = [(f"{self.classes[i]}, {found[i]:.0%}", i) for i in best]
        with self.quietly():
            self._top.options = [(f"predicted: {options[0][0]}", PREDICTED), *options]
            self._top.value = PREDICTED if self.class_index is None else self.class_index
        return best[0] if self.class_index is None else self.class_index

    def _heat(self, chosen: int) -> np.ndarray:
        key = (self.image, chosen, self.layer, self.method)
        if key not in self._raw:
            images = self.album.prepared([self.image])
            slow = {"progress": False, "on_step": self._progress} if "Score" in self.method else {}
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "a heatmap is zero")  # said beneath the picture
                raw = METHODS[self.method](self.model, images, chosen, self.layer, **slow)
            self._raw[key] = raw[0]
        return self._raw[key]

    def _progress(self, done: int, of: int) -> None:
        self._bar.max, self._bar.value = of, done
        self._bar.layout.display = "none" if done == of else "flex"

    def draw(self) -> tuple[np.ndarray, str]:
        """The photo, the heatmap, and the heatmap over the photo."""
        if self.image not in self._probabilities:
            images = self.album.prepared([self.image])
            self._probabilities[self.image] = probabilities(self.model, images)[0]
        found = self._probabilities[self.image]
        chosen = self._offer_classes(found)
        raw = self._heat(chosen)
        picture = row(
            [
                panel(self.shown, self.name),
                panel(over(self.shown, raw, self.opacity, self.colormap), self.method),
                panel(coloured(raw, self.colormap), f"{raw.shape[0]} x {raw.shape[1]} values"),
            ]
        )
        title = "the predicted class, " if self.class_index is None else ""
        what = (
            f"{self.method} of {self.name} for {self.classes[chosen]!r} "
            f"({title}{found[chosen]:.0%})"
        )
        place = (
            f"brightest {where(raw)}"
            if raw.any()
            else "zero everywhere, for the weighted sum is nowhere above 0"
        )
        return picture, f"{what} at {self.layer}, {raw.shape[0]} x {raw.shape[1]}: {place}."


def explore_cam(model: keras.Model, photos: Pictures = None) -> CamExplorer:
    """Explore heatmaps: traits ``image``, ``class_index``, ``layer``, ``method``, ``opacity``,
    ``colormap``.

    ``class_index=None`` is the predicted class. A new heatmap is computed once and kept.
    Arguments and errors: see the package; ``ValueError`` also for a model without classes.
    """
    return CamExplorer(model, photos)
