"""Integrated gradients: what each pixel adds to the logit on the way from a baseline."""

import numpy as np

from helpers._keras import keras
from helpers._keras.gradients import batches, input_gradients
from helpers.classes import Classes, check_question, explicit_classes


def integrated_gradients(
    model: keras.Model,
    images: np.ndarray,
    class_index: Classes = None,
    *,
    baseline: float | np.ndarray = 0.0,
    steps: int = 64,
) -> np.ndarray:
    """Compute integrated gradients (Sundararajan, Taly and Yan 2017).

    The mean gradient on the straight way from the baseline to the image, times the difference of
    the two. The values of an image add up to how far the class score, before softmax or sigmoid,
    rises from the baseline to the image (completeness); the more steps, the more exactly.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.
        class_index: one class for all images, or one for each; ``None``, the one predicted for
            the image.
        baseline: in the same range as the images: a number, or an array that can be broadcast to
            their shape.
        steps: points on the way, in the middle of equal parts.

    Returns:
        float32 (n, h, w, c): signed, in units of the logit.

    Raises:
        ValueError: unknown class, images of a wrong shape or range, a baseline of another shape,
            no steps, or a model that cannot be explained.

    >>> from helpers.models import build_fashion_cnn
    >>> integrated_gradients(build_fashion_cnn(), np.ones((2, 28, 28, 1)), steps=4).shape
    (2, 28, 28, 1)
    """
    if steps < 1:
        raise ValueError(f"{steps} steps are no way from the baseline: take at least 1")
    images, _ = check_question(model, images, class_index)
    classes = explicit_classes(model, class_index, images)
    try:
        starts = np.broadcast_to(np.asarray(baseline, np.float32), images.shape)
    except ValueError:
        raise ValueError(
            f"the baseline has the shape {np.shape(baseline)} and the images {images.shape}: give "
            "a number, or an array of the shape of one image"
        ) from None
    middles = ((np.arange(steps, dtype=np.float32) + 0.5) / steps)[:, None, None, None]
    ways = images - starts
    means = np.zeros_like(images)
    for start, way, chosen, mean in zip(starts, ways, classes, means, strict=True):
        for part in batches(np.broadcast_to(way, (steps, *way.shape))):
            points = start + middles[part] * way
            gradients = input_gradients(model, points, np.full(len(points), chosen))
            mean += gradients.sum(axis=0) / steps
    return ways * means
