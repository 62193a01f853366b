"""Check the labels that a learner gives to train a model on, and what the model makes of them."""

import numpy as np

from helpers._keras import keras
from helpers._keras.gradients import end_of

RENUMBER = "np.unique(labels, return_inverse=True)[1] numbers them from 0"


def end_of_classifier(model: keras.Model) -> str:
    """Say how a classifier ends: ``"softmax"``, ``"linear"`` (logits) or ``"sigmoid"``.

    Raises:
        ValueError: the model gives no number for each class, or its end is not recognised.
    """
    shape, end = model.output_shape, end_of(model)
    if len(shape) != 2:
        raise ValueError(
            f"the model {model.name!r} has the output shape {shape}: end it in "
            "GlobalAveragePooling2D or Flatten and one number for each class"
        )
    if end == "unknown":
        raise ValueError(
            f"how {model.name!r} ends is not recognised: end it in softmax, in sigmoid, or in the "
            "Dense layer that gives the logits"
        )
    if shape[-1] == 1 and end != "sigmoid":
        raise ValueError(
            f"the model {model.name!r} has one output, which tells two classes apart only behind "
            'a sigmoid: end it in Dense(1, activation="sigmoid")'
        )
    return end


def check_labels(labels: np.ndarray, outputs: int, end: str) -> np.ndarray:
    """Return labels in the form that the loss of a model takes.

    Args:
        labels: whole numbers (n,) or (n, 1) of any type, or 0 and 1 for each output (n, outputs).
        outputs: how many numbers the model gives.
        end: of the model, see ``end_of_classifier``.

    Returns:
        Behind several sigmoids float32 (n, outputs), else int32 (n,) from 0.

    Raises:
        ValueError: labels that this model cannot learn.

    >>> check_labels(np.array([[0, 0, 1], [1, 0, 0]]), 3, "softmax")
    array([2, 0], dtype=int32)
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "biuf" or not np.array_equal(labels, np.round(labels)):
        raise ValueError(f"labels must be whole numbers; {RENUMBER}")
    if end != "sigmoid" or outputs == 1:
        return _class_numbers(labels, max(2, outputs))
    if not _is_one_or_zero(labels, outputs):
        raise ValueError(
            f"the model ends in {outputs} sigmoids, which are independent: give labels "
            f"(n, {outputs}) of 0 and 1, or end it in softmax"
        )
    return labels.astype(np.float32)


def _is_one_or_zero(labels: np.ndarray, columns: int) -> bool:
    return labels.shape[1:] == (columns,) and bool(np.isin(labels, (0, 1)).all())


def _class_numbers(labels: np.ndarray, classes: int) -> np.ndarray:
    if labels.shape[1:] == (1,):
        labels = labels[:, 0]
    if _is_one_or_zero(labels, classes) and (labels.sum(axis=1) == 1).all():
        labels = labels.argmax(axis=1)
    if labels.ndim != 1:
        raise ValueError(
            f"labels have the shape {labels.shape}: give one whole number for each image, or rows "
            f"of {classes} with a single 1"
        )
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= classes:
        raise ValueError(
            f"labels run from {low} to {high}, and the model's {classes} classes from 0 to "
            f"{classes - 1}; {RENUMBER}"
        )
    return labels.astype(np.int32)
