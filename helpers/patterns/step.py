"""One compiled step of gradient ascent for a batch of images."""

from collections.abc import Callable

import numpy as np

from helpers._keras import keras, tf
from helpers._keras.gradients import compiled
from helpers._keras.hooks import activation_replaced, computing_in, output_hook
from helpers.inputs import prepare
from helpers.patterns.recipes import Recipe


class _Reached(BaseException):
    """Ends a model's call at the layer that is asked for, and carries what it computed there."""


def _means(model: keras.Model, layer: keras.Layer, before: bool, pixels: tf.Tensor) -> tf.Tensor:
    """Mean over space of every channel: (n, channels), before or after the layer's activation.

    The layers behind are not run, so that the image can be smaller than they would need.
    """

    if isinstance(layer, keras.layers.InputLayer):
        return tf.reduce_mean(prepare(model, pixels), axis=(1, 2))

    def stop(output):
        raise _Reached(tf.cast(output, tf.float32))

    fused = before and getattr(layer, "activation", None)
    hook = activation_replaced if fused else output_hook
    try:
        with hook(layer, stop):
            model(prepare(model, pixels), training=False)
    except _Reached as reached:
        (output,) = reached.args
    return tf.reduce_mean(output, axis=(1, 2)) if output.shape.rank == 4 else output


def build_step(
    model: keras.Model,
    layer: keras.Layer,
    recipe: Recipe,
    start: np.ndarray,
    *,
    gradient_scale: str,
    precision: str,
) -> tuple[Callable, Callable]:
    """Compile one step for a batch of images of one size, and a look at where they stand."""
    batch = tf.TensorSpec((None, *start.shape))
    memories = tf.TensorSpec((2, None, *start.shape))
    chosen, count = tf.TensorSpec((None,), tf.int32), tf.TensorSpec((), tf.int32)

    def climbed(variable, filters, number):
        with computing_in(precision, model):
            seen = recipe.seen(recipe.pixels(variable), number)
            means = _means(model, layer, recipe.before_activation, seen)
            return tf.gather(means, filters, batch_dims=1)

    def step(variable, memory, filters, number, step_size):
        activations = climbed(variable, filters, number)
        (gradient,) = tf.gradients(activations, variable)
        moved = recipe.move(variable, gradient, memory, number, step_size, gradient_scale)
        return *moved, activations

    return (
        compiled(step, batch, memories, chosen, count, tf.TensorSpec(())),
        compiled(climbed, batch, chosen, count),
    )
