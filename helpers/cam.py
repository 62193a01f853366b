"""Heatmaps that say where a convnet looked: class activation maps.

All methods take a model, images (n, h, w, c) in the range it expects, a class and a layer, and
return raw maps, float32 (n, height, width) of the layer: at least 0, not normalised. A map that
is zero everywhere comes with a warning. ``to_heatmap`` brings maps to [0, 1].

    images: float32 (n, h, w, c) in the range that the model expects.
    class_index: one class for all images, or one for each; ``None``, the predicted one.
    layer: name or index of a layer with height and width, also inside a nested model; ``None``,
        the last convolution.

They raise ``ValueError`` for an unknown layer or class, a layer without height and width, a
model with several outputs, and images of a wrong shape or range.
"""

import warnings
from collections.abc import Callable

import numpy as np

from helpers._gradients import Classes, maps_and_gradients
from helpers._score import channel_scores
from helpers._tensorflow import keras


def _positive(maps: np.ndarray) -> np.ndarray:
    """Keep what speaks for the class, and say so where nothing is left."""
    raw = np.maximum(maps, 0)
    if not raw.reshape(len(raw), -1).any(axis=1).all():
        warnings.warn(
            "a heatmap is zero everywhere: the weighted sum is nowhere above 0. Another method, "
            "class or layer may show more; dead filters can be the reason, too.",
            stacklevel=3,
        )
    return raw


def grad_cam(
    model: keras.Model,
    images: np.ndarray,
    class_index: Classes = None,
    layer: str | int | None = None,
) -> np.ndarray:
    """Compute Grad-CAM (Selvaraju et al. 2017, equations 1 and 2).

    A feature map's weight is the mean gradient of the class logit with respect to it; negative
    values of the weighted sum are cut off. Arguments, result and errors: see the module.
    """
    maps, gradients = maps_and_gradients(model, images, class_index, layer)
    weights = gradients.mean(axis=(1, 2))
    return _positive(np.einsum("nhwc,nc->nhw", maps, weights))


def grad_cam_plus_plus(
    model: keras.Model,
    images: np.ndarray,
    class_index: Classes = None,
    layer: str | int | None = None,
) -> np.ndarray:
    """Compute Grad-CAM++ (Chattopadhay et al. 2018, equations 5 and 19).

    With g the gradient at one position and S the sum of its feature map, a position counts
    alpha = g^2 / (2 g^2 + S g^3) times the positive part of g; that is g / (2 + S g) where g is
    positive, else 0. No epsilon: it is exact for gradients of any size. Arguments, result and
    errors: see the module.
    """
    maps, gradients = maps_and_gradients(model, images, class_index, layer)
    positive = np.maximum(gradients, 0)
    below = 2 + maps.sum(axis=(1, 2), keepdims=True) * positive
    weights = np.divide(positive, below, out=np.zeros_like(positive), where=below != 0)
    return _positive(np.einsum("nhwc,nc->nhw", maps, weights.sum(axis=(1, 2))))


def layer_cam(
    model: keras.Model,
    images: np.ndarray,
    class_index: Classes = None,
    layer: str | int | None = None,
) -> np.ndarray:
    """Compute Layer-CAM (Jiang et al. 2021, equations 5 to 7).

    Every position of a feature map has its own weight: the positive part of the gradient there.
    Arguments, result and errors: see the module.
    """
    maps, gradients = maps_and_gradients(model, images, class_index, layer)
    return _positive((maps * np.maximum(gradients, 0)).sum(axis=-1))


def score_cam(
    model: keras.Model,
    images: np.ndarray,
    class_index: Classes = None,
    layer: str | int | None = None,
    *,
    precision: str = "float32",
    progress: bool = True,
    on_step: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Compute Score-CAM (Wang et al. 2020, algorithm 1), without any gradient.

    Each feature map, stretched to [0, 1] and to the size of the image, masks the image; its
    weight is the softmax over channels of how far the class logit then rises above that of an
    image of zeros. One forward pass a channel. Arguments, result and errors: see the module.

    Args:
        precision: ``"float32"``, or ``"bfloat16"``, which rounds more and is faster on
            processors that have it; ``ValueError`` on those that cannot compute in it.
        progress: show a progress bar.
        on_step: called after each batch with the number of channels done, and of all.
    """
    maps, scores = channel_scores(
        model,
        images,
        class_index,
        layer,
        precision=precision,
        progress=progress,
        on_step=on_step or (lambda done, of: None),
    )
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = raised / raised.sum(axis=1, keepdims=True)
    return _positive(np.einsum("nhwc,nc->nhw", maps, weights))


def to_heatmap(raw: np.ndarray) -> np.ndarray:
    """Stretch each raw map to [0, 1]; a constant map becomes zeros.

    Args:
        raw: (n, h, w), or one map (h, w).

    >>> to_heatmap(np.array([[0.0, 2.0], [1.0, 4.0]]))
    array([[0.  , 0.5 ],
           [0.25, 1.  ]], dtype=float32)
    """
    raw = np.asarray(raw, np.float32)
    low = raw.min(axis=(-2, -1), keepdims=True)
    span = raw.max(axis=(-2, -1), keepdims=True) - low
    return np.where(span > 0, (raw - low) / np.where(span > 0, span, 1), 0).astype(np.float32)
