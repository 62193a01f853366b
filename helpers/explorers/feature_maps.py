"""One feature map: alone, over its picture, and among all maps of its layer."""

import numpy as np

from helpers._keras import keras
from helpers.explorers.album import Pictures
from helpers.explorers.filters import describe_map
from helpers.explorers.layers import FilterExplorer
from helpers.explorers.panels import coloured, mark, overlaid, panel, row, small_mosaic
from helpers.explorers.photos import PhotoExplorer
from helpers.explorers.recent import Recent
from helpers.models import describe
from helpers.models.spec import Preprocess


class FeatureMapExplorer(PhotoExplorer, FilterExplorer):
    """See ``explore_feature_maps``."""

    def __init__(self, model: keras.Model, photos: Pictures) -> None:
        self.start_at(model)
        self._mosaics = Recent(1)
        super().__init__(self.choose_from(model, photos), ("image",))

    def forget(self, image: int) -> None:
        """Forget maps and mosaics of a picture that is replaced."""
        super().forget(image)
        self._mosaics.forget(image)

    def draw(self) -> tuple[np.ndarray, str]:
        """Picture, map, map over the picture, and the layer's mosaic."""
        photo = self.photo
        maps = self.maps(self.layer)
        values = maps[..., self.filter]
        sheet, columns, cell = self._mosaics.get(
            (self.image, self.layer), lambda: small_mosaic(maps)
        )
        picture = row(
            [
                panel(photo, self.photo_name),
                panel(coloured(values), "feature map"),
                panel(overlaid(photo, values), "map over image"),
                panel(mark(sheet, columns, cell, self.filter), f"all {maps.shape[-1]} maps"),
            ]
        )
        return (
            picture,
            f"{self.title}: on {self.photo_name} its feature map {describe_map(values)}.",
        )


def explore_feature_maps(
    model: keras.Model,
    photos: Pictures = None,
    *,
    class_names: list[str] | None = None,
    preprocess: Preprocess | None = None,
) -> FeatureMapExplorer:
    """Explore feature maps: one alone, over the picture, and framed among all of its layer.

    Those of the layer are standardised as in ``activations.mosaic``.

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
    >>> explore_feature_maps(build_fashion_cnn(), [np.eye(28)]).layers
    ['conv1', 'conv2']
    """
    model = describe(model, class_names=class_names, preprocess=preprocess)
    return FeatureMapExplorer(model, photos)
