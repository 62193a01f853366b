"""A model's layers, those of the models inside it too, each under a name of its own."""

from collections import Counter
from collections.abc import Iterator

from helpers._keras import keras


def all_layers(model: keras.Model) -> list[keras.Layer]:
    """List a model's layers in order, those of models inside it too."""
    return [layer for _, layer in _with_paths(model)]


def _with_paths(model: keras.Model, prefix: str = "") -> Iterator[tuple[str, keras.Layer]]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _with_paths(layer, f"{prefix}{layer.name}/")
        else:
            yield prefix + layer.name, layer


def named_layers(model: keras.Model) -> dict[str, keras.Layer]:
    """Map names to layers, in order.

    A name that two layers of nested models share is preceded by that of the model around it, as
    in ``"first/conv"``.
    """
    counts = Counter(layer.name for layer in set(all_layers(model)))
    return {
        layer.name if counts[layer.name] == 1 else path: layer for path, layer in _with_paths(model)
    }
