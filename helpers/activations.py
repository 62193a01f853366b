"""What layers compute for given images: feature maps, and who excites a channel most."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack

import numpy as np

from helpers._choices import check_index
from helpers._recorder import listening, once
from helpers._tensorflow import keras, tf
from helpers.inputs import check_images
from helpers.models import find_layer

BATCH = 32


def _build(model: keras.Model, layers: Sequence[keras.Layer]) -> Callable:
    @tf.function(reduce_retracing=True)
    def run(images):
        heard = {}
        with ExitStack() as stack:
            for layer in layers:

                def hear(output, name=layer.name):
                    heard[name] = output
                    return output

                stack.enter_context(listening(layer, hear))
            model(images, training=False)
        return [heard[layer.name] for layer in layers]

    return run


def feature_maps(
    model: keras.Model, images: np.ndarray, layers: Sequence[str | int]
) -> list[np.ndarray]:
    """Compute the outputs of several layers in one forward pass.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.
        layers: names, or indices in ``model.layers``; layers of nested models by name.

    Returns:
        One float32 array for each layer: (n, h, w, channels), or (n, units) for dense layers.

    Raises:
        ValueError: unknown layer, or images of a wrong shape or range.

    >>> from helpers.models import build_fashion_cnn
    >>> maps = feature_maps(build_fashion_cnn(), np.zeros((2, 28, 28, 1)), ["relu1", "pool2"])
    >>> [m.shape for m in maps]
    [(2, 28, 28, 32), (2, 7, 7, 64)]
    """
    images = check_images(model, images)
    found = [find_layer(model, layer) for layer in layers]
    run = once(model, ("maps", *(id(layer) for layer in found)), lambda: _build(model, found))
    parts = [run(images[i : i + BATCH]) for i in range(0, len(images), BATCH)]
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
    height, width, channels = maps.shape
    deviation = maps.std(axis=(0, 1))
    varied = deviation > 1e-6 * np.abs(maps).max(initial=1e-30)
    scaled = (maps - maps.mean(axis=(0, 1))) / np.where(varied, deviation, 1)
    tiles = np.where(varied, np.clip(scaled / 4 + 0.5, 0, 1), 0)
    rows = -(-channels // columns)
    cell = (height + margin, width + margin)
    picture = np.zeros((rows * cell[0] - margin, columns * cell[1] - margin), np.float32)
    for channel in range(channels):
        top, left = channel // columns * cell[0], channel % columns * cell[1]
        picture[top : top + height, left : left + width] = tiles[:, :, channel]
    return picture


def responses(
    model: keras.Model, images: np.ndarray, layer: str | int
) -> tuple[np.ndarray, np.ndarray]:
    """Summarise the feature maps of many images: how strong, and at how many positions.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.

    Returns:
        Mean of each feature map, and share of its positions above zero: float32 (n, channels).

    Raises:
        ValueError: unknown layer, or images of a wrong shape or range.
    """
    means, above = [], []
    for start in range(0, len(images), BATCH):
        (maps,) = feature_maps(model, images[start : start + BATCH], [layer])
        flat = maps.reshape(len(maps), -1, maps.shape[-1])
        means.append(flat.mean(axis=1))
        above.append((flat > 0).mean(axis=1, dtype=np.float32))
    return np.concatenate(means), np.concatenate(above)


def strongest_images(
    model: keras.Model, images: np.ndarray, layer: str | int, channel: int, k: int = 9
) -> tuple[np.ndarray, np.ndarray]:
    """Find the images whose feature map in one channel has the highest mean.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.
        k: so many images, at most n.

    Returns:
        Indices (k,) of the images, strongest first, and their mean activations float32 (k,).

    Raises:
        ValueError: unknown layer or channel, or images of a wrong shape or range.
    """
    check_index("channel", channel, find_layer(model, layer).output.shape[-1])
    means = responses(model, images, layer)[0][:, channel]
    order = np.argsort(-means, kind="stable")[:k]
    return order, means[order]
