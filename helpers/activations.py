"""What layers compute for given images: feature maps, and which images excite a channel most."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from helpers._choices import check_index, unknown
from helpers._keras import keras, tf
from helpers._keras.gradients import batches, run_in_batches
from helpers._keras.hooks import outputs_kept
from helpers._keras.shapes import image_spec
from helpers._keras.steps import compiled, once
from helpers.inputs import check_images
from helpers.models.layers import LayerLike, channel_count, find_layer, output_shape
from helpers.pixels import tile

SHARE = 3  # a third of a batch's room: the maps of all layers are alive at once


def _build(
    model: keras.Model, layers: Sequence[keras.Layer], end: Callable = lambda maps: maps
) -> Callable:
    def run(images):
        with outputs_kept(layers, images) as outputs:
            model(images, training=False)
        return [end(tf.cast(outputs[layer], tf.float32)) for layer in layers]

    return compiled(run, image_spec(model))


def _find_all(model: keras.Model, layers: Sequence[LayerLike]) -> list[keras.Layer]:
    if isinstance(layers, str):
        raise ValueError(f"layers must be a list: write [{layers!r}]")
    found = [find_layer(model, layer) for layer in layers]
    for layer in found:
        output_shape(model, layer)
    return found


def feature_maps(
    model: keras.Model, images: np.ndarray, layers: Sequence[LayerLike]
) -> list[np.ndarray]:
    """Compute the outputs of several layers in one forward pass.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.
        layers: names (also of layers in nested models), indices in ``model.layers``, or layers.

    Returns:
        One float32 array for each layer, (n, h, w, channels), or (n, units) for dense layers. Of a
        layer that the model calls several times it is the last call.

    Raises:
        ValueError: unknown layer, or images of a wrong shape or range.

    >>> from helpers.models import build_fashion_cnn
    >>> maps = feature_maps(build_fashion_cnn(), np.zeros((2, 28, 28, 1)), ["relu1", "pool2"])
    >>> [m.shape for m in maps]
    [(2, 28, 28, 32), (2, 7, 7, 64)]
    """
    images, found = check_images(model, images), _find_all(model, layers)
    run = once(model, ("maps", *found), lambda: _build(model, found))
    parts = run_in_batches(run, images)
    return [np.concatenate(maps) for maps in zip(*parts, strict=True)]


def mosaic(maps: np.ndarray, columns: int = 16, margin: int = 1) -> np.ndarray:
    """Lay the feature maps of one image side by side, each channel standardised.

    A channel is shifted to mean 0, divided by its standard deviation, and shown from -2 to 2
    standard deviations (after Chollet, "Deep Learning with Python"). A constant channel, silent
    or not, stays at 0, and so do the margins.

    Args:
        maps: (h, w, channels).
        columns: channels in a row.
        margin: pixels between two channels.

    Returns:
        float32 in [0, 1], one picture of all channels, row by row.

    Raises:
        ValueError: ``maps`` has not three axes.

    >>> mosaic(np.random.rand(7, 7, 64), columns=16).shape
    (31, 127)
    """
    if np.ndim(maps) != 3:
        raise ValueError(f"maps have the shape {np.shape(maps)}; want (h, w, channels), one image")
    deviation = maps.std(axis=(0, 1))
    varied = deviation > 1e-6 * np.abs(maps).max(initial=1e-30)
    scaled = (maps - maps.mean(axis=(0, 1))) / np.where(varied, deviation, 1)
    tiles = np.where(varied, np.clip(scaled / 4 + 0.5, 0, 1), 0)
    return tile(np.moveaxis(tiles, -1, 0).astype(np.float32), columns, margin)


class Responses(NamedTuple):
    """What is left of the feature maps of many images, each (n, channels)."""

    means: np.ndarray
    largest: np.ndarray
    places: np.ndarray  # of the largest value: row * width + column
    above: np.ndarray  # share of positions above zero


def _summary(maps: tf.Tensor) -> Responses:
    shape = tf.shape(maps)
    flat = tf.reshape(maps, (shape[0], -1, shape[-1]))
    above = tf.reduce_mean(tf.cast(flat > 0, tf.float32), axis=1)
    largest, places = tf.reduce_max(flat, axis=1), tf.argmax(flat, axis=1, output_type=tf.int32)
    return Responses(tf.reduce_mean(flat, axis=1), largest, places, above)


def responses(
    model: keras.Model,
    images: np.ndarray,
    layers: Sequence[LayerLike],
    on_batch: Callable[[int], None] = lambda done: None,
) -> list[Responses]:
    """Summarise the feature maps of many images, of several layers in one forward pass.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.
        on_batch: called with the number of images done so far.

    Raises:
        ValueError: unknown layer, or images of a wrong shape or range.
    """
    images, found = check_images(model, images), _find_all(model, layers)
    run = once(model, ("responses", *found), lambda: _build(model, found, _summary))
    parts = []
    for part in batches(images, most=16, share=SHARE):
        summaries = run(tf.constant(images[part]))
        parts.append([[one.numpy() for one in summary] for summary in summaries])
        on_batch(min(part.stop, len(images)))
    by_layer = zip(*parts, strict=True)
    return [Responses(*map(np.concatenate, zip(*layer, strict=True))) for layer in by_layer]


def strongest_images(
    model: keras.Model,
    images: np.ndarray,
    layer: LayerLike,
    channel: int,
    k: int = 9,
    by: str = "max",
) -> tuple[np.ndarray, np.ndarray]:
    """Find the images that excite one channel most.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.
        k: so many images, at most n.
        by: ``"max"``, the largest value of the feature map; ``"mean"``, its mean.

    Returns:
        Indices (k,) of the images, strongest first, and these values float32 (k,).

    Raises:
        ValueError: unknown layer, channel or ``by``, or images of a wrong shape or range.

    >>> from helpers.models import build_fashion_cnn
    >>> images = np.random.rand(20, 28, 28, 1)
    >>> order, largest = strongest_images(build_fashion_cnn(), images, "conv1", 3, k=5)
    >>> order.shape, bool(largest[0] >= largest[4])
    ((5,), True)
    """
    if by not in ("max", "mean"):
        raise unknown("way to compare images", by, ("max", "mean"))
    check_index("channel", channel, channel_count(model, find_layer(model, layer)))
    (found,) = responses(model, images, [layer])
    values = (found.largest if by == "max" else found.means)[:, channel]
    order = np.argsort(-values, kind="stable")[:k]
    return order, values[order]
