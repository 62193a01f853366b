"""The classes that a model tells apart: their names, how probable each is, and a choice of them."""

from collections.abc import Sequence

import numpy as np

from helpers._choices import check_index, unknown
from helpers._keras import keras
from helpers._keras.gradients import PREDICTED, answers, end_of
from helpers.inputs import check_images
from helpers.models.layers import check_model
from helpers.models.spec import spec_of

Classes = int | Sequence[int] | np.ndarray | None


def class_count(model: keras.Model) -> int:
    """How many classes a model tells apart, or labels it gives.

    Raises:
        ValueError: the model does not end in one number for each class.
    """
    check_model(model)
    shape = model.output_shape
    if len(shape) == 4:
        raise ValueError(
            f"the model {model.name!r} has an output for each pixel, {shape}, and a heatmap needs "
            "one number for each class: average it with GlobalAveragePooling2D"
        )
    if len(shape) != 2 or shape[-1] is None:
        raise ValueError(
            f"the model {model.name!r} has the output shape {shape}, no classes: give a model that "
            "ends in one number for each class"
        )
    return shape[-1]


def class_names(model: keras.Model) -> tuple[str, ...]:
    """Name a model's classes: as ``describe`` was told, others by number.

    A model that ends in one sigmoid and was described with two names has the second one.

    Raises:
        ValueError: the model does not end in one number for each class.

    >>> from helpers.models import build_fashion_cnn
    >>> class_names(build_fashion_cnn())[8]
    'Bag'
    """
    count, names = class_count(model), spec_of(model).class_names
    return names[-count:] if names else tuple(f"class {i}" for i in range(count))


def class_number(model: keras.Model, name: str) -> int:
    """Return the number of the class that has a name, in capitals or not.

    Raises:
        ValueError: no such class, or several of one name.

    >>> from helpers.models import build_fashion_cnn
    >>> class_number(build_fashion_cnn(), "bag")
    8
    """
    names = class_names(model)
    numbers = [i for i, known in enumerate(names) if known.lower() == name.lower()]
    if not numbers:
        raise unknown("class", name, names)
    if len(numbers) > 1:
        raise ValueError(f"several classes are called {name!r}: choose one by number of {numbers}")
    return numbers[0]


def softmax(logits: np.ndarray) -> np.ndarray:
    """Turn logits (n, classes), or (classes,), into probabilities.

    >>> softmax(np.zeros((1, 2))).tolist()
    [[0.5, 0.5]]
    """
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def probabilities(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Compute class probabilities: the model's own, or the softmax of its logits.

    Logits are taken for those of classes that exclude each other. A model whose logits stand for
    labels that can be true together needs ``Activation("sigmoid")`` behind them.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.

    Returns:
        float32 (n, classes). Behind a sigmoid each is independent of the others.

    Raises:
        ValueError: the model gives numbers that are no probabilities, or no classes.

    >>> from helpers.models import build_fashion_cnn
    >>> probabilities(build_fashion_cnn(), np.zeros((1, 28, 28, 1))).shape
    (1, 10)
    """
    count, end = class_count(model), end_of(model)
    if end == "linear" and count == 1:
        raise ValueError(f"{model.name!r} gives one number, not the probability of a class")
    outputs, logits = answers(model, images)
    if end == "unknown" and (outputs.min() < 0 or outputs.max() > 1):
        raise ValueError(
            f"{model.name!r} gives numbers from {outputs.min():.2g} to {outputs.max():.2g}, which "
            "are no probabilities: let it end in softmax or sigmoid, or in logits"
        )
    return softmax(logits) if end in ("softmax", "linear") else outputs


def check_classes(model: keras.Model, class_index: Classes, count: int) -> np.ndarray:
    """One class for each of ``count`` images, int32; ``PREDICTED`` stands for the predicted one.

    Raises:
        ValueError: a class that the model does not have, no whole number, or not one an image.
    """
    classes = class_count(model)
    if class_index is None:
        return np.full(count, PREDICTED, np.int32)
    given = np.asarray(class_index)
    if given.shape not in ((), (count,)):
        raise ValueError(f"{given.size} classes for {count} images: give one, or one for each")
    for chosen in given.ravel().tolist():
        check_index("class", chosen, classes)
    return np.broadcast_to(given.astype(np.int32), (count,))


def check_question(
    model: keras.Model, images: np.ndarray, class_index: Classes
) -> tuple[np.ndarray, np.ndarray]:
    """Check what every heatmap is asked: images (n, h, w, c) and one class for each, int32 (n,).

    Raises:
        ValueError: images of a wrong shape or range, an unknown class, or a model whose score
            cannot be read.
    """
    images = check_images(model, images)
    classes = check_classes(model, class_index, len(images))
    if end_of(model) == "unknown":
        outputs, _ = answers(model, images[:8])
        if outputs.min() >= 0 and outputs.max() <= 1:  # where sure, their gradients vanish
            raise ValueError(
                f"{model.name!r} seems to give probabilities, but how it makes them is not "
                "recognised, and a heatmap needs what comes before: give keras.Model(model.input, "
                "logits) with the output of the layer before softmax or sigmoid"
            )
    return images, classes


def explicit_classes(model: keras.Model, class_index: Classes, images: np.ndarray) -> np.ndarray:
    """One class for each image, the predicted one where none was chosen: int32 (n,)."""
    classes = check_classes(model, class_index, len(images))
    if class_index is None:
        return answers(model, images)[1].argmax(axis=-1).astype(np.int32)
    return classes
