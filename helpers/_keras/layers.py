"""A model's layers, those of the models inside it too, each under a name of its own."""

from collections import Counter

from helpers._keras import keras


def all_layers(model: keras.Model) -> list[keras.Layer]:
    """List a model's layers in order, those of models inside it too."""
    layers = []
    for layer in model.layers:
        layers.extend(all_layers(layer) if isinstance(layer, keras.Model) else [layer])
    return layers


def _with_paths(model: keras.Model, prefix: str = "") -> list[tuple[str, keras.Layer]]:
    pairs = []
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            pairs.extend(_with_paths(layer, f"{prefix}{layer.name}/"))
        else:
            pairs.append((prefix + layer.name, layer))
    return pairs


def named_layers(model: keras.Model) -> dict[str, keras.Layer]:
    """Map names to layers, in order.

    A name that two layers of nested models share is preceded by that of the model around it, as
    in ``"first/conv"``.
    """
    pairs = _with_paths(model)
    counts = Counter(layer.name for layer in {id(layer): layer for _, layer in pairs}.values())
    return {layer.name if counts[layer.name] == 1 else path: layer for path, layer in pairs}
