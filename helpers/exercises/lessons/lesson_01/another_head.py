"""Exercise 01.2: global average pooling instead of Flatten."""

import numpy as np

from helpers._keras import keras
from helpers._keras.layers import all_layers
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.figures import Picture
from helpers.models import build_fashion_cnn
from helpers.plots import show_architecture


def _last_maps_and_input(model: keras.Model, dense: keras.layers.Dense) -> tuple:
    """Give random images to a model; return the last true maps and what its Dense layer gets."""
    outputs = [layer.output for layer in all_layers(model)]
    maps = [out for out in outputs if len(out.shape) == 4 and out.shape[1] > 1]
    if not maps:
        raise Mistake("No layer of your model gives feature maps.")
    inside = keras.Model(model.inputs[0], [maps[-1], dense.input])
    images = np.random.default_rng(0).random((4, 28, 28, 1), np.float32)
    return tuple(tensor.numpy() for tensor in inside(images, training=False))


def _check_head(width: int) -> None:
    if width > 64 and width % 64 == 0:
        raise Mistake(
            f"The Dense layer still gets {width:,} numbers, one for each place of each map. "
            "Flatten has to go."
        )
    if width != 64:
        raise Mistake(f"The Dense layer gets {width} numbers, not one for each of the 64 maps.")


def _check_pooling(model: keras.Model, dense: keras.layers.Dense) -> None:
    maps, pooled = _last_maps_and_input(model, dense)
    if np.allclose(pooled, maps.mean(axis=(1, 2)), atol=1e-4):
        return
    if np.allclose(pooled, maps.max(axis=(1, 2)), atol=1e-4):
        raise Mistake("This takes the largest value of each map; take the mean.")
    raise Mistake("What the Dense layer gets is not the mean of each feature map.")


@exercise(
    "01.2",
    "head() gives a list of layers. Which of them makes one long row of all numbers?",
    "Lists can be taken apart and put together: head()[1:] is all of the head but its first layer.",
    "Begin the list of parts as build() does. The new layer gives dense1 64 numbers instead of "
    "3,136; the new net's summary() shows whether it does.",
)
def _net_with_another_head(answer: object) -> Picture | None:
    if not isinstance(answer, keras.Model):
        raise expect.wrong_type(answer, "give the model itself, a keras model.")
    if not answer.built or not answer.inputs:
        raise Mistake("Your model is not built: begin it with keras.Input((28, 28, 1)).")
    dense = [layer for layer in all_layers(answer) if isinstance(layer, keras.layers.Dense)]
    if [layer.units for layer in dense] != [64, 10]:
        raise Mistake(
            "Keep the rest of the head: Dense with 64 units, and Dense with 10 at the end."
        )
    if len(dense[0].input.shape) != 2:
        raise Mistake("The Dense layer still gets maps. Pool each of them to a single number.")
    _check_head(dense[0].input.shape[-1])
    _check_pooling(answer, dense[0])
    weights = answer.count_params()
    right = build_fashion_cnn().count_params() - 7 * 7 * 64 * 64 + 64 * 64
    if weights != right:
        raise Mistake(
            f"Your model has {weights:,} weights instead of {right:,}: besides the head something "
            "else has changed. Compare it with mine.summary()."
        )
    caption = "Your net: each map of pool2 becomes one number before the dense layers."
    try:
        return show_architecture(answer, caption=caption)
    except ValueError:  # right, and built in a way that makes no row of layers
        return None
