"""Check the images that a learner gives to a model."""

import numpy as np

from helpers._keras import keras
from helpers.models.layers import check_model
from helpers.models.spec import rescales_itself, spec_of, to_unit

TOLERANCE = 0.01  # of the range's width


def _wrong_range(model: keras.Model, low: float, high: float) -> str:
    """Say what range is wanted where values cannot have been prepared; else an empty string."""
    preprocess, channels = spec_of(model).preprocess, model.input_shape[-1]
    if preprocess is None or channels not in (1, 3):
        return ""
    corners = np.zeros((1, 1, 2, channels), np.float32)
    corners[:, :, 1] = 255
    ends = np.asarray(preprocess(corners))
    bottom, top = float(ends.min()), float(ends.max())
    slack = TOLERANCE * (top - bottom)
    not_scaled = top - bottom > 2 and low >= 0 and 0 < high <= 1
    if not not_scaled and low >= bottom - slack and high <= top + slack:
        return ""
    if preprocess is to_unit:
        return "values in 0 to 1: divide pixels by 255"
    return f"{bottom:.4g} to {top:.4g}: prepare pixels in 0 to 255 with preprocess_input"


def check_images(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return images as float32, or say what is wrong with their shape or range.

    Args:
        images: (n, h, w, c), or a list of n images of one size.

    Raises:
        ValueError: not as the model wants it, no image at all, NaN or infinity, or values that a
            described model cannot have been meant to get.

    >>> from helpers.models import build_fashion_cnn
    >>> check_images(build_fashion_cnn(), np.zeros((2, 28, 28, 1))).dtype
    dtype('float32')
    """
    check_model(model)
    try:
        images = np.asarray(images, np.float32)
    except (TypeError, ValueError):
        raise ValueError(
            "images must be numbers, and all of one size: use fit(image, size)"
        ) from None
    shape, wanted = images.shape, (None, *model.input_shape[1:])
    fits = len(shape) == len(wanted) and all(
        size in (None, given) for size, given in zip(wanted, shape, strict=True)
    )
    if not fits or not shape[0]:
        words = ", ".join("any" if size is None else str(size) for size in wanted[1:])
        raise ValueError(
            f"images have the shape {shape}; {model.name} wants (n, {words}) with n at least 1"
        )
    low, high = float(images.min()), float(images.max())  # NaN where one is among them
    if not np.isfinite((low, high)).all():
        raise ValueError("images hold NaN or infinite values")
    if expected := _wrong_range(model, low, high):
        raise ValueError(f"images run from {low:.3g} to {high:.3g}; {model.name} wants {expected}")
    return images


def check_training_images(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Do what ``check_images`` does, and refuse bytes that nothing would scale.

    Raises:
        ValueError: also for whole numbers above 1 where neither a description nor a layer of the
            model says how to scale them.
    """
    whole_numbers = np.asarray(images[0]).dtype.kind in "iu"
    images = check_images(model, images)
    scaled = spec_of(model).preprocess or rescales_itself(model)
    if whole_numbers and not scaled and images.max() > 1:
        raise ValueError(
            f"images are whole numbers up to {images.max():.0f}: give images / 255, or begin the "
            "model with keras.layers.Rescaling(1 / 255)"
        )
    return images
