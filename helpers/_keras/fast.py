"""Train on less arithmetic: bfloat16, and batch normalization in one TensorFlow kernel."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from helpers._keras import keras, tf
from helpers._keras.hooks import attribute_replaced, computing_in
from helpers._keras.layers import all_layers

BatchNormalization = keras.layers.BatchNormalization


def _can_be_fused(layer: keras.Layer) -> bool:
    plain = type(layer) is BatchNormalization and not getattr(layer, "renorm", False)
    return plain and layer.trainable and layer.axis in (-1, 3)


def _fused(layer: keras.Layer) -> Callable:
    """Make the call of a layer whose training step is one kernel instead of a dozen."""
    usual = layer.call

    def call(inputs, training=None, mask=None):
        if not training or inputs.shape.rank != 4:
            return usual(inputs, training=training, mask=mask)
        channels = inputs.shape[-1]
        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            inputs,
            tf.cast(layer.gamma, tf.float32) if layer.scale else tf.ones(channels),
            tf.cast(layer.beta, tf.float32) if layer.center else tf.zeros(channels),
            epsilon=layer.epsilon,
            is_training=True,
        )[:3]
        count = tf.cast(tf.size(inputs) / channels, tf.float32)
        biased = variance * (count - 1) / count  # the kernel divides by count - 1, Keras by count
        for moving, now in ((layer.moving_mean, mean), (layer.moving_variance, biased)):
            moving.assign(moving * layer.momentum + now * (1 - layer.momentum))
        return outputs

    return call


@contextmanager
def computing_fast(model: keras.Model) -> Iterator[None]:
    """Let what is traced inside the context compute in bfloat16 with fused batch normalization.

    The last layer stays in float32, and so do all weights.
    """
    layers = list(dict.fromkeys(all_layers(model)))
    with ExitStack() as stack:
        stack.enter_context(computing_in("bfloat16", model))
        layers[-1].dtype_policy = "float32"
        for layer in filter(_can_be_fused, layers):
            stack.enter_context(attribute_replaced(layer, "call", _fused(layer)))
        yield
