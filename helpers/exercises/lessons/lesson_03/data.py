"""The net of lesson 03 and its photo."""

from functools import cache

import numpy as np

from helpers._keras import keras
from helpers.datasets import load_photo
from helpers.inputs import prepare
from helpers.models import load_vgg16


@cache
def vgg() -> keras.Model:
    """Return VGG16's convolutions, without a head."""
    return load_vgg16(None)


def cat(size: int) -> np.ndarray:
    """Return the cat's photo, prepared: (1, size, size, 3)."""
    return prepare(vgg(), load_photo("cat", size)[None])
