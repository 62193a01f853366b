"""The number formats in which convolutions can be computed here."""

from functools import cache

from helpers._choices import unknown
from helpers._keras import tf

PRECISIONS = ("float32", "bfloat16")


def _convolve_and_differentiate(dtype: tf.DType) -> None:
    images, kernel = tf.ones((1, 8, 8, 16), dtype), tf.ones((3, 3, 16, 16), dtype)
    with tf.GradientTape() as tape:
        tape.watch(images)
        maps = tf.nn.conv2d(images, kernel, 1, "SAME")
    tape.gradient(maps, images)


@cache
def runs(precision: str) -> bool:
    """Say whether this processor and its libraries can convolve in a precision, and back."""
    try:
        _convolve_and_differentiate(tf.as_dtype(precision))
    except tf.errors.OpError:
        return False
    return True


def check_precision(precision: str) -> None:
    """Refuse a precision that does not exist, or that cannot run here.

    Raises:
        ValueError: the message names what can be asked for.
    """
    if precision not in PRECISIONS:
        raise unknown("precision", precision, PRECISIONS)
    if not runs(precision):
        able = ", ".join(other for other in PRECISIONS if other != precision and runs(other))
        raise ValueError(f"this processor cannot compute in {precision}; it can in: {able}")
