"""The net of lesson 03 and its photo."""

from functools import cache

import numpy as np


@cache
def vgg():
    """Return VGG16's convolutions, without a head."""
    from helpers.models import load_vgg16

    return load_vgg16(None)


def cat(size: int) -> np.ndarray:
    """Return the cat's photo, prepared: (1, size, size, 3)."""
    from helpers.datasets import load_photo
    from helpers.inputs import prepare

    return prepare(vgg(), load_photo("cat", size)[None])
