"""One feature map: alone, over its picture, and among all maps of its layer."""

import numpy as np

from helpers._tensorflow import keras
from helpers.explorers.album import Pictures
from helpers.explorers.base import FilterExplorer
from helpers.explorers.filters import map_says
from helpers.explorers.panels import coloured, mark, over, panel, row, small_mosaic
from helpers.explorers.photos import WithPhotos


class FeatureMapExplorer(WithPhotos, FilterExplorer):
    """See ``explore_feature_maps``."""

    def __init__(self, model: keras.Model, images: Pictures) -> None:
        self.start_at(model, 0)
        self._mosaics = {}
        controls = self.choose_from(model, images)
        super().__init__(model, controls, ("image",))

    def forget(self, image: int) -> None:
        """Forget maps and mosaics of a picture that is replaced."""
        super().forget(image)
        self._mosaics = {key: kept for key, kept in self._mosaics.items() if key[0] != image}

    def draw(self) -> tuple[np.ndarray, str]:
        """Picture, map, map over the picture, and the layer's mosaic."""
        maps = self.maps(self.layer)
        values, key = maps[..., self.filter], (self.image, self.layer)
        if key not in self._mosaics:
            self._mosaics[key] = small_mosaic(maps)
        picture = row(
            [
                panel(self.shown, self.name),
                panel(coloured(values), "feature map"),
                panel(over(self.shown, values), "map over image"),
                panel(mark(*self._mosaics[key], self.filter), f"all {maps.shape[-1]} maps"),
            ]
        )
        return picture, f"{self.place}: on {self.name} its feature map {map_says(values)}."


def explore_feature_maps(model: keras.Model, images: Pictures = None) -> FeatureMapExplorer:
    """Explore feature maps: traits ``layer``, ``filter``, ``image``.

    Shows one map alone, over the picture, and framed among all maps of the layer, each of them
    standardised as in ``activations.mosaic``. Arguments and errors: see the package.
    """
    return FeatureMapExplorer(model, images)
