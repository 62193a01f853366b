"""Which pixels a place of a feature map can see, read from the graph of the model's operations."""

from typing import NamedTuple

import numpy as np

from helpers._keras import keras, tf
from helpers._keras.hooks import output_hook, tracing

WINDOWS = {"Conv2D", "DepthwiseConv2dNative", "MaxPool", "AvgPool"}
PADS = {"Pad", "PadV2", "MirrorPad"}
ALL = {"Reshape", "Transpose", "MatMul", "BatchMatMulV2", "Einsum", "Conv2DBackpropInput"}
ALL |= {"PartitionedCall", "StatefulPartitionedCall", "SpaceToBatchND", "BatchToSpaceND"}


class Span(NamedTuple):
    """First and last pixel along one axis, for each place of a map: int (places,)."""

    first: np.ndarray
    last: np.ndarray


def _trace(model: keras.Model, layer: keras.Layer, size: int) -> tuple[tf.Tensor, tf.Tensor]:
    kept = []

    def keep(output):
        kept.append(output)
        return output

    def run(images):
        kept.append(images)
        with output_hook(layer, keep):
            return model(images, training=False)

    spec = tf.TensorSpec((1, size, size, model.input_shape[-1]), tf.float32)
    with tracing:
        tf.function(run, input_signature=[spec], autograph=False).get_concrete_function()
    return kept[0], kept[-1]


def _seen_through(operation: tf.Operation, given: tf.Tensor, axis: int, span: Span) -> Span:
    """Go from places of what an operation returns to places of what it is given."""
    length, places = given.shape[axis], operation.outputs[0].shape[axis]
    first, last = span
    if operation.type in WINDOWS:
        has = operation.node_def.attr
        size = has["ksize"].list.i[axis] if "ksize" in has else operation.inputs[1].shape[axis - 1]
        dilation = has["dilations"].list.i[axis] if "dilations" in has else 1
        stride, reach = has["strides"].list.i[axis], (size - 1) * dilation + 1
        same = has["padding"].s == b"SAME"
        before = max((places - 1) * stride + reach - length, 0) // 2 if same else 0
        first, last = first * stride - before, last * stride - before + reach - 1
    elif operation.type in PADS:
        before = tf.get_static_value(operation.inputs[1])[axis, 0]
        first, last = first - before, last - before
    elif operation.type in ALL or length != places:
        first, last = np.zeros_like(first), np.full_like(last, length - 1)
    return Span(first.clip(0, length - 1), last.clip(0, length - 1))


def _along(image: tf.Tensor, maps: tf.Tensor, axis: int) -> Span:
    places = np.arange(maps.shape[axis])
    spans = {maps.ref(): Span(places, places)}
    for operation in reversed(maps.graph.get_operations()):
        span = spans.get(operation.outputs[0].ref()) if operation.outputs else None
        if span is None:
            continue
        for given in operation.inputs:
            if len(given.shape) != 4 or given.dtype.base_dtype == tf.resource:
                continue
            new = _seen_through(operation, given, axis, span)
            old = spans.get(given.ref(), new)
            spans[given.ref()] = Span(
                np.minimum(old.first, new.first), np.maximum(old.last, new.last)
            )
    everything = Span(np.zeros_like(places), np.full_like(places, image.shape[axis] - 1))
    return spans.get(image.ref(), everything)


def receptive_fields(model: keras.Model, layer: keras.Layer, size: int) -> tuple[Span, Span]:
    """Find the rows and the columns of an image (size, size) that each place of a map depends on.

    They end at the borders of the image. Where an operation mixes places in a way that is not
    recognised, they are the whole image.

    >>> inputs = keras.Input((9, 9, 1))
    >>> conv = keras.layers.Conv2D(1, 3, strides=2, padding="same")
    >>> rows, columns = receptive_fields(keras.Model(inputs, conv(inputs)), conv, 9)
    >>> rows.first.tolist(), rows.last.tolist()
    ([0, 1, 3, 5, 7], [1, 3, 5, 7, 8])
    """
    image, maps = _trace(model, layer, size)
    return _along(image, maps, 1), _along(image, maps, 2)
