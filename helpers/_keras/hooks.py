"""Look into a layer, or change how it computes, for as long as a context lasts.

A hook is set on the layer object while TensorFlow traces the model, so it works wherever in a model
the layer sits. Everything is put back as it was. One thread traces at a time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock

import numpy as np

from helpers._keras import keras, tf
from helpers._keras.layers import all_layers

tracing = RLock()


@contextmanager
def attribute_replaced(layer: keras.Layer, name: str, value: object) -> Iterator[None]:
    """Give a layer object an attribute of its own, and put back what it had, or had not."""
    attributes = vars(layer)
    had, before = name in attributes, attributes.get(name)
    attributes[name] = value
    try:
        yield
    finally:
        if had:
            attributes[name] = before
        else:
            del attributes[name]


@contextmanager
def output_hook(layer: keras.Layer, hook: Callable[[tf.Tensor], tf.Tensor]) -> Iterator[None]:
    """Pass a layer's output through ``hook`` for as long as the context lasts."""
    call = layer.call
    with attribute_replaced(layer, "call", lambda *args, **kwargs: hook(call(*args, **kwargs))):
        yield


@contextmanager
def activation_replaced(layer: keras.Layer, by: Callable[[tf.Tensor], tf.Tensor]) -> Iterator[None]:
    """Give a layer another activation for as long as the context lasts."""
    with attribute_replaced(layer, "activation", by):
        yield


@contextmanager
def computing_in(dtype: str, model: keras.Model) -> Iterator[None]:
    """Let all layers compute in a dtype for as long as the context lasts; weights are not changed.

    What a ``tf.function`` traces inside the context keeps that dtype.
    """
    policy = {"float32": "float32", "bfloat16": "mixed_bfloat16"}[dtype]
    layers = all_layers(model)
    policies = [layer.dtype_policy for layer in layers]
    try:
        for layer in layers:
            layer.dtype_policy = policy
        yield
    finally:
        for layer, original in zip(layers, policies, strict=True):
            layer.dtype_policy = original


class _Given(BaseException):
    """Ends a model's call at a layer, and carries what the layer is given there."""


def input_of(model: keras.Model, layer: keras.Layer, images: np.ndarray) -> np.ndarray:
    """Compute what a layer is given, in its first call, when the model runs on images.

    Raises:
        ValueError: the model does not use the layer.
    """

    def stop(inputs, *args, **kwargs):
        raise _Given(keras.ops.convert_to_numpy(inputs))

    with tracing, attribute_replaced(layer, "call", stop):
        try:
            model(images, training=False)
        except _Given as given:
            return given.args[0]
    raise ValueError(f"{model.name!r} does not use the layer {layer.name!r}")
