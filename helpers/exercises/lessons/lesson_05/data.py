"""The net of lesson 05, and what its last maps say of a class."""

from functools import cache
from typing import NamedTuple

import numpy as np

from helpers._keras import keras
from helpers.activations import feature_maps
from helpers.models import load_vgg16


@cache
def vgg() -> keras.Model:
    """Return VGG16 with the head for the course's photos."""
    return load_vgg16("photos")


class Evidence(NamedTuple):
    """The weighted sum of the last maps for one class, before ReLU, and its parts."""

    maps: np.ndarray
    column: np.ndarray
    total: np.ndarray


def evidence(prepared: np.ndarray, index: int) -> Evidence:
    """Weigh the last maps of prepared images by a class's column of the head."""
    (maps,) = feature_maps(vgg(), prepared, ["block5_conv3"])
    column = vgg().get_layer("logits").get_weights()[0][:, index]
    return Evidence(maps, column, maps @ column / (maps.shape[1] * maps.shape[2]))
