"""Heatmaps at the resolution of the image: the gradient of the class logit by the pixels.

Both take images float32 (n, h, w, c) in the range that the model expects and a class as in
``cam``, and return float32 (n, h, w): the largest absolute gradient over the channels. They
raise ``ValueError`` for an unknown class, a model with several outputs, and images of a wrong
shape or range.
"""

import numpy as np

from helpers._gradients import Classes, class_indices, explicit_classes, input_gradients, one_output
from helpers._tensorflow import keras
from helpers.inputs import check_images


def saliency(model: keras.Model, images: np.ndarray, class_index: Classes = None) -> np.ndarray:
    """Compute the plain input gradient (Simonyan, Vedaldi and Zisserman 2014)."""
    one_output(model)
    images = check_images(model, images)
    gradients = input_gradients(model, images, class_indices(model, class_index, len(images)))
    return np.abs(gradients).max(axis=-1)


def smooth_grad(
    model: keras.Model,
    images: np.ndarray,
    class_index: Classes = None,
    *,
    samples: int = 25,
    noise: float = 0.15,
    seed: int = 0,
) -> np.ndarray:
    """Compute SmoothGrad (Smilkov et al. 2017): the mean input gradient of noisy copies.

    Args:
        samples: copies of each image.
        noise: standard deviation of the noise, as a share of the image's own range.
        seed: the same seed gives the same noise.
    """
    one_output(model)
    images = check_images(model, images)
    classes = explicit_classes(model, class_index, images)
    spread = noise * np.ptp(images, axis=(1, 2, 3), keepdims=True)
    rng = np.random.default_rng(seed)
    total = np.zeros_like(images)
    for _ in range(samples):
        noisy = images + spread * rng.standard_normal(images.shape, np.float32)
        total += input_gradients(model, noisy, classes)
    return np.abs(total / samples).max(axis=-1)
