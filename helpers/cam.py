"""Heatmaps that say where a convnet looked: class activation maps.

All methods take a model, images (n, h, w, c) in the range it expects, a class and a layer, and
return raw maps, float32 (n, height, width) of the layer. ``to_heatmap`` brings them to [0, 1].
"""

import warnings
from collections.abc import Callable, Sequence

import numpy as np

from helpers._choices import check_index
from helpers._recorder import listening, logits_instead_of_softmax, once
from helpers._tensorflow import keras, tf
from helpers.inputs import check_images
from helpers.models import find_layer, last_layer


def _build(model: keras.Model, layer: keras.Layer) -> Callable:
    @tf.function(reduce_retracing=True)
    def step(images, classes):
        heard = []
        with tf.GradientTape(watch_accessed_variables=False) as tape:

            def hear(maps):
                tape.watch(maps)  # from here on, so that the way back ends at this layer
                heard.append(maps)
                return maps

            with listening(layer, hear), logits_instead_of_softmax(last_layer(model)):
                logits = model(images, training=False)
            predicted = tf.argmax(logits, axis=-1, output_type=tf.int32)
            scores = tf.gather(logits, tf.where(classes < 0, predicted, classes), batch_dims=1)
        return heard[0], tape.gradient(scores, heard[0])

    return step


def _classes(model: keras.Model, class_index: int | Sequence[int] | None, count: int) -> np.ndarray:
    """One class for each image; -1 stands for the predicted one."""
    if class_index is None:
        return np.full(count, -1, np.int32)
    classes = np.broadcast_to(np.asarray(class_index, np.int32), (count,))
    for chosen in np.unique(classes):
        check_index("class", int(chosen), model.output_shape[-1])
    return classes


def _maps_and_gradients(
    model: keras.Model,
    images: np.ndarray,
    class_index: int | Sequence[int] | None,
    layer: str | int | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Run the net once and go back to one layer.

    Returns:
        The layer's output and the gradient of the class logit with respect to it, both float32
        (n, height, width, channels).
    """
    if len(model.outputs) != 1:
        raise ValueError(f"the model has {len(model.outputs)} outputs; heatmaps need exactly one")
    found = find_layer(model, layer)
    if len(found.output.shape) != 4:
        raise ValueError(
            f"layer {found.name!r} has the output shape {found.output.shape}, no height and width "
            "to draw a map on: choose a layer before Flatten or global pooling"
        )
    images = check_images(model, images)
    step = once(model, ("cam", id(found)), lambda: _build(model, found))
    maps, gradients = step(images, _classes(model, class_index, len(images)))
    return maps.numpy(), gradients.numpy()


def _positive(maps: np.ndarray) -> np.ndarray:
    """Keep what speaks for the class, and say so where nothing does."""
    raw = np.maximum(maps, 0)
    if not raw.reshape(len(raw), -1).any(axis=1).all():
        warnings.warn(
            "a heatmap is zero everywhere: nothing in this layer speaks for the class. Look at "
            "another class or layer; a saturated softmax or dead filters do the same.",
            stacklevel=3,
        )
    return raw


def grad_cam(
    model: keras.Model,
    images: np.ndarray,
    class_index: int | Sequence[int] | None = None,
    layer: str | int | None = None,
) -> np.ndarray:
    """Compute Grad-CAM (Selvaraju et al. 2017, equations 1 and 2).

    Each feature map is weighted with the mean gradient of the class logit with respect to it;
    negative values of the sum are cut off.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.
        class_index: one class for all images, or one for each; ``None``, the predicted one.
        layer: name or index of a layer with height and width, also inside a nested model;
            ``None``, the last convolution.

    Returns:
        float32 (n, height, width) of the layer, raw: at least 0, not normalised. A map that is
        zero everywhere comes with a warning.

    Raises:
        ValueError: unknown layer or class, a layer without height and width, a model with
            several outputs, or images of a wrong shape or range.
    """
    maps, gradients = _maps_and_gradients(model, images, class_index, layer)
    weights = gradients.mean(axis=(1, 2))
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
