"""Deletion and insertion: does the probability follow the pixels that a heatmap calls important?"""

import numpy as np

from helpers._keras import keras
from helpers.classes import Classes, explicit_classes, probabilities
from helpers.images import blur, stretch
from helpers.inputs import check_images


def _checked(
    model: keras.Model, images: np.ndarray, heatmaps: np.ndarray, class_index: Classes
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Check what a curve is asked: images, one heatmap and one class for each."""
    images, heatmaps = check_images(model, images), np.asarray(heatmaps, np.float32)
    if heatmaps.ndim != 3 or not heatmaps.size:
        raise ValueError(f"heatmaps have the shape {heatmaps.shape}; want (n, height, width)")
    if len(heatmaps) != len(images):
        raise ValueError(f"{len(heatmaps)} heatmaps for {len(images)} images")
    if np.isnan(heatmaps).any():
        raise ValueError("a heatmap holds NaN, so its pixels have no order")
    return images, heatmaps, explicit_classes(model, class_index, images)


def _curves(
    model: keras.Model,
    begin: np.ndarray,
    end: np.ndarray,
    heatmaps: np.ndarray,
    classes: np.ndarray,
    steps: int,
) -> np.ndarray:
    """Class probability while the pixels of ``begin`` turn into those of ``end``, hottest first."""
    height, width = begin.shape[1:3]
    counts = np.round(np.linspace(0, height * width, steps + 1)).astype(int)[:, None, None, None]
    curves = []
    for first, last, heatmap, chosen in zip(begin, end, heatmaps, classes, strict=True):
        order = np.argsort(-stretch(heatmap, height, width), axis=None, kind="stable")
        rank = np.argsort(order).reshape(1, height, width, 1)
        curves.append(probabilities(model, np.where(rank < counts, last, first))[:, chosen])
    return np.stack(curves)


def deletion_curve(
    model: keras.Model,
    images: np.ndarray,
    heatmaps: np.ndarray,
    class_index: Classes = None,
    *,
    steps: int = 20,
) -> np.ndarray:
    """Measure how the class probability falls while the hottest pixels are painted over.

    Pixels take the mean colour of their image. After Petsiuk, Das and Saenko 2018, "RISE". The
    smaller the mean of the curve, the better the heatmap found what the net needs.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.
        heatmaps: (n, height, width), any size and range; only the order of values counts.
        class_index: one class or label for all images, or one for each; ``None``, the predicted.
        steps: so many equal shares of the pixels, one after the other.

    Returns:
        float32 (n, steps + 1): probability with nothing, …, all pixels painted over.

    Raises:
        ValueError: unknown class, images of a wrong shape or range, heatmaps of another number or
            with NaN, or a model that gives no probabilities.

    >>> from helpers.models import build_fashion_cnn
    >>> images, heatmaps = np.ones((2, 28, 28, 1)), np.eye(7)[None].repeat(2, axis=0)
    >>> deletion_curve(build_fashion_cnn(), images, heatmaps, class_index=8, steps=4).shape
    (2, 5)
    """
    images, heatmaps, classes = _checked(model, images, heatmaps, class_index)
    flat = np.broadcast_to(images.mean(axis=(1, 2), keepdims=True), images.shape)
    return _curves(model, images, flat, heatmaps, classes, steps)


def insertion_curve(
    model: keras.Model,
    images: np.ndarray,
    heatmaps: np.ndarray,
    class_index: Classes = None,
    *,
    steps: int = 20,
) -> np.ndarray:
    """Measure how the class probability rises while a blurred image gets its hottest pixels back.

    The blur's standard deviation is a tenth of the image's height. The larger the mean of the
    curve, the better the heatmap. After Petsiuk, Das and Saenko 2018, "RISE".

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.
        heatmaps: (n, height, width), any size and range; only the order of values counts.
        class_index: one class or label for all images, or one for each; ``None``, the predicted.
        steps: so many equal shares of the pixels, one after the other.

    Returns:
        float32 (n, steps + 1): probability with nothing, …, all pixels sharp again.

    Raises:
        ValueError: unknown class, images of a wrong shape or range, heatmaps of another number or
            with NaN, or a model that gives no probabilities.

    >>> from helpers.models import build_fashion_cnn
    >>> images, heatmaps = np.ones((2, 28, 28, 1)), np.eye(7)[None].repeat(2, axis=0)
    >>> insertion_curve(build_fashion_cnn(), images, heatmaps, class_index=8, steps=4).shape
    (2, 5)
    """
    images, heatmaps, classes = _checked(model, images, heatmaps, class_index)
    blurred = np.stack([blur(image, image.shape[0] / 10) for image in images])
    return _curves(model, blurred, images, heatmaps, classes, steps)
