"""One forward pass of a model and the way back to one layer, or to the pixels."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext

import numpy as np

from helpers._keras import keras, tf
from helpers._keras.hooks import computing_in, outputs_kept
from helpers._keras.score import split_end
from helpers._keras.shapes import image_spec
from helpers._keras.steps import compiled, once

PIXELS = 1 << 20  # numbers in a batch of images, so that memory is bounded
PREDICTED = -1  # stands for the class that the model predicts


def batches(images: np.ndarray, most: int = 64, share: int = 1) -> Iterator[slice]:
    """Cut images (n, h, w, c) into batches of a bounded size, or of one part in ``share`` of it."""
    size = max(1, min(most, PIXELS // share // max(1, images[0].size)))
    return (slice(start, start + size) for start in range(0, len(images), size))


def run_in_batches(step: Callable, *arrays: np.ndarray) -> Iterator[list[np.ndarray]]:
    """Give a compiled step images, and what belongs to them, batch by batch."""
    for part in batches(arrays[0]):
        yield [array.numpy() for array in step(*(tf.constant(array[part]) for array in arrays))]


def logits_of(model: keras.Model, images: tf.Tensor, dtype: str = "float32") -> tuple:
    """Run a model inside a ``tf.function``: its outputs, what it scores with, how it ends.

    All three are float32, whatever the model computes in by itself.
    """
    with computing_in(dtype, model):
        outputs = model(images, training=False)
    logits, end = split_end(outputs)
    return tf.cast(outputs, tf.float32), tf.cast(logits, tf.float32), end


def chosen_scores(logits: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
    """Pick one logit for each image; ``PREDICTED`` stands for the largest."""
    largest = tf.argmax(logits, axis=-1, output_type=tf.int32)
    return tf.gather(logits, tf.where(classes == PREDICTED, largest, classes), batch_dims=1)


def _maps_step(model: keras.Model, layer: keras.Layer) -> Callable:
    def step(images, classes):
        with outputs_kept([layer], images) as outputs:
            _, logits, _ = logits_of(model, images)
        maps = outputs[layer]
        (gradients,) = tf.gradients(
            chosen_scores(logits, classes), maps, unconnected_gradients="zero"
        )
        return tf.cast(maps, tf.float32), tf.cast(gradients, tf.float32)

    return compiled(step, image_spec(model), tf.TensorSpec((None,), tf.int32))


def maps_and_gradients(
    model: keras.Model, layer: keras.Layer, images: np.ndarray, classes: np.ndarray
) -> Iterator[list[np.ndarray]]:
    """Run a model batch by batch and go back to one layer, where it is called last.

    Args:
        images: float32 (n, h, w, c).
        classes: int32 (n,), or ``PREDICTED``.

    Yields:
        The layer's output and the gradient of the class score with respect to it, both float32
        (batch, height, width, channels).
    """
    step = once(model, ("maps and gradients", layer), lambda: _maps_step(model, layer))
    return run_in_batches(step, images, classes)


def _pixels_step(model: keras.Model, way_back: Callable[[], AbstractContextManager]) -> Callable:
    def step(images, classes):
        with way_back():
            _, logits, _ = logits_of(model, images)
        return tf.gradients(chosen_scores(logits, classes), images)

    return compiled(step, image_spec(model), tf.TensorSpec((None,), tf.int32))


def input_gradients(
    model: keras.Model,
    images: np.ndarray,
    classes: np.ndarray,
    way_back: Callable[[], AbstractContextManager] = nullcontext,
) -> np.ndarray:
    """Gradient of one class score for each image by the pixels: float32 (n, h, w, c).

    Args:
        way_back: the context in which the model is traced; it may change the way back.
    """
    step = once(model, ("input gradients", way_back), lambda: _pixels_step(model, way_back))
    return np.concatenate([part for (part,) in run_in_batches(step, images, classes)])


def _answer_step(model: keras.Model) -> tuple[Callable, str]:
    ends = []

    def step(images):
        outputs, logits, end = logits_of(model, images)
        ends.append(end)
        return outputs, logits

    return compiled(step, image_spec(model)), ends[-1]


def answers(model: keras.Model, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute what a model returns and what it scores with, both float32 of the outputs' shape."""
    images = np.asarray(images, np.float32)
    step, _ = once(model, ("answers",), lambda: _answer_step(model))
    outputs, logits = zip(*run_in_batches(step, images), strict=True)
    return np.concatenate(outputs), np.concatenate(logits)


def end_of(model: keras.Model) -> str:
    """How a model ends: ``"softmax"``, ``"sigmoid"``, ``"linear"`` or ``"unknown"``."""
    return once(model, ("answers",), lambda: _answer_step(model))[1]
