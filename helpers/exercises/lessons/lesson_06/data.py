"""The images of lesson 06, its net, and the maps and gradients in it."""

from functools import cache
from typing import NamedTuple

import numpy as np

from helpers._keras import keras, tf
from helpers.datasets import load_fashion_mnist
from helpers.models import load_trained, with_linear_output

SIDE = 28


class Data(NamedTuple):
    """Test images, their labels, and the names of the classes."""

    images: np.ndarray
    labels: np.ndarray
    names: list[str]


@cache
def fashion() -> Data:
    """Return the test images that the course brings along."""
    data = load_fashion_mnist("subset")
    return Data(data.test_images, data.test_labels.astype(np.int32), list(data.class_names))


@cache
def _deep() -> keras.Model:
    return load_trained("deep_fashion_cnn")


@cache
def linear() -> keras.Model:
    """Return the deep net without its softmax."""
    return with_linear_output(_deep())


def maps_and_gradients(images: np.ndarray, classes: np.ndarray, layers: list[str]) -> list[tuple]:
    """Maps and gradients of several layers in one pass there and one back."""
    outputs, maps = tf.constant(images), []
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(outputs)
        for layer in [*_deep().layers[:-1], linear().layers[-1]]:
            outputs = layer(outputs, training=False)
            if layer.name in layers:
                maps.append(outputs)
        score = tf.gather(outputs, classes, batch_dims=1)
    gradients = tape.gradient(score, maps)
    return [(one.numpy(), slope.numpy()) for one, slope in zip(maps, gradients, strict=True)]
