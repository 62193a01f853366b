"""Saliency: the size of the gradient of the class score at each pixel."""

import numpy as np

from helpers._keras import keras
from helpers._keras.gradients import input_gradients
from helpers.classes import Classes, check_question


def saliency(model: keras.Model, images: np.ndarray, class_index: Classes = None) -> np.ndarray:
    """Compute the plain input gradient (Simonyan, Vedaldi and Zisserman 2014).

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.
        class_index: one class for all images, or one for each; ``None``, the predicted one.

    Returns:
        float32 (n, h, w): the largest absolute gradient over the channels.

    Raises:
        ValueError: unknown class, images of a wrong shape or range, or a model that cannot be
            explained.

    >>> from helpers.models import build_fashion_cnn
    >>> saliency(build_fashion_cnn(), np.ones((2, 28, 28, 1))).shape
    (2, 28, 28)
    """
    images, classes = check_question(model, images, class_index)
    return np.abs(input_gradients(model, images, classes)).max(axis=-1)
