"""The classes that a model tells apart: their names, and how probable each is."""

from collections.abc import Callable

import numpy as np

from helpers._recorder import ends_in_softmax, once
from helpers._tensorflow import keras, tf
from helpers.datasets import CLASS_NAMES, PHOTOS, imagenet_class_names

BATCH = 8


def class_names(model: keras.Model) -> tuple[str, ...]:
    """Name a model's classes: those of the course by name, others by number.

    Raises:
        ValueError: the model does not end in one number for each class.

    >>> from helpers.models import build_fashion_cnn
    >>> class_names(build_fashion_cnn())[8]
    'Bag'
    """
    if len(model.outputs) != 1 or len(model.output_shape) != 2:
        raise ValueError(
            f"the model {model.name!r} has the output shape {model.output_shape}, no classes: "
            "give a model that ends in one number for each class"
        )
    known = {
        (10, 1): CLASS_NAMES,
        (len(PHOTOS), 3): PHOTOS,
        (1000, 3): imagenet_class_names(),
    }
    count = model.output_shape[-1]
    numbers = tuple(f"class {i}" for i in range(count))
    return known.get((count, model.input_shape[-1]), numbers)


def _build(model: keras.Model) -> Callable:
    @tf.function(reduce_retracing=True)
    def run(images):
        outputs = model(images, training=False)
        return outputs if ends_in_softmax(model) else tf.nn.softmax(outputs)

    return run


def probabilities(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Compute class probabilities, float32 (n, classes), also of a model that gives logits.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.
    """
    run = once(model, ("probabilities",), lambda: _build(model))
    parts = np.array_split(images, -(-len(images) // BATCH))
    return np.concatenate([run(part) for part in parts])
