"""The net of lesson 04, the noise that ascents start from, and values before ReLU."""

from functools import cache

import numpy as np

from helpers._keras import keras
from helpers.inputs import prepare
from helpers.models import find_layer, load_vgg16

TILES = 64
FILTER = 33


@cache
def vgg() -> keras.Model:
    """Return VGG16's convolutions, without a head."""
    return load_vgg16(None)


def noise_picture(seed: int) -> np.ndarray:
    """Draw the noise that an ascent with this seed starts from, (64, 64, 3)."""
    return np.random.default_rng(seed).uniform(108, 148, (64, 64, 3)).astype(np.float32)


@cache
def _without_relu(layer: str) -> keras.Model:
    """Build a model that gives what a layer computes before its ReLU."""
    original = find_layer(vgg(), layer)
    linear = type(original).from_config(original.get_config() | {"activation": "linear"})
    model = keras.Model(vgg().input, linear(original.input))
    linear.set_weights(original.get_weights())
    return model


def before_relu(pixels: np.ndarray, layer: str) -> np.ndarray:
    """Compute what a layer makes of pixels (n, h, w, 3) before its ReLU."""
    return _without_relu(layer)(prepare(vgg(), np.float32(pixels))).numpy()
