"""What goes into a model: pixels brought into its range, and a check of what a learner gives."""

import numpy as np

from helpers._tensorflow import keras
from helpers.models import TRAINED, conv_layers

preprocess_input = keras.applications.vgg16.preprocess_input
VGG16_RANGE = (-124, 152)  # 0 and 255, less the largest and the smallest mean
TOLERANCE = 0.01  # of the range's width


def takes_imagenet_pixels(model: keras.Model) -> bool:
    """Say whether a model takes what VGG16 takes: BGR minus ImageNet's mean."""
    return "block1_conv1" in conv_layers(model)


def prepare(model: keras.Model, pixels):
    """Bring pixels in 0 to 255, RGB or grey, into the range that a model expects.

    VGG16 gets BGR minus ImageNet's mean, every other net [0, 1]. Takes and returns a NumPy
    array or a TensorFlow tensor (n, h, w, c).
    """
    if isinstance(pixels, np.ndarray):
        pixels = np.array(pixels, np.float32)  # preprocess_input would write into the original
    return preprocess_input(pixels) if takes_imagenet_pixels(model) else pixels / 255


def _wrong_range(model: keras.Model, low: float, high: float) -> str | None:
    if takes_imagenet_pixels(model):
        bottom, top = VGG16_RANGE
        wanted = "what keras.applications.vgg16.preprocess_input makes of pixels in 0 to 255"
        tiny = low >= 0 and 0 < high <= 1
    elif model.name in TRAINED:
        bottom, top, wanted, tiny = 0, 1, "values in 0 to 1: divide pixels by 255", False
    else:
        return None
    slack = TOLERANCE * (top - bottom)
    return wanted if tiny or low < bottom - slack or high > top + slack else None


def check_images(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return images as float32, or say what is wrong with their shape or range.

    Raises:
        ValueError: not (n, h, w, c) as the model wants it, no image at all, NaN or infinity, or
            values in the range of another model.
    """
    images = np.asarray(images, np.float32)
    shape, wanted = images.shape, tuple(model.input_shape)
    fits = len(shape) == 4 and all(w in (None, s) for w, s in zip(wanted, shape, strict=True))
    if not fits or not shape[0]:
        words = ", ".join("any" if w is None else str(w) for w in wanted[1:])
        raise ValueError(
            f"images have the shape {shape}; {model.name} wants (n, {words}) with n at least 1"
        )
    if not np.isfinite(images).all():
        raise ValueError("images hold NaN or infinite values")
    low, high = float(images.min()), float(images.max())
    if expected := _wrong_range(model, low, high):
        raise ValueError(f"images run from {low:.3g} to {high:.3g}; {model.name} wants {expected}")
    return images
