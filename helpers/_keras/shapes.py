"""What shapes the layers of a model give, read from a trace of the model itself."""

from helpers._keras import keras, tf
from helpers._keras.hooks import outputs_kept
from helpers._keras.layers import all_layers
from helpers._keras.steps import compiled, once

Shape = tuple[int | None, ...]


def _trace(model: keras.Model) -> dict[keras.Layer, Shape]:
    shapes = {}

    def run(images):
        with outputs_kept(all_layers(model), images) as outputs:
            model(images, training=False)
        for layer, output in outputs.items():
            shapes[layer] = tuple(getattr(output, "shape", ()))
        return images

    compiled(run, image_spec(model))
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
