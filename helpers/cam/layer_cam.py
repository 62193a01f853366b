"""Layer-CAM: every position of a feature map has a weight of its own."""

import numpy as np

from helpers._keras import keras
from helpers.cam.heatmap import from_gradients
from helpers.classes import Classes
from helpers.models.layers import LayerLike


def _combine(maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    return (maps * np.maximum(gradients, 0)).sum(axis=-1)


def layer_cam(
    model: keras.Model,
    images: np.ndarray,
    class_index: Classes = None,
    layer: LayerLike = None,
) -> np.ndarray:
    """Compute Layer-CAM (Jiang et al. 2021, equations 5 to 7).

    The weight of a position is the positive part of the gradient there.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.
        class_index: one class for all images, or one for each; ``None``, the predicted one.
        layer: name or index of a layer with height and width, or the layer itself, also inside a
            nested model; ``None``, the last convolution whose maps have an extent.

    Returns:
        float32 (n, height, width) of the layer: at least 0, not normalised (``to_heatmap`` does
        that). A map that is zero everywhere comes with a warning.

    Raises:
        ValueError: unknown layer or class, a layer without height and width, images of a wrong
            shape or range, or a model that cannot be explained; the message says what to do.

    >>> from helpers.models import build_fashion_cnn
    >>> layer_cam(build_fashion_cnn(), np.ones((2, 28, 28, 1)), class_index=8).shape
    (2, 14, 14)
    """
    return from_gradients(_combine, model, images, class_index, layer)
