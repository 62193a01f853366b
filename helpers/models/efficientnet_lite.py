"""EfficientNet-Lite0: the 1,000 classes of ImageNet in a file of 9 MB, read without a network."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from helpers._keras import keras
from helpers.datasets import DATA, imagenet_class_names
from helpers.models.spec import describe
from helpers.models.trained import read_arrays

layers = keras.layers


class Stage(NamedTuple):
    """Blocks that follow each other; only the first one has the stride."""

    blocks: int
    kernel_size: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


def preprocess_input(pixels):
    """Bring RGB pixels in 0 to 255 into the range that the net was trained on, about -1 to 1."""
    return (pixels - 127) / 128


def _block(inputs, name: str, stage: Stage, stride: int):
    """Add an inverted residual (Sandler et al. 2018): widen, look around, narrow."""
    maps, width = inputs, inputs.shape[-1]
    if stage.expansion > 1:
        maps = layers.Conv2D(stage.expansion * width, 1, activation="relu6", name=f"{name}_expand")(
            maps
        )
    maps = layers.DepthwiseConv2D(
        stage.kernel_size, stride, padding="same", activation="relu6", name=f"{name}_depthwise"
    )(maps)
    maps = layers.Conv2D(stage.channels, 1, name=f"{name}_project")(maps)
    if stride == 1 and stage.channels == width:
        maps = layers.Add(name=f"{name}_add")([inputs, maps])
    return maps


def build_efficientnet_lite() -> keras.Model:
    """Build EfficientNet-Lite0 without trained weights; see ``load_efficientnet_lite``."""
    image = keras.Input((None, None, 3), name="image")
    maps = layers.Conv2D(32, 3, 2, padding="same", activation="relu6", name="stem_conv")(image)
    for number, stage in enumerate(STAGES, start=1):
        for letter in "abcd"[: stage.blocks]:
            stride = stage.stride if letter == "a" else 1
            maps = _block(maps, f"block{number}{letter}", stage, stride)
    maps = layers.Conv2D(1280, 1, activation="relu6", name="head_conv")(maps)
    pooled = layers.GlobalAveragePooling2D(name="average")(maps)
    logits = layers.Dense(1000, name="logits")(pooled)
    return keras.Model(image, logits, name="efficientnet_lite0")


def set_weights(model: keras.Model, arrays: Mapping[str, np.ndarray]) -> keras.Model:
    """Give each layer its ``"name/kernel"`` and ``"name/bias"``."""
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([arrays[f"{layer.name}/{kind}"] for kind in ("kernel", "bias")])
    return model


def load_efficientnet_lite() -> keras.Model:
    """Load EfficientNet-Lite0 (Tan and Le 2019, in the version for phones), trained on ImageNet.

    Each batch normalization is folded into the convolution before it, which changes no number
    that the net computes: the maps of ``head_conv`` are what the linear end averages and weighs.

    Returns:
        The net, described with its preprocessing and the names of the 1,000 classes. It takes
        float32 RGB (n, h, w, 3) of any size, from -0.992 to 1 (see ``inputs.prepare``), and
        gives logits (n, 1000). It was trained on 224x224.

    Raises:
        ValueError: the file of weights is missing or damaged.

    >>> net = load_efficientnet_lite()
    >>> net.input_shape, net.output_shape
    ((None, None, None, 3), (None, 1000))
    """
    arrays = read_arrays(DATA / "models/efficientnet_lite0.npz")
    model = set_weights(build_efficientnet_lite(), arrays)
    return describe(model, class_names=imagenet_class_names(), preprocess=preprocess_input)
