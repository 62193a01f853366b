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
