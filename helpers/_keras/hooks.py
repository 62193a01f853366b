"""Look into a layer, or change how it computes, for as long as a context lasts.

A hook is set on the layer object while TensorFlow traces the model, so it works wherever in a model
the layer sits. Everything is put back as it was. One thread traces at a time.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
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
def outputs_kept(
    layers: Iterable[keras.Layer], images: tf.Tensor
) -> Iterator[dict[keras.Layer, tf.Tensor]]:
    """Keep what each layer returns, in its last call, while a model runs on images."""
    outputs = {}

    def hook_of(layer):
        def keep(output):
            outputs[layer] = output
            return output

        return output_hook(layer, keep)

    with ExitStack() as hooks:
        for layer in set(layers):
            if isinstance(layer, keras.layers.InputLayer):  # which is never called
                outputs[layer] = images
            else:
                hooks.enter_context(hook_of(layer))
        yield outputs


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


class _Reached(BaseException):
    """Ends a model's call inside a layer, and carries what has been computed until there."""


def _stop(value, *args, **kwargs):
    raise _Reached(value)


def _value_at(layer: keras.Layer, name: str, stop: Callable, model: keras.Model, images):
    """Run a model until it calls an attribute of a layer, which is replaced by ``stop``."""
    try:
        with attribute_replaced(layer, name, stop):
            model(images, training=False)
    except _Reached as reached:
        return reached.args[0]
    raise ValueError(f"{model.name!r} does not use the layer {layer.name!r}")


def input_of(model: keras.Model, layer: keras.Layer, images: np.ndarray) -> np.ndarray:
    """Compute what a layer is given, in its first call, when the model runs on images.

    Raises:
        ValueError: the model does not use the layer.
    """
    with tracing:
        given = _value_at(layer, "call", _stop, model, images)
    return keras.ops.convert_to_numpy(given)


def output_of(
    model: keras.Model, layer: keras.Layer, images: tf.Tensor, *, before_activation: bool
) -> tf.Tensor:
    """Compute what a layer returns, in its first call; the layers behind are not run.

    Args:
        before_activation: take the value before the layer's own activation, if it has one.

    Raises:
        ValueError: the model does not use the layer.
    """
    if before_activation and getattr(layer, "activation", None):
        return _value_at(layer, "activation", _stop, model, images)
    call = layer.call
    return _value_at(layer, "call", lambda *args, **kw: _stop(call(*args, **kw)), model, images)
