"""Which channels of what a layer is given are red, green and blue."""

import numpy as np

from helpers._keras import keras
from helpers._keras.hooks import input_of
from helpers.explorers.album import SIZE
from helpers.inputs import prepare


def colour_order(model: keras.Model, layer: keras.Layer) -> list[int] | None:
    """Find out which channels of a layer's input are red, green and blue.

    It is measured with pictures of pure colours; ``None`` where the layer is not given colours.
    """
    size = model.input_shape[1] or SIZE
    pixels = np.zeros((4, size, size, 3), np.float32)
    pixels[range(1, 4), :, :, range(3)] = 255
    given = input_of(model, layer, prepare(model, pixels))
    changes = np.abs(given[1:] - given[:1]).max(axis=(1, 2))  # by colour and channel
    strong = changes > 1e-3 * changes.max()
    alone = (strong.sum(axis=0) == 1).all() and (strong.sum(axis=1) == 1).all()
    return [int(channel) for channel in strong.argmax(axis=1)] if alone else None
