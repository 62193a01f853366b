"""One compiled step of gradient ascent for a batch of images."""

from collections.abc import Callable

import numpy as np

from helpers._keras import keras, tf
from helpers._keras.hooks import computing_in, output_of
from helpers._keras.steps import compiled
from helpers.inputs import prepare
from helpers.patterns.recipes import Recipe


def _means(model: keras.Model, layer: keras.Layer, before: bool, pixels: tf.Tensor) -> tf.Tensor:
    """Mean over space of every channel: (n, channels), before or after the layer's activation.

    The layers behind are not run, so that the image can be smaller than they would need.
    """
    output = prepare(model, pixels)
    if not isinstance(layer, keras.layers.InputLayer):
        output = tf.cast(output_of(model, layer, output, before_activation=before), tf.float32)
    return tf.reduce_mean(output, axis=(1, 2)) if output.shape.rank == 4 else output


def build_step(
    model: keras.Model,
    layer: keras.Layer,
    recipe: Recipe,
    start: np.ndarray,
    gradient_scale: str,
    precision: str,
) -> Callable:
    """Compile one step for a batch of images of one size.

    It returns what ``recipe.move`` does, and the activations before the step.
    """
    batch = tf.TensorSpec((None, *start.shape))
    memories = tf.TensorSpec((2, None, *start.shape))
    chosen, count = tf.TensorSpec((None,), tf.int32), tf.TensorSpec((), tf.int32)

    def step(variable, memory, filters, number, step_size):
        with computing_in(precision, model):
            seen = recipe.seen(recipe.pixels(variable), number)
            means = _means(model, layer, recipe.before_activation, seen)
        activations = tf.gather(means, filters, batch_dims=1)
        (gradient,) = tf.gradients(activations, variable)
        moved = recipe.move(variable, gradient, memory, number, step_size, gradient_scale)
        return *moved, activations

    return compiled(step, batch, memories, chosen, count, tf.TensorSpec(()))
