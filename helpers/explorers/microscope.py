"""Everything about one filter, side by side."""

import numpy as np

from helpers._keras import keras
from helpers.activations import responses
from helpers.explorers.album import Album, Pictures
from helpers.explorers.filters import describe_map, kernel_of
from helpers.explorers.growth import PatternStore, describe_growth
from helpers.explorers.layers import FilterExplorer
from helpers.explorers.panels import WHITE, coloured, column, kernel_panels, overlaid, panel, row
from helpers.explorers.photos import PhotoExplorer
from helpers.images import random_crops
from helpers.inputs import prepare
from helpers.models import describe
from helpers.models.spec import Preprocess
from helpers.pixels import tile

POOL, CROPS, CROP = 500, 8, 112  # pictures; crops of each where there are few; their side
STRONGEST = 9
GROWTH = {"steps": 40, "step_size": 1.0, "gradient_scale": "rms"}


def pool(album: Album) -> np.ndarray:
    """Gather pictures that may excite a filter: uint8 RGB (n, size, size, 3).

    The first ones of a large album; random crops of every picture of a small one.
    """
    shown = [album.shown(i) for i in range(min(album.count, POOL))]
    if len(shown) > STRONGEST * CROPS:
        return np.stack(shown)
    size = album.model.input_shape[1] or CROP
    return np.concatenate([random_crops(p, CROPS, size, seed=i) for i, p in enumerate(shown)])


class Microscope(PhotoExplorer, FilterExplorer):
    """See ``microscope``."""

    def __init__(self, model: keras.Model, photos: Pictures) -> None:
        self.start_at(model)
        self._patterns = PatternStore(model)
        self._responses: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        controls = self.choose_from(model, photos)
        self._pool = pool(self.album)
        self._recipe = "natural" if self.album.channels == 3 else "alive"
        super().__init__([*controls, self._patterns.bar], ("image",))

    def _pool_responses(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean, and share above zero, of the filter's map on every picture of the pool."""
        if self.layer not in self._responses:
            pixels = prepare(self.model, self._pool[..., : self.album.channels])
            self._responses[self.layer] = responses(self.model, pixels, self.layer)
        means, above = self._responses[self.layer]
        return means[:, self.filter], above[:, self.filter]

    def draw(self) -> tuple[np.ndarray, str]:
        """Picture, map and overlay above; kernel, pattern and strongest images below."""
        photo = self.photo
        kernel = kernel_panels(*kernel_of(self.model, self.layer, self.filter))[0]
        values = self.maps(self.layer)[..., self.filter]
        means, above = self._pool_responses()
        strongest = self._pool[np.argsort(-means, kind="stable")[:STRONGEST]]
        top = row(
            [
                panel(photo, self.photo_name),
                panel(coloured(values), "feature map"),
                panel(overlaid(photo, values), "map over image"),
            ]
        )

        def sheet(pattern: np.ndarray, title: str) -> np.ndarray:
            below = [
                kernel,
                panel(pattern, title),
                panel(tile(strongest, 3, 1, WHITE), "excite it most"),
            ]
            return column([top, row(below)])

        def on_picture(pattern: np.ndarray, step: int) -> None:
            self.show(sheet(pattern, f"pattern, step {step}"), f"{self.title}, step {step}")

        pattern = self._patterns.grow(
            self.layer, self.filter, on_picture, recipe=self._recipe, **GROWTH
        )
        caption = (
            f"{self.title}: on {self.photo_name} its feature map {describe_map(values)}. On "
            f"{len(means)} pictures it is silent (not above zero) at {1 - above.mean():.0%} of all "
            f"positions, and silent everywhere in {(above == 0).sum()} of them. Its pattern: "
            f"{describe_growth(pattern)}."
        )
        return sheet(pattern.picture, "its pattern"), caption


def microscope(
    model: keras.Model,
    photos: Pictures = None,
    *,
    class_names: list[str] | None = None,
    preprocess: Preprocess | None = None,
) -> Microscope:
    """Look at everything about one filter.

    Shows its kernel, its feature map on a picture, the pattern it responds to most, the pictures
    that excite it most, and how often it is silent. Those come from the first 500 pictures, or
    from eight random crops of each where there are few.

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
    >>> microscope(build_fashion_cnn(), [np.eye(28)]).filters
    32
    """
    return Microscope(describe(model, class_names=class_names, preprocess=preprocess), photos)
