"""SmoothGrad: the mean gradient of noisy copies, where single pixels count less."""

import numpy as np

from helpers._keras import keras
from helpers._keras.gradients import input_gradients
from helpers.classes import Classes, check_question, explicit_classes


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
        images: float32 (n, h, w, c) in the range that the model expects.
        class_index: one class for all images, or one for each; ``None``, the one predicted for
            the image without noise.
        samples: copies of each image.
        noise: standard deviation of the noise, as a share of the image's own range.
        seed: the same seed gives the same noise.

    Returns:
        float32 (n, h, w): the largest absolute mean gradient over the channels.

    Raises:
        ValueError: as for ``saliency``.

    >>> from helpers.models import build_fashion_cnn
    >>> smooth_grad(build_fashion_cnn(), np.ones((1, 28, 28, 1)), samples=2).shape
    (1, 28, 28)
    """
    images, _ = check_question(model, images, class_index)
    classes = explicit_classes(model, class_index, images)
    spread = noise * np.ptp(images, axis=(1, 2, 3), keepdims=True)
    rng = np.random.default_rng(seed)
    total = np.zeros_like(images)
    for _ in range(samples):
        noisy = images + spread * rng.standard_normal(images.shape, np.float32)
        total += input_gradients(model, noisy, classes)
    return np.abs(total / samples).max(axis=-1)
