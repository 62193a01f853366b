"""Grad-CAM: every feature map has one weight, its mean gradient."""

import numpy as np

from helpers._keras import keras
from helpers.cam.heatmap import from_gradients
from helpers.classes import Classes
from helpers.models.layers import LayerLike


def _combine(maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    return np.einsum("nhwc,nc->nhw", maps, gradients.mean(axis=(1, 2)))


def grad_cam(
    model: keras.Model,
    images: np.ndarray,
    class_index: Classes = None,
    layer: LayerLike = None,
) -> np.ndarray:
    """Compute Grad-CAM (Selvaraju et al. 2017, equations 1 and 2).

    A feature map's weight is the mean gradient of the class score, before softmax or sigmoid, with
    respect to it. Negative values of the weighted sum are cut off.

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
    >>> grad_cam(build_fashion_cnn(), np.ones((2, 28, 28, 1)), class_index=8).shape
    (2, 14, 14)
    """
    return from_gradients(_combine, model, images, class_index, layer)
