"""One compiled step of gradient ascent for a batch of images."""

from collections.abc import Callable, Sequence

import numpy as np

from helpers._recipes import Recipe
from helpers._recorder import activation_replaced, computing_in, listening
from helpers._tensorflow import keras, tf
from helpers.inputs import prepare


class _Reached(BaseException):
    """Ends a model's call at the layer that is asked for, and carries what it computed there."""


def _means(model: keras.Model, layer: keras.Layer, before: bool, pixels: tf.Tensor) -> tf.Tensor:
    """Mean over space of every channel: (n, channels), before or after the layer's activation.

    The layers behind are not run, so that the image can be smaller than they would need.
    """

    def stop(output):
        raise _Reached(tf.cast(output, tf.float32))

    fused = before and getattr(layer, "activation", None)
    ear = activation_replaced(layer, stop) if fused else listening(layer, stop)
    try:
        with ear:
            model(prepare(model, pixels), training=False)
    except _Reached as reached:
        (output,) = reached.args
    return tf.reduce_mean(output, axis=(1, 2)) if output.shape.rank == 4 else output


def build_step(
    model: keras.Model,
    layer: keras.Layer,
    recipe: Recipe,
    held: np.ndarray,
    *,
    gradient_scale: str,
    dtype: str,
    regularizers: Sequence[Callable],
) -> tuple[Callable, Callable]:
    """Compile one step for a batch of images of one size, and a look at where they stand."""
    batch = tf.TensorSpec((None, *held.shape))
    memories = tf.TensorSpec((2, None, *held.shape))
    chosen, count = tf.TensorSpec((None,), tf.int32), tf.TensorSpec((), tf.int32)

    def climbed(variable, filters, number):
        with computing_in(dtype, model):
            seen = recipe.seen(recipe.pixels(variable), number)
            means = _means(model, layer, recipe.before_activation, seen)
            return tf.gather(means, filters, batch_dims=1)

    @tf.function(input_signature=[batch, memories, chosen, count, tf.TensorSpec(())])
    def step(variable, memory, filters, number, step_size):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(variable)
            activations = climbed(variable, filters, number)
        gradient = tape.gradient(activations, variable)
        variable, memory = recipe.move(
            variable, gradient, memory, number, step_size, gradient_scale
        )
        for regularize in regularizers:
            variable = regularize(variable)
        return variable, memory, activations

    return step, tf.function(climbed, input_signature=[batch, chosen, count])
