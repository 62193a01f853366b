"""What shapes the layers of a model give, read from a trace of the model itself."""

from contextlib import ExitStack

from helpers._keras import keras, tf
from helpers._keras.hooks import output_hook, tracing
from helpers._keras.layers import all_layers
from helpers._keras.steps import once

Shape = tuple[int | None, ...]


def _trace(model: keras.Model) -> dict[keras.Layer, Shape]:
    shapes: dict[keras.Layer, Shape] = {}

    def run(images):
        with ExitStack() as hooks:
            for layer in dict.fromkeys(all_layers(model)):
                if isinstance(layer, keras.layers.InputLayer):
                    shapes[layer] = tuple(layer.output.shape)
                    continue

                def note(output, layer=layer):
                    shapes[layer] = tuple(getattr(output, "shape", ()))
                    return output

                hooks.enter_context(output_hook(layer, note))
            return model(images, training=False)

    with tracing:
        tf.function(
            run, input_signature=[image_spec(model)], autograph=False
        ).get_concrete_function()
    return shapes


def image_spec(model: keras.Model) -> tf.TensorSpec:
    """The images that a model takes, any number of them."""
    return tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)


def output_shapes(model: keras.Model) -> dict[keras.Layer, Shape]:
    """Shape of what each layer returns when the model runs, ``None`` where images decide.

    Of a layer that is called several times it is the last call. Layers that are not reached, and
    those that return several arrays, have no shape or ``()``.
    """
    return once(model, ("shapes",), lambda: _trace(model))
