"""The kernels that a convolution layer has learned."""

import numpy as np

from helpers._choices import unknown
from helpers._keras import keras
from helpers.models.layers import CONVOLUTIONS, LayerLike, conv_layers, find_layer


def kernels(model: keras.Model, layer: LayerLike = None) -> np.ndarray:
    """Return a convolution layer's kernels, the filters on the last axis.

    Args:
        layer: name or index of a layer that convolves; ``None``, the last whose maps have an
            extent.

    Returns:
        float32 (kh, kw, in, out). A depthwise convolution has in = 1, because each filter reads one
        channel. The two steps of a separable convolution are multiplied into the one that they are.

    Raises:
        ValueError: unknown layer, or a layer that is no convolution.

    >>> from helpers.models import build_fashion_cnn
    >>> kernels(build_fashion_cnn(), "conv2").shape
    (3, 3, 32, 64)
    """
    found = find_layer(model, layer)
    if not isinstance(found, CONVOLUTIONS):
        raise unknown("convolution layer", found.name, conv_layers(model))
    if isinstance(found, keras.layers.Conv2DTranspose):
        return np.swapaxes(keras.ops.convert_to_numpy(found.kernel), 2, 3)
    if isinstance(found, keras.layers.DepthwiseConv2D):
        weights = keras.ops.convert_to_numpy(found.kernel)
        return weights.reshape(*weights.shape[:2], 1, -1)
    if isinstance(found, keras.layers.SeparableConv2D):
        depthwise = keras.ops.convert_to_numpy(found.depthwise_kernel)
        pointwise = keras.ops.convert_to_numpy(found.pointwise_kernel)
        mixed = pointwise.reshape(*depthwise.shape[2:], -1)
        return np.einsum("hwim,imo->hwio", depthwise, mixed)
    return keras.ops.convert_to_numpy(found.kernel)


def to_unit_range(kernels: np.ndarray, per: str = "layer") -> np.ndarray:
    """Scale kernels into [0, 1] so that 0.5 stands for a weight of 0.

    The scale is symmetric: the largest absolute weight becomes 0 or 1.

    Args:
        kernels: (kh, kw, in, out).
        per: ``"layer"``, one scale for all filters, so that strong and weak ones can be compared;
            ``"filter"``, one for each filter, so that the shape of weak ones can be seen.

    Returns:
        float32 of the same shape. Kernels of zeros only become 0.5.

    Raises:
        ValueError: unknown ``per``, or not four axes.

    >>> to_unit_range(np.array([-1, 0, 2]).reshape(1, 1, 1, 3)).ravel().tolist()
    [0.25, 0.5, 1.0]
    """
    if per not in ("layer", "filter"):
        raise unknown("scaling", per, ("layer", "filter"))
    if np.ndim(kernels) != 4:
        raise ValueError(f"kernels have the shape {np.shape(kernels)}; want (kh, kw, in, out)")
    axes = (0, 1, 2, 3) if per == "layer" else (0, 1, 2)
    largest = np.abs(kernels).max(axis=axes, keepdims=True)
    return (kernels / np.where(largest > 0, largest, 1) / 2 + 0.5).astype(np.float32)
