"""The randomisation test: destroy a net from its output down."""

import numpy as np

from helpers._keras import keras
from helpers._keras.layers import all_layers
from helpers.models.dense_on_disk import DenseOnDisk
from helpers.models.layers import LayerLike, find_layer
from helpers.models.spec import describe, spec_of

LEFT_AS_THEY_ARE = (
    keras.layers.BatchNormalization,
    keras.layers.GroupNormalization,
    keras.layers.LayerNormalization,
    keras.layers.Normalization,
)


def _copy(model: keras.Model) -> keras.Model:
    """Copy a model with its weights and its description."""
    if any(isinstance(layer, DenseOnDisk) for layer in all_layers(model)):
        raise ValueError(
            f"the dense layers of {model.name!r} stay in their file and cannot take random "
            'weights: take load_vgg16("album")'
        )
    try:
        copy = keras.models.clone_model(model, recursive=True)
        copy.set_weights(model.get_weights())
    except (TypeError, ValueError, NotImplementedError) as fault:
        raise ValueError(
            f"{model.name!r} cannot be copied: give each layer class of your own a get_config that "
            "returns the arguments of its __init__"
        ) from fault
    return describe(copy, **spec_of(model)._asdict())


def _redrawn(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if weights.ndim < 2:
        return rng.permutation(weights.ravel()).reshape(weights.shape)
    return rng.normal(0, weights.std(), weights.shape)


def randomize_from(model: keras.Model, layer: LayerLike, *, seed: int = 0) -> keras.Model:
    """Copy a model and draw new weights for every layer from the output down to ``layer``.

    The cascading test of Adebayo et al. 2018, "Sanity checks for saliency maps": a heatmap that
    explains a net must change when the net is destroyed. New kernels are normal with the standard
    deviation of the old ones, so that activations keep their size; biases are shuffled;
    normalization layers are left as they are.

    Args:
        layer: name or index of a layer, or the layer itself, also inside a nested model; it and all
            that come after it in the model's list of layers are drawn anew.

    Returns:
        A new model with the names and preprocessing of ``describe``; the original is not changed.

    Raises:
        ValueError: unknown layer, a model that cannot be copied, or one whose dense layers stay in
            their file (VGG16 with 1,000 classes).

    >>> from helpers.models import build_fashion_cnn
    >>> net = build_fashion_cnn()
    >>> destroyed = randomize_from(net, "conv2")
    >>> [bool((destroyed.get_layer(n).kernel == net.get_layer(n).kernel).numpy().all())
    ...  for n in ("conv1", "conv2")]
    [True, False]
    """
    first = find_layer(model, layer)
    if isinstance(first, keras.Model):
        first = all_layers(first)[0]
    start = all_layers(model).index(first)
    copy, rng = _copy(model), np.random.default_rng(seed)
    for each in all_layers(copy)[start:]:
        if not isinstance(each, LEFT_AS_THEY_ARE):
            each.set_weights([_redrawn(weights, rng) for weights in each.get_weights()])
    return copy
