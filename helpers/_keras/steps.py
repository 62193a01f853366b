"""Compiled functions of a model, built once and thrown away when the model changes."""

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

from helpers._keras import keras
from helpers._keras.hooks import tracing
from helpers._keras.layers import all_layers

MOST = 32  # functions kept for a model; the oldest goes


class _Kept:
    """Functions that were built for a model as it was."""

    def __init__(self) -> None:
        self.functions: dict[tuple, Callable] = {}
        self.attributes: list[object] = []

    def is_of(self, model: keras.Model) -> bool:
        """Say whether the model still holds the very same things in all its layers."""
        pairs = zip_longest(_attributes(model), self.attributes)
        return all(now is then for now, then in pairs)


def _attributes(model: keras.Model) -> Iterator[object]:
    """All that the layers of a model hold: weights, activations, numbers, functions."""
    for layer in all_layers(model):
        yield layer
        yield from vars(layer).values()


def once(model: keras.Model, key: tuple, build: Callable[[], Any]) -> Any:
    """Return ``build()``, built once for this key, for as long as the model stays as it is.

    When a layer, an activation or a weight has been exchanged, it is built anew. Weights that were
    trained or set are no such change: the functions read them when they run.
    """
    with tracing:
        kept = vars(model).get("_course_functions")
        if kept is None or not kept.is_of(model):
            kept = vars(model)["_course_functions"] = _Kept()
        if key not in kept.functions:
            kept.functions[key] = build()
            while len(kept.functions) > MOST:
                del kept.functions[next(iter(kept.functions))]
            kept.attributes = list(_attributes(model))  # a first trace leaves marks in the layers
        return kept.functions[key]
