"""Guided backpropagation: sharp edges, whatever the net has learned."""

import numpy as np

from helpers._keras import keras
from helpers._keras.gradients import input_gradients
from helpers._keras.rectifiers import guided
from helpers.classes import Classes, check_question


def guided_backprop(
    model: keras.Model, images: np.ndarray, class_index: Classes = None
) -> np.ndarray:
    """Compute guided backpropagation (Springenberg et al. 2015, "Striving for simplicity").

    It is the input gradient, but every ReLU, ReLU6 and LeakyReLU passes back only what is
    positive. Without any of them (with ELU or GELU, for example) it is the plain gradient. The
    model is not changed. The pictures hardly depend on what the net has learned (Adebayo et al.
    2018), so they explain less than they seem to.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.
        class_index: one class for all images, or one for each; ``None``, the predicted one.

    Returns:
        float32 (n, h, w, c): signed, and not normalised.

    Raises:
        ValueError: unknown class, images of a wrong shape or range, or a model that cannot be
            explained.

    >>> from helpers.models import build_fashion_cnn
    >>> guided_backprop(build_fashion_cnn(), np.ones((2, 28, 28, 1))).shape
    (2, 28, 28, 1)
    """
    images, classes = check_question(model, images, class_index)
    return input_gradients(model, images, classes, guided)
