"""Everything about one filter, side by side."""

import numpy as np

from helpers._tensorflow import keras
from helpers.activations import responses
from helpers.explorers.album import Album, Pictures
from helpers.explorers.base import FilterExplorer
from helpers.explorers.filters import kernel_of, map_says
from helpers.explorers.growth import Garden, says
from helpers.explorers.panels import coloured, column, kernel_panels, over, panel, row, tiles
from helpers.explorers.photos import WithPhotos
from helpers.images import random_crops
from helpers.inputs import prepare

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


class Microscope(WithPhotos, FilterExplorer):
    """See ``microscope``."""

    def __init__(self, model: keras.Model, images: Pictures) -> None:
        self.start_at(model, 0)
        self._garden = Garden(model)
        self._responses: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        controls = self.choose_from(model, images)
        self._pool = pool(self.album)
        self._recipe = "natural" if self.album.channels == 3 else "alive"
        super().__init__(model, [*controls, self._garden.bar], ("image",))

    def _pool_responses(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean, and share above zero, of the filter's map on every picture of the pool."""
        if self.layer not in self._responses:
            pixels = self._pool[..., : self.album.channels]
            self._responses[self.layer] = responses(
                self.model, prepare(self.model, pixels), self.layer
            )
        return tuple(one[:, self.filter] for one in self._responses[self.layer])

    def draw(self) -> tuple[np.ndarray, str]:
        """Picture, map and overlay above; kernel, pattern and strongest images below."""
        kernel = kernel_of(self.model, self.layer, self.filter)
        values = self.maps(self.layer)[..., self.filter]
        means, above = self._pool_responses()
        strongest = self._pool[np.argsort(-means, kind="stable")[:STRONGEST]]
        top = row(
            [
                panel(self.shown, self.name),
                panel(coloured(values), "feature map"),
                panel(over(self.shown, values), "map over image"),
            ]
        )

        def sheet(pattern: np.ndarray, title: str) -> np.ndarray:
            below = [
                kernel_panels(kernel)[0],
                panel(pattern, title),
                panel(tiles(strongest, 3), "excite it most"),
            ]
            return column([top, row(below)])

        def watch(pattern: np.ndarray, step: int) -> None:
            self.show(sheet(pattern, f"pattern, step {step}"), f"{self.place}, step {step}")

        grown = self._garden.grow(self.layer, self.filter, watch, recipe=self._recipe, **GROWTH)
        words = (
            f"{self.place}: on {self.name} its feature map {map_says(values)}. On {len(means)} "
            f"pictures it is silent (not above zero) at {1 - above.mean():.0%} of all positions, "
            f"and silent everywhere in {(above == 0).sum()} of them. Its pattern: {says(grown)}."
        )
        return sheet(grown.picture, "its pattern"), words


def microscope(model: keras.Model, images: Pictures = None) -> Microscope:
    """Look at everything about one filter: traits ``layer``, ``filter``, ``image``.

    Shows its kernel, its feature map on a picture, the pattern it longs for, the pictures that
    excite it most, and how often it is silent. Those come from the first 500 pictures, or from
    eight random crops of each where there are few. Arguments and errors: see the package.
    """
    return Microscope(model, images)
