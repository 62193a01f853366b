"""Everything about one filter, side by side."""

import numpy as np

from helpers._keras import keras
from helpers._keras.receptive import receptive_fields
from helpers.activations import Responses, responses
from helpers.explorers.album import Album, Pictures
from helpers.explorers.controls import OneOf, progress
from helpers.explorers.filters import describe_map, kernel_of, map_panel
from helpers.explorers.growth import PatternStore, describe_growth
from helpers.explorers.kernels import kernel_panels
from helpers.explorers.layers import FilterExplorer
from helpers.explorers.panels import Box, close_up, framed, number, overlaid
from helpers.explorers.photos import PhotoExplorer
from helpers.explorers.recent import Recent
from helpers.explorers.sheet import Panel, Sheet
from helpers.images import fit, random_crops
from helpers.inputs import prepare
from helpers.models import describe, find_layer
from helpers.models.spec import Preprocess

POOL, CROPS, SIDE = 500, 8, 160  # pictures; crops of each where there are few; their side
STRONGEST = 9
GROWTH = {"steps": 40, "step_size": 1.0, "gradient_scale": "rms"}
LAYERS = 200  # whose receptive fields are kept
FRAME = "in the frame: what the strongest place depends on"


def pool(album: Album) -> np.ndarray:
    """Gather pictures that may excite a filter: uint8 RGB (n, size, size, 3).

    The first ones of a large album; random crops of every picture of a small one.
    """
    size = album.model.input_shape[1] or SIDE
    shown = album.pool(POOL)
    if len(shown) > STRONGEST * CROPS:
        return np.stack([fit(picture, size) for picture in shown])
    return np.concatenate([random_crops(p, CROPS, size, seed=i) for i, p in enumerate(shown)])


class Microscope(PhotoExplorer, FilterExplorer):
    """See ``microscope``."""

    live = False
    by = OneOf("strongest by", ["max", "mean"], "max")

    def __init__(self, model: keras.Model, photos: Pictures) -> None:
        self.start_at(model)
        self._patterns = PatternStore(model)
        self._responses: dict[str, Responses] = {}
        self._fields = Recent(LAYERS)
        controls = self.choose_from(model, photos)
        self._pool = pool(self.album)
        self._recipe = "natural" if self.album.channels == 3 else "alive"
        self._bar = progress("all pictures")
        by = self.traits()["by"].control(self)
        super().__init__([*controls, by, self._patterns.bar, self._bar], ("image", "by"))

    def _excited(self) -> Responses:
        """The responses of the layer to every picture of the pool, of all layers computed once."""
        if not self._responses:
            self._bar.max, self._bar.layout.display = len(self._pool), "flex"
            pixels = prepare(self.model, self._pool[..., : self.album.channels])
            try:
                found = responses(self.model, pixels, self.layers, self._on_batch)
            finally:
                self._bar.layout.display = "none"
            self._responses = dict(zip(self.layers, found, strict=True))
        return self._responses[self.layer]

    def _on_batch(self, done: int) -> None:
        self._bar.value = done

    def _field(self, picture: np.ndarray, place: int) -> Box:
        """Rows and columns of a picture that a place of the layer's map depends on."""
        size, layer = len(picture), find_layer(self.model, self.layer)
        rows, columns = self._fields.get(
            (layer, size), lambda: receptive_fields(self.model, layer, size)
        )
        i, j = divmod(int(place), len(columns.first))
        return rows.first[i], rows.last[i] + 1, columns.first[j], columns.last[j] + 1

    def _exciting(self) -> list[Panel]:
        """The pictures that excite the filter most and least, each with its receptive field."""
        found = self._excited()
        values = (found.largest if self.by == "max" else found.means)[:, self.filter]
        order = np.argsort(-values, kind="stable")

        def close(index: int) -> np.ndarray:
            picture = self._pool[index]
            return close_up(picture, self._field(picture, found.places[index, self.filter]))

        what = "largest value" if self.by == "max" else "mean"
        last = order[-1]
        least = Panel(close(last), "excites it least", f"{what} {number(values[last])}; {FRAME}")
        most = [
            Panel(close(index), f"number {place}: {what} {number(values[index])}", small=True)
            for place, index in enumerate(order[:STRONGEST], start=1)
        ]
        return [least, *most]

    def draw(self) -> Sheet:
        """Picture, map, overlay, kernel, pattern, and what excites the filter least and most."""
        photo, maps = self.photo, self.maps(self.layer)
        values = maps[..., self.filter]
        above = self._excited().above[:, self.filter]
        first = [
            Panel(framed(photo, self._field(photo, int(values.argmax()))), self.photo_name, FRAME),
            map_panel(maps, self.filter),
            Panel(overlaid(photo, values), "map over image"),
            kernel_panels(*kernel_of(self.model, self.layer, self.filter))[0],
        ]
        last = self._exciting()

        def on_picture(pattern: np.ndarray, step: int) -> None:
            growing = Panel(pattern, f"pattern, step {step}")
            self.show(Sheet([*first, growing, *last], f"{self.title}, step {step}"))

        pattern = self._patterns.grow(
            self.layer, self.filter, on_picture, recipe=self._recipe, **GROWTH
        )
        caption = (
            f"{self.title}: on {self.photo_name} its feature map {describe_map(values)}. On "
            f"{len(above)} pictures it is silent (not above zero) at {1 - above.mean():.0%} of all "
            f"positions, and silent everywhere in {(above == 0).sum()} of them. Its pattern: "
            f"{describe_growth(pattern)}."
        )
        return Sheet([*first, Panel(pattern.picture, "its pattern"), *last], caption)


def microscope(
    model: keras.Model,
    photos: Pictures = None,
    *,
    class_names: list[str] | None = None,
    preprocess: Preprocess | None = None,
) -> Microscope:
    """Look at everything about one filter.

    Shows its kernel, its feature map on a picture, the pattern it responds to most, the pictures
    that excite it most and least, with the part that the strongest place depends on in a frame, and
    how often it is silent. Those are the course's album, or the first 500 of your pictures, or
    eight random crops of each where there are few.

    Args:
        model: a net with 2D convolutions and a square input of 1 or 3 channels.
        photos: plain pictures, not prepared ones: name -> picture, or a sequence of pictures,
            RGB (h, w, 3) or grey (h, w) or (h, w, 1), integers in 0 to 255 or floats in 0 to 1;
            ``None``, the course's own.
        class_names, preprocess: what is not known of the model yet, as in ``models.describe``.

    Returns:
        A widget with the traits ``layer``, ``filter``, ``image`` and ``by`` (``"max"`` or
        ``"mean"``, what makes a picture strong); see the package for what all explorers share.

    Raises:
        ValueError: a model without convolutions or without a square input of 1 or 3 channels, or
            pictures that are none.

    >>> from helpers.models import build_fashion_cnn
    >>> microscope(build_fashion_cnn(), [np.eye(28)]).filters
    32
    """
    return Microscope(describe(model, class_names=class_names, preprocess=preprocess), photos)
