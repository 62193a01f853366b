"""What all class activation maps share: the way to a layer and back, and the range of a map."""

import warnings
from collections.abc import Callable

import numpy as np

from helpers._keras import keras
from helpers._keras.gradients import maps_and_gradients
from helpers.classes import Classes, check_question
from helpers.models.layers import LayerLike, spatial_layer


def positive(maps: np.ndarray) -> np.ndarray:
    """Keep what speaks for the class in raw maps (n, h, w), and say where nothing is left."""
    raw = np.maximum(maps, 0)
    if not raw.any(axis=(1, 2)).all():
        # named after the package, because a cell has another file name in each run
        warnings.warn_explicit(
            "a heatmap is zero everywhere: the weighted sum is nowhere above 0. Another method, "
            "class or layer may show more; dead filters can be the reason, too.",
            UserWarning,
            filename="helpers.cam",
            lineno=0,
        )
    return raw


def from_gradients(
    combine: Callable[[np.ndarray, np.ndarray], np.ndarray],
    model: keras.Model,
    images: np.ndarray,
    class_index: Classes,
    layer: LayerLike,
) -> np.ndarray:
    """Compute raw maps from feature maps and gradients, batch by batch.

    Args:
        combine: turns feature maps and gradients of a batch, both (n, height, width, channels),
            into maps (n, height, width).
    """
    images, classes = check_question(model, images, class_index)
    found = spatial_layer(model, layer)
    parts = [combine(*pair) for pair in maps_and_gradients(model, found, images, classes)]
    return positive(np.concatenate(parts))


def to_heatmap(raw: np.ndarray) -> np.ndarray:
    """Stretch each raw map to [0, 1]; a constant map becomes zeros.

    Args:
        raw: (n, h, w), or one map (h, w), of any range.

    Returns:
        float32 of the same shape.

    >>> to_heatmap(np.array([[0.0, 2.0], [1.0, 4.0]]))
    array([[0.  , 0.5 ],
           [0.25, 1.  ]], dtype=float32)
    """
    raw = np.asarray(raw, np.float32)
    low = raw.min(axis=(-2, -1), keepdims=True)
    span = raw.max(axis=(-2, -1), keepdims=True) - low
    return np.where(span > 0, (raw - low) / np.where(span > 0, span, 1), 0).astype(np.float32)
