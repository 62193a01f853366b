"""Find the layers of a model."""

from typing import TypeAlias

from helpers._choices import check_index, unknown
from helpers._keras import keras
from helpers._keras.layers import named_layers
from helpers._keras.shapes import Shape, output_shapes

CONVOLUTIONS = (
    keras.layers.Conv2D,
    keras.layers.Conv2DTranspose,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv2D,
)
LayerLike: TypeAlias = str | int | keras.Layer | None


def check_model(model: keras.Model) -> None:
    """Refuse what cannot be looked into, and say the way round.

    Raises:
        ValueError: no Keras model; a Sequential that does not know its input yet; several inputs
            or outputs; a class with a ``call`` of its own, used directly.
    """
    if not isinstance(model, keras.Model):
        raise ValueError(f"a Keras model is needed, not {type(model).__name__}")
    if isinstance(model, keras.Sequential) and not model.built:
        raise ValueError(
            f"the model {model.name!r} does not know its input yet: start it with "
            "keras.Input((height, width, channels)), or call it on an image once"
        )
    if not hasattr(model, "inputs") or not model.inputs:
        raise ValueError(
            f"the model {model.name!r} is a class with a call of its own: give it an input, as in "
            "keras.Model(inputs, model(inputs)) with "
            "inputs = keras.Input((height, width, channels))"
        )
    if len(model.inputs) != 1 or not isinstance(model.input_shape, tuple):
        raise ValueError(
            f"the model {model.name!r} has {len(model.inputs)} inputs, and one is needed: build a "
            "keras.Model of the branch that takes the image"
        )
    if not isinstance(model.output_shape, tuple):
        raise ValueError(
            f"the model {model.name!r} has {len(model.outputs)} outputs, and one is needed: build "
            "keras.Model(model.input, …) with the output that you want to explain"
        )


def conv_layers(model: keras.Model) -> list[str]:
    """List the names of the layers that convolve in 2D, in order, nested models included.

    Args:
        model: any Keras model. Names that occur twice are preceded by the name of the nested
            model, as in ``"first/conv"``.

    >>> from helpers.models import build_fashion_cnn
    >>> conv_layers(build_fashion_cnn())
    ['conv1', 'conv2']
    """
    check_model(model)
    named = named_layers(model).items()
    return [name for name, layer in named if isinstance(layer, CONVOLUTIONS)]


def _has_extent(shape: Shape) -> bool:
    return len(shape) == 4 and shape[1:3] != (1, 1)


def find_layer(model: keras.Model, layer: LayerLike = None) -> keras.Layer:
    """Find a layer of a model.

    Args:
        layer: its name, also inside nested models; its index in ``model.layers``; the layer
            itself; ``None``, the last that convolves and whose maps have more than one place.

    Raises:
        ValueError: no such layer; the message names the nearest.

    >>> from helpers.models import build_fashion_cnn
    >>> find_layer(build_fashion_cnn()).name
    'conv2'
    """
    check_model(model)
    layers = named_layers(model)
    if layer is None:
        return _last_convolution(model, layers)
    if isinstance(layer, keras.Layer):
        if layer not in layers.values():
            raise ValueError(f"the layer {layer.name!r} is not part of the model {model.name!r}")
        return layer
    if isinstance(layer, str):
        if layer not in layers:
            shared = [name for name in layers if name.endswith(f"/{layer}")]
            raise unknown("layer", layer, shared or layers)
        return layers[layer]
    return model.layers[check_index("layer", layer, len(model.layers))]


def _last_convolution(model: keras.Model, layers: dict[str, keras.Layer]) -> keras.Layer:
    shapes = output_shapes(model)
    spatial = {name: one for name, one in layers.items() if _has_extent(shapes.get(one, ()))}
    found = [layer for layer in spatial.values() if isinstance(layer, CONVOLUTIONS)]
    if not found:
        words = f"name one of these: {', '.join(spatial)}" if spatial else "no layer has an extent"
        raise ValueError(f"the model {model.name!r} has no convolution layer; {words}")
    return found[-1]


def output_shape(model: keras.Model, layer: keras.Layer) -> Shape:
    """Shape of what a layer returns when the model runs.

    Raises:
        ValueError: the model does not use the layer, or it returns several arrays.
    """
    shape = output_shapes(model).get(layer, ())
    if not shape:
        raise ValueError(f"layer {layer.name!r} gives no single array when {model.name!r} runs")
    return shape


def channel_count(model: keras.Model, layer: keras.Layer) -> int:
    """How many channels, or units, a layer gives.

    Raises:
        ValueError: the images decide it, or the layer gives no single array.
    """
    channels = output_shape(model, layer)[-1]
    if channels is None:
        raise ValueError(
            f"how many channels layer {layer.name!r} has depends on the images: build the model "
            "with keras.Input((height, width, channels))"
        )
    return channels


def spatial_layer(model: keras.Model, layer: LayerLike) -> keras.Layer:
    """Find a layer that a heatmap can be drawn on.

    Raises:
        ValueError: unknown layer, or one without height and width.
    """
    found = find_layer(model, layer)
    shape = output_shape(model, found)
    if len(shape) != 4:
        raise ValueError(
            f"layer {found.name!r} has the output shape {shape}, no height and width to draw a map "
            "on: choose a layer before Flatten or global pooling"
        )
    return found
