"""Small nets that no lesson has shown, and images for them."""

from collections.abc import Sequence

import numpy as np

from helpers._keras import keras
from helpers.datasets import load_photo

SLEEPING = 100.0  # so far down goes the bias of a channel that never wakes


def photos(height: int, width: int, *names: str) -> np.ndarray:
    """Cut the top left corner out of photos: float32 (n, h, w, 3) in [0, 1]."""
    side = max(height, width)
    cut = [load_photo(name, side)[:height, :width] for name in names]
    return np.stack(cut).astype(np.float32) / 255


def relu_net(layers: Sequence[tuple[str, int]], seed: int) -> keras.Model:
    """Make a net of 3x3 convolutions with ReLU, the given names and channels; a pooling each."""
    keras.utils.set_random_seed(seed)
    photo = keras.Input((None, None, 3))
    maps = photo
    for name, channels in layers:
        maps = keras.layers.Conv2D(channels, 3, activation="relu", name=name)(maps)
        maps = keras.layers.MaxPooling2D(name=f"{name}_pool")(maps)
    return keras.Model(photo, maps)


def shift_biases(net: keras.Model, name: str, shifts: np.ndarray) -> None:
    """Add a number to the bias of each channel of a convolution."""
    kernel, bias = net.get_layer(name).get_weights()
    net.get_layer(name).set_weights([kernel, bias + shifts])


def one_map(step: int, seed: int) -> keras.Model:
    """Make a net that returns one map (n, h / step, w / step) of any sign, and no two ties."""
    keras.utils.set_random_seed(seed)
    photo = keras.Input((None, None, 3))
    coarse = keras.layers.AveragePooling2D(step)(photo)
    maps = keras.layers.Conv2D(4, 3, padding="same", name="only")(coarse)
    return keras.Model(photo, maps[..., 1])
