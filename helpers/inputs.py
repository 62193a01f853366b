"""What goes into a model: pixels brought into its range, and a check of what a learner gives."""

import warnings

import numpy as np
from numpy.typing import ArrayLike

from helpers._keras import keras
from helpers.images import grey, squeeze, to_uint8_rgb
from helpers.models.checks import check_images
from helpers.models.spec import (
    Preprocess,
    as_they_are,
    of_application,
    rescales_itself,
    spec_of,
    to_unit,
)

__all__ = ["check_images", "prepare", "prepare_photo", "preprocessing_of"]

SIZE = 224  # of a photo, where the model takes any size

GUESSED = (
    "nobody has said how pixels are prepared for {name!r}, so they are divided by 255; say it with "
    "describe(model, preprocess=…), for example keras.applications.resnet50.preprocess_input, or "
    "lambda pixels: pixels / 255"
)
ASKED = (
    "say with preprocess= how pixels are prepared for {name!r}: usually it is lambda pixels: "
    "pixels / 255, or keras.applications.….preprocess_input of the family that the model is from"
)


def _known_preprocessing(model: keras.Model) -> Preprocess | None:
    if told := spec_of(model).preprocess:
        return told
    return as_they_are if rescales_itself(model) else of_application(model)


def preprocessing_of(model: keras.Model) -> Preprocess:
    """Return the function that prepares pixels for a model.

    It is what ``describe`` was told. A model that holds ``Rescaling`` or ``Normalization`` takes
    pixels as they are, and one of ``keras.applications`` what its ``preprocess_input`` makes of
    them. For any other they are divided by 255, with a warning, once.
    """
    if known := _known_preprocessing(model):
        return known
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


def prepare_photo(model: keras.Model, photo: ArrayLike) -> np.ndarray:
    """Squeeze a whole photo into the size that a model takes, and prepare it.

    Args:
        photo: plain pixels, not prepared ones, as ``pixels.to_uint8_rgb`` takes them.

    Returns:
        float32 (1, h, w, c): the model's own size, or 224x224 if it takes any.

    Raises:
        ValueError: no photo, a model that takes no pictures of 1 or 3 channels, or one of which
            nobody has said how pixels are prepared for it.

    >>> from helpers.models import build_photo_cnn
    >>> prepare_photo(build_photo_cnn(), np.zeros((480, 640, 3), np.uint8)).shape
    (1, 150, 150, 3)
    """
    _, *sides, channels = model.input_shape
    if len(sides) != 2 or channels not in (1, 3):
        raise ValueError(
            f"{model.name!r} takes the shape {model.input_shape[1:]}, not pictures (height, width, "
            "channels) of 1 or 3 channels"
        )
    if _known_preprocessing(model) is None:
        raise ValueError(ASKED.format(name=model.name))
    pixels = to_uint8_rgb(photo)
    height, width = (side or SIZE for side in sides)
    squeezed = squeeze(grey(pixels) if channels == 1 else pixels, height, width)
    return prepare(model, squeezed[None, ..., :channels])
