"""Small nets that the checks of lesson 04 try answers on, and the pixels that they start from."""

from functools import cache

import numpy as np

from helpers._keras import keras, tf
from helpers.activations import feature_maps
from helpers.exercises import expect, taped
from helpers.exercises.checks import Mistake
from helpers.inputs import prepare
from helpers.models import describe

FIRST, SECOND = 5, 6  # filters of the two layers


@cache
def small_net(seed: int) -> keras.Model:
    """Build two convolutions with a pooling between them; later filters are stronger."""
    keras.utils.set_random_seed(seed)
    photo = keras.Input((None, None, 3))
    maps = keras.layers.Conv2D(FIRST, 3, padding="same", activation="relu", name="early")(photo)
    maps = keras.layers.MaxPooling2D()(maps)
    late = keras.layers.Conv2D(SECOND, 3, padding="same", activation="relu", name="late")
    net = keras.Model(photo, late(maps))
    kernel, bias = late.get_weights()
    late.set_weights([kernel * np.geomspace(1, 8, SECOND), bias])
    return describe(net, preprocess=keras.applications.vgg16.preprocess_input)


def noise(seed: int, height: int, width: int) -> np.ndarray:
    """Draw grey noise, float32 (1, height, width, 3)."""
    drawn = np.random.default_rng(seed).uniform(108, 148, (1, height, width, 3))
    return drawn.astype(np.float32)


def maps_of(net: keras.Model, name: str, pixels: np.ndarray) -> np.ndarray:
    """Compute a layer's feature maps (n, h, w, filters) of plain pixels."""
    return feature_maps(net, prepare(net, pixels), [name])[0]


def slope(net: keras.Model, name: str, pixels, score, *, raw: bool = False) -> tf.Tensor:
    """Differentiate a score of a layer's maps by the pixels; ``raw``, without preparing them."""
    model, pixels = keras.Model(net.input, net.get_layer(name).output), tf.constant(pixels)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        value = score(model(pixels if raw else prepare(net, pixels)))
    return tape.gradient(value, pixels)


def unit(gradient: tf.Tensor) -> tf.Tensor:
    """Divide a gradient by its root mean square."""
    return tf.math.divide_no_nan(gradient, tf.sqrt(tf.reduce_mean(gradient**2)))


def call(answer: object, *args: object) -> object:
    """Call a learner's function; of a gradient that is None say where it comes from."""
    advice = "Call tape.watch(pixels) first, and compute the maps inside the with block."
    return taped.call(answer, *args, start="the pixels", advice=advice)


def returned_pixels(returned: object, start: np.ndarray) -> np.ndarray:
    """Take pixels that an answer returned, with or without the axis that counts images."""
    _, height, width, _ = start.shape
    slips = {
        (): "Your function returns a single number; return the new pixels.",
        (height, width): "This has one number a place; return the pixels, with three channels.",
        (1, height, width): "This has one number a place; return pixels, with three channels.",
    }
    given = expect.array(returned)
    if given.shape == start.shape[1:]:
        given = given[None]
    pixels = expect.array(given, start.shape, slips)
    if getattr(returned, "dtype", None) == np.uint8 or _is_deprocessed(pixels):
        raise Mistake("This is deprocessed. Return the pixels as they are after the last step.")
    if np.abs(pixels - start).max() < 1e-6:
        raise Mistake("No pixel has changed: add the gradient, and return the new pixels.")
    return pixels


def _is_deprocessed(pixels: np.ndarray) -> bool:
    return abs(pixels.std() - 64) < 12 and abs(pixels.mean() - 128) < 4
