"""Grad-CAM++: positive gradients only, weighted by how rare they are."""

import numpy as np

from helpers._keras import keras
from helpers.cam.heatmap import from_gradients
from helpers.classes import Classes
from helpers.models.layers import LayerLike


def _combine(maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    positive = np.maximum(gradients, 0)
    below = 2 + maps.sum(axis=(1, 2), keepdims=True) * positive
    weights = np.divide(positive, below, out=np.zeros_like(positive), where=below != 0)
    return np.einsum("nhwc,nc->nhw", maps, weights.sum(axis=(1, 2)))


def grad_cam_plus_plus(
    model: keras.Model,
    images: np.ndarray,
    class_index: Classes = None,
    layer: LayerLike = None,
) -> np.ndarray:
    """Compute Grad-CAM++ (Chattopadhay et al. 2018, equations 5 and 19).

    With g the gradient at one position and S the sum of its feature map, a position counts
    alpha = g^2 / (2 g^2 + S g^3) times the positive part of g; that is g / (2 + S g) where g is
    positive, else 0. There is no epsilon, so it is exact for gradients of any size.

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
    >>> grad_cam_plus_plus(build_fashion_cnn(), np.ones((2, 28, 28, 1)), class_index=8).shape
    (2, 14, 14)
    """
    return from_gradients(_combine, model, images, class_index, layer)
