"""The nets of the course: build them, train them, load them trained, look into them."""

import os
from pathlib import Path

import numpy as np

from helpers import vgg16
from helpers._choices import check_index, unknown
from helpers._recorder import all_layers
from helpers._tensorflow import keras
from helpers.architectures import build_deep_fashion_cnn, build_fashion_cnn, build_photo_cnn
from helpers.datasets import DATA
from helpers.sources import available
from helpers.training import train

__all__ = [
    "OWN_MODELS",
    "build_deep_fashion_cnn",
    "build_fashion_cnn",
    "build_photo_cnn",
    "conv_layers",
    "find_layer",
    "last_layer",
    "load_trained",
    "load_vgg16",
    "train",
    "with_linear_output",
]

TRAINED = {
    "fashion_cnn": build_fashion_cnn,
    "deep_fashion_cnn": build_deep_fashion_cnn,
    "photo_cnn": build_photo_cnn,
}
OWN_MODELS = Path(os.environ.get("CNN_COURSE_MY_MODELS", DATA.parent / "my_models"))


def load_trained(name: str, *, own: bool = False) -> keras.Model:
    """Load one of the small nets with trained weights.

    Args:
        name: ``"fashion_cnn"``, ``"deep_fashion_cnn"`` or ``"photo_cnn"``.
        own: take the model that you saved in ``my_models`` instead of the course's.

    Raises:
        ValueError: unknown name, or your saved model is damaged or of another version of Keras.
        FileNotFoundError: ``own`` was asked for, but nothing was saved under that name yet.
    """
    if name not in TRAINED:
        raise unknown("model", name, TRAINED)
    if own:
        path = OWN_MODELS / f"{name}.keras"
        if not path.exists():
            raise FileNotFoundError(f"{path} does not exist: train and save the model first")
        return _load_own(path)
    model = TRAINED[name]()
    with np.load(DATA / "models" / f"{name}.npz") as arrays:
        model.set_weights([arrays[key] for key in arrays.files])
    return model


def _load_own(path: Path) -> keras.Model:
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as fault:  # Keras raises many kinds
        raise ValueError(
            f"{path} cannot be read: it is damaged, or was saved by another version of Keras than "
            f"{keras.__version__}. Remove it and save your model again, or take the course's own "
            "with own=False."
        ) from fault


def load_vgg16(head: str | None = "auto") -> keras.Model:
    """Load VGG16 (Simonyan and Zisserman 2015) with its ImageNet weights.

    The input is what ``keras.applications.vgg16.preprocess_input`` returns: BGR minus the mean.

    Args:
        head: ``"imagenet"``, 1,000 logits, input 224x224, a download of 528 MB, of which the
            dense layers are read from the file in use, in less than 1 GB of memory; ``"photos"``,
            6 logits, one for each course photo, any input size; ``None``, the convolutions alone,
            any input size; ``"auto"``, ``"imagenet"`` where it can be had, else ``"photos"``.

    Raises:
        ValueError: unknown head.
        SourceError: no source has the weights.
    """
    builders = {
        "imagenet": vgg16.with_classes,
        "photos": vgg16.with_photo_head,
        None: vgg16.convolutions,
    }
    if head == "auto":
        head = "imagenet" if available("vgg16") else "photos"
        print(f"VGG16 with head {head!r}")
    if head not in builders:
        raise unknown("head", head, ["auto", *builders])
    return builders[head]()


def last_layer(model: keras.Model) -> keras.Layer:
    """Return the layer that gives the model's output, also when it sits in a nested model."""
    return all_layers(model)[-1]


def conv_layers(model: keras.Model) -> list[str]:
    """List the names of the 2D convolution layers in order, nested models included.

    >>> conv_layers(build_fashion_cnn())
    ['conv1', 'conv2']
    """
    kinds = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)
    return [layer.name for layer in all_layers(model) if isinstance(layer, kinds)]


def find_layer(model: keras.Model, layer: str | int | None = None) -> keras.Layer:
    """Find a layer by name, also inside nested models, or by its index in ``model.layers``.

    ``None`` means the last convolution.

    Raises:
        ValueError: no such layer, or ``None`` for a model without a convolution.
    """
    if layer is None:
        names = conv_layers(model)
        if not names:
            raise ValueError(f"the model {model.name!r} has no convolution layer")
        layer = names[-1]
    if isinstance(layer, int):
        check_index("layer", layer, len(model.layers))
        return model.layers[layer]
    layers = {found.name: found for found in all_layers(model)}
    if layer not in layers:
        raise unknown("layer", layer, layers)
    return layers[layer]


def with_linear_output(model: keras.Model) -> keras.Model:
    """Return the model without the softmax at its end, so that it gives logits.

    Works for a Dense or Conv2D layer with softmax activation and for a separate softmax layer.
    A model that already ends in logits is returned as it is. The last layer's weights are
    copied, all others are shared.
    """
    last = last_layer(model)
    softmax = keras.activations.softmax
    if isinstance(last, keras.layers.Softmax):
        return keras.Model(model.inputs[0], last.input, name=model.name)
    if getattr(last, "activation", None) is not softmax:
        return model
    if isinstance(last, keras.layers.Activation):
        return keras.Model(model.inputs[0], last.input, name=model.name)
    linear = type(last).from_config(last.get_config() | {"activation": "linear"})
    logits = linear(last.input)
    linear.set_weights(last.get_weights())
    return keras.Model(model.inputs[0], logits, name=model.name)
