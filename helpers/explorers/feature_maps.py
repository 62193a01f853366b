"""One feature map: alone, over its picture, and among the maps of its layer."""

from helpers._keras import keras
from helpers.explorers.album import Pictures
from helpers.explorers.filters import describe_map, map_panel
from helpers.explorers.layers import FilterExplorer
from helpers.explorers.panels import overlaid, page_of_maps
from helpers.explorers.photos import PhotoExplorer
from helpers.explorers.sheet import Panel, Sheet
from helpers.models import describe
from helpers.models.spec import Preprocess

AROUND = "each with its own brightness; the chosen one is framed"


class FeatureMapExplorer(PhotoExplorer, FilterExplorer):
    """See ``explore_feature_maps``."""

    def __init__(self, model: keras.Model, photos: Pictures) -> None:
        self.start_at(model)
        super().__init__(self.choose_from(model, photos), ("image",))

    def draw(self) -> Sheet:
        """Picture, map, map over the picture, and the maps around it in its layer."""
        photo, maps = self.photo, self.maps(self.layer)
        values = maps[..., self.filter]
        sheet, numbers = page_of_maps(maps, self.filter)
        panels = [
            Panel(photo, self.photo_name),
            map_panel(maps, self.filter),
            Panel(overlaid(photo, values), "map over image"),
            Panel(sheet, f"maps {numbers[0]} to {numbers[-1]} of {maps.shape[-1]}", AROUND, True),
        ]
        said = f"on {self.photo_name} its feature map {describe_map(values)}"
        return Sheet(panels, f"{self.title}: {said}.")


def explore_feature_maps(
    model: keras.Model,
    photos: Pictures = None,
    *,
    class_names: list[str] | None = None,
    preprocess: Preprocess | None = None,
) -> FeatureMapExplorer:
    """Explore feature maps: one alone, over the picture, and framed among others of its layer.

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
    >>> import numpy as np
    >>> explore_feature_maps(build_fashion_cnn(), [np.eye(28)]).layers
    ['conv1', 'conv2']
    """
    model = describe(model, class_names=class_names, preprocess=preprocess)
    return FeatureMapExplorer(model, photos)
