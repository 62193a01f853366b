"""One forward pass and the way back to one layer: the step that all heatmaps share."""

from collections.abc import Callable, Sequence

import numpy as np

from helpers._choices import check_index
from helpers._recorder import listening, logits_instead_of_softmax, once
from helpers._tensorflow import keras, tf
from helpers.inputs import check_images
from helpers.models import find_layer, last_layer

Classes = int | Sequence[int] | None


def chosen_logits(model: keras.Model, images: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
    """Score before softmax of one class for each image; -1 stands for the predicted class."""
    with logits_instead_of_softmax(last_layer(model)):
        logits = tf.cast(model(images, training=False), tf.float32)
    predicted = tf.argmax(logits, axis=-1, output_type=tf.int32)
    return tf.gather(logits, tf.where(classes < 0, predicted, classes), batch_dims=1)


def _build(model: keras.Model, layer: keras.Layer) -> Callable:
    @tf.function(reduce_retracing=True)
    def step(images, classes):
        heard = []
        with tf.GradientTape(watch_accessed_variables=False) as tape:

            def hear(maps):
                tape.watch(maps)  # from here on, so that the way back ends at this layer
                heard.append(maps)
                return maps

            with listening(layer, hear):
                scores = chosen_logits(model, images, classes)
        return heard[0], tape.gradient(scores, heard[0])

    return step


def _build_to_input(model: keras.Model) -> Callable:
    @tf.function(reduce_retracing=True)
    def step(images, classes):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images)
            scores = chosen_logits(model, images, classes)
        return tape.gradient(scores, images)

    return step


def class_indices(model: keras.Model, class_index: Classes, count: int) -> np.ndarray:
    """One class for each image; -1 stands for the predicted one.

    Raises:
        ValueError: a class that the model does not have, or not one for each image.
    """
    if class_index is None:
        return np.full(count, -1, np.int32)
    classes = np.asarray(class_index, np.int32)
    if classes.shape not in ((), (count,)):
        raise ValueError(f"{classes.size} classes for {count} images: give one, or one for each")
    for chosen in np.unique(classes):
        check_index("class", int(chosen), model.output_shape[-1])
    return np.broadcast_to(classes, (count,))


def explicit_classes(model: keras.Model, class_index: Classes, images: np.ndarray) -> np.ndarray:
    """One class for each image, the predicted one where none was chosen."""
    classes = class_indices(model, class_index, len(images))
    if class_index is None:
        return np.argmax(model(images, training=False), axis=-1).astype(np.int32)
    return classes


def one_output(model: keras.Model) -> None:
    """Raise ``ValueError`` for a model with several outputs."""
    if len(model.outputs) != 1:
        raise ValueError(f"the model has {len(model.outputs)} outputs; heatmaps need exactly one")


def spatial_layer(model: keras.Model, layer: str | int | None) -> keras.Layer:
    """Find a layer that a heatmap can be drawn on.

    Raises:
        ValueError: unknown layer, one without height and width, or a model with several outputs.
    """
    one_output(model)
    found = find_layer(model, layer)
    if len(found.output.shape) != 4:
        raise ValueError(
            f"layer {found.name!r} has the output shape {found.output.shape}, no height and width "
            "to draw a map on: choose a layer before Flatten or global pooling"
        )
    return found


def maps_and_gradients(
    model: keras.Model, images: np.ndarray, class_index: Classes, layer: str | int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Run the net once and go back to one layer.

    Returns:
        The layer's output and the gradient of the class logit with respect to it, both float32
        (n, height, width, channels).
    """
    found, images = spatial_layer(model, layer), check_images(model, images)
    step = once(model, ("maps and gradients", id(found)), lambda: _build(model, found))
    maps, gradients = step(images, class_indices(model, class_index, len(images)))
    return maps.numpy(), gradients.numpy()


def input_gradients(model: keras.Model, images: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Gradient of one class logit for each image by the pixels: float32 (n, h, w, c)."""
    step = once(model, ("input gradients",), lambda: _build_to_input(model))
    return step(images, classes).numpy()
