"""Compiled functions of a model, built once and thrown away when the model changes."""

from collections.abc import Callable, Iterator
from itertools import chain
from operator import call, is_, itemgetter
from typing import Any

from helpers._keras import keras, tf
from helpers._keras.hooks import tracing
from helpers._keras.layers import all_layers

MOST = 32  # functions kept for a model; the oldest goes
OF_EVERY_LAYER = vars(keras.Layer()).keys()  # Keras' own records
TO_SAVE_IT = "_self_"  # TensorFlow's records
TO_TRAIN_IT = ("_initializer", "_regularizer", "_constraint")


def _models(model: keras.Model) -> Iterator[keras.Model]:
    """Find the model itself and all models inside it."""
    yield model
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _models(layer)


def _reader(layer: keras.Layer) -> Callable[[dict], tuple]:
    """Make what takes, from a layer's attributes, all that can change what the layer computes."""
    own = vars(layer).keys() - OF_EVERY_LAYER
    names = [n for n in own if not n.startswith(TO_SAVE_IT) and not n.endswith(TO_TRAIN_IT)]
    return itemgetter("_dtype_policy", "_trainable", *names)


class _Kept:
    """Functions that were built for a model as it was."""

    def __init__(self) -> None:
        self.functions: dict[tuple, Callable] = {}

    def remember(self, model: keras.Model) -> None:
        """Note what the model holds now."""
        layers = all_layers(model)
        self.models = list(_models(model))
        self.parts = [list(one._layers) for one in self.models]
        self.attributes = [vars(layer) for layer in layers]
        self.counts = [len(attributes) for attributes in self.attributes]
        self.readers = [_reader(layer) for layer in layers]
        self.values = list(self._read())

    def _read(self) -> Iterator[object]:
        return chain.from_iterable(map(call, self.readers, self.attributes))

    def is_valid(self) -> bool:
        """Say whether the model still holds the very same things; this is asked in every call."""
        if [one._layers for one in self.models] != self.parts:
            return False
        if list(map(len, self.attributes)) != self.counts:
            return False
        try:
            return all(map(is_, self._read(), self.values))
        except KeyError:  # an attribute is gone
            return False


def compiled(function: Callable, *signature: tf.TensorSpec) -> Callable:
    """Trace a function once, also where functions are run eagerly; one thread at a time."""
    with tracing:
        traced = tf.function(function, input_signature=signature, autograph=False)
        return traced.get_concrete_function()


def once(model: keras.Model, key: tuple, build: Callable[[], Any]) -> Any:
    """Return ``build()``, built once for this key, for as long as the model stays as it is.

    When a layer, an activation or a weight has been exchanged, it is built anew. Weights that were
    trained or set are no such change: the functions read them when they run.
    """
    with tracing:
        kept = vars(model).get("_course_functions")
        if kept is None or not kept.is_valid():
            kept = vars(model)["_course_functions"] = _Kept()
        if key not in kept.functions:
            kept.functions[key] = build()
            while len(kept.functions) > MOST:
                del kept.functions[next(iter(kept.functions))]
            kept.remember(model)  # a first trace leaves marks in the layers
        return kept.functions[key]
