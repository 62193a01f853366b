"""What a model answers with: the names of its classes, and what it wants pixels to be."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from helpers._keras import keras
from helpers._keras.layers import all_layers

Preprocess = Callable[[np.ndarray], np.ndarray]


class Spec(NamedTuple):
    """``None`` stands for what nobody has said."""

    class_names: tuple[str, ...] | None = None
    preprocess: Preprocess | None = None


APPLICATIONS = {  # how keras.applications calls its models, longer names before their beginnings
    "convnext": keras.applications.convnext,
    "densenet": keras.applications.densenet,
    "efficientnetv2": keras.applications.efficientnet_v2,
    "efficientnet": keras.applications.efficientnet,
    "inception_resnet_v2": keras.applications.inception_resnet_v2,
    "inception_v3": keras.applications.inception_v3,
    "mobilenetv2": keras.applications.mobilenet_v2,
    "mobilenet_": keras.applications.mobilenet,
    "nasnet": keras.applications.nasnet,
    "resnet50v2": keras.applications.resnet_v2,
    "resnet101v2": keras.applications.resnet_v2,
    "resnet152v2": keras.applications.resnet_v2,
    "resnet": keras.applications.resnet,
    "vgg16": keras.applications.vgg16,
    "vgg19": keras.applications.vgg19,
    "xception": keras.applications.xception,
}


def of_application(model: keras.Model) -> Preprocess | None:
    """Return the ``preprocess_input`` of a model that ``keras.applications`` named."""
    name = model.name.lower()
    modules = (module for prefix, module in APPLICATIONS.items() if name.startswith(prefix))
    module = next(modules, None)
    return module and module.preprocess_input


def to_unit(pixels):
    """Divide pixels in 0 to 255 by 255."""
    return pixels / 255


def as_they_are(pixels):
    """Leave pixels in 0 to 255 as they are, for a model that rescales them itself."""
    return pixels


def describe(
    model: keras.Model,
    *,
    class_names: Sequence[str] | None = None,
    preprocess: Preprocess | None = None,
) -> keras.Model:
    """Say what a model's classes are called and how pixels are prepared for it.

    The description lives with the model in memory. ``with_linear_output`` keeps it; saving does
    not, so describe the model again after loading it.

    Args:
        class_names: one for each output; two for a model that ends in a single sigmoid, "no" first.
        preprocess: function that takes float32 RGB or grey pixels (n, h, w, c) in 0 to 255 and
            returns what the model was trained on, such as
            ``keras.applications.resnet50.preprocess_input`` or ``lambda pixels: pixels / 255``.

    Returns:
        The same model.

    Raises:
        ValueError: another number of names than the model has outputs.

    >>> from helpers.models import build_photo_cnn
    >>> from helpers.classes import class_names
    >>> net = describe(build_photo_cnn(), class_names=["a", "b", "c", "d", "e", "f"])
    >>> class_names(net)[1]
    'b'
    """
    old = spec_of(model)
    names = old.class_names if class_names is None else tuple(map(str, class_names))
    if names is not None and isinstance(model.output_shape, tuple):
        outputs = model.output_shape[-1]
        if len(names) != outputs and (outputs, len(names)) != (1, 2):
            raise ValueError(f"{len(names)} class names for a model of {outputs} outputs")
    vars(model)["_course_spec"] = Spec(names, preprocess or old.preprocess)
    return model


def spec_of(model: keras.Model) -> Spec:
    """Return what was said of a model with ``describe``."""
    return vars(model).get("_course_spec", Spec())


def rescales_itself(model: keras.Model) -> bool:
    """Say whether a model begins with a layer that prepares pixels."""
    kinds = (keras.layers.Rescaling, keras.layers.Normalization)
    return any(isinstance(layer, kinds) for layer in all_layers(model))
