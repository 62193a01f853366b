"""What goes into a model: pixels brought into its range, and a check of what a learner gives."""

import warnings

import numpy as np

from helpers._keras import keras
from helpers.models.checks import check_images
from helpers.models.spec import (
    Preprocess,
    as_they_are,
    of_application,
    rescales_itself,
    spec_of,
    to_unit,
)

__all__ = ["check_images", "prepare", "preprocessing_of"]

GUESSED = (
    "nobody has said how pixels are prepared for {name!r}, so they are divided by 255; say it with "
    "describe(model, preprocess=…), for example keras.applications.resnet50.preprocess_input, or "
    "lambda pixels: pixels / 255"
)


def preprocessing_of(model: keras.Model) -> Preprocess:
    """Return the function that prepares pixels for a model.

    It is what ``describe`` was told. A model that holds ``Rescaling`` or ``Normalization`` takes
    pixels as they are, and one of ``keras.applications`` what its ``preprocess_input`` makes of
    them. For any other they are divided by 255, with a warning, once.
    """
    if told := spec_of(model).preprocess:
        return told
    if rescales_itself(model):
        return as_they_are
    if own := of_application(model):
        return own
    if not vars(model).setdefault("_course_warned", False):
        vars(model)["_course_warned"] = True
        warnings.warn(GUESSED.format(name=model.name), stacklevel=1)
    return to_unit


def prepare(model: keras.Model, pixels):
    """Bring pixels in 0 to 255, RGB or grey, into the range that a model expects.

    Args:
        pixels: NumPy array or TensorFlow tensor (n, h, w, c).

    Returns:
        The same kind and shape, float32. See ``preprocessing_of`` for where the range comes from.

    >>> from helpers.models import build_photo_cnn
    >>> float(prepare(build_photo_cnn(), np.full((1, 2, 2, 3), 255, np.uint8)).max())
    1.0
    """
    if isinstance(pixels, np.ndarray):
        pixels = np.array(pixels, np.float32)  # a preprocess_input may write into the original
    return preprocessing_of(model)(pixels)
