"""See what a layer computes while its model runs, wherever in the model the layer sits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from helpers._tensorflow import keras, tf


@contextmanager
def listening(layer: keras.Layer, hear: Callable[[tf.Tensor], tf.Tensor]) -> Iterator[None]:
    """Pass a layer's output through ``hear`` for as long as the context lasts."""
    original = layer.call
    layer.call = lambda *args, **kwargs: hear(original(*args, **kwargs))
    try:
        yield
    finally:
        del layer.call


@contextmanager
def activation_replaced(layer: keras.Layer, by: Callable[[tf.Tensor], tf.Tensor]) -> Iterator[None]:
    """Give a layer another activation for as long as the context lasts."""
    original, layer.activation = layer.activation, by
    try:
        yield
    finally:
        layer.activation = original


def once(model: keras.Model, key: tuple, build: Callable[[], Callable]) -> Callable:
    """Return ``build()``, built once for this key and kept as long as the model lives."""
    functions = vars(model).setdefault("_course_functions", {})
    if key not in functions:
        functions[key] = build()
    return functions[key]


@contextmanager
def logits_instead_of_softmax(last: keras.Layer) -> Iterator[None]:
    """Let a model whose last layer this is give logits for as long as the context lasts."""
    if isinstance(last, keras.layers.Softmax):
        last.call = lambda inputs, *args, **kwargs: inputs
        try:
            yield
        finally:
            del last.call
    elif getattr(last, "activation", None) is keras.activations.softmax:
        with activation_replaced(last, keras.activations.linear):
            yield
    else:
        yield


@contextmanager
def computing_in(dtype: str, model: keras.Model) -> Iterator[None]:
    """Let all layers compute in a dtype for as long as the context lasts; weights are not changed.

    What a ``tf.function`` traces inside the context keeps that dtype.
    """
    policy = {"float32": "float32", "bfloat16": "mixed_bfloat16"}[dtype]
    kept = [(layer, layer.dtype_policy) for layer in all_layers(model)]
    try:
        for layer, _ in kept:
            layer.dtype_policy = policy
        yield
    finally:
        for layer, original in kept:
            layer.dtype_policy = original


def all_layers(model: keras.Model) -> list[keras.Layer]:
    """List a model's layers in order, those of models inside it too."""
    found = []
    for layer in model.layers:
        found.extend(all_layers(layer) if isinstance(layer, keras.Model) else [layer])
    return found


def ends_in_softmax(model: keras.Model) -> bool:
    """Say whether a model gives probabilities, through a softmax at its end."""
    last = all_layers(model)[-1]
    softmax = keras.activations.softmax
    return isinstance(last, keras.layers.Softmax) or getattr(last, "activation", None) is softmax
