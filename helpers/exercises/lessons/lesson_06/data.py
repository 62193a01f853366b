"""Small nets that the lesson has not shown, and images for them."""

from functools import cache

import numpy as np

from helpers._keras import keras
from helpers.datasets import load_fashion_mnist

CLASSES, CHANNELS, SIDE, LAYER = 4, 6, 28, "somewhere"


@cache
def small_net(seed: int) -> keras.Model:
    """Make a net that no one has trained: images (n, 28, 28, 1), maps of 7 x 7, 4 logits."""
    keras.utils.set_random_seed(seed)
    options = {"strides": 2, "padding": "same", "activation": "relu"}
    image = keras.Input((SIDE, SIDE, 1))
    first = keras.layers.Conv2D(5, 3, **options)(image)
    maps = keras.layers.Conv2D(CHANNELS, 3, **options, name=LAYER)(first)
    logits = keras.layers.Dense(CLASSES, name="logits")(keras.layers.Flatten()(maps))
    return keras.Model(image, logits)


@cache
def garments(first: int, count: int) -> np.ndarray:
    """Return test images, float32 (count, 28, 28, 1) in 0 to 1, from a number on."""
    return load_fashion_mnist("subset").test_images[first : first + count]


def wrong_shapes(count: int, height: int, width: int) -> dict[tuple, str]:
    """Say what is wrong with maps of other shapes than (count, height, width)."""
    return {
        (): "Your function returns a single number; it should return a map for each image.",
        (count,): "This is a number for each image; it should be a map for each image.",
        (height, width): "The axis that counts the images is gone; each image has its own map.",
        (count, height, width, 1): "The channel axis, of length 1, is left over: drop it.",
        (count, height, width, CHANNELS): "There is still one map for each filter: add them up.",
        (count, height, width, CLASSES): "There are still all classes. Take the one that is given.",
    }
