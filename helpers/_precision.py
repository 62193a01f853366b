"""Choose the precision in which this processor computes convolutions fastest."""

import time
from functools import cache

from helpers._choices import unknown
from helpers._tensorflow import tf

CLEARLY = 1.25  # bfloat16 must be so many times as fast to be worth its rounding


def _seconds(dtype: tf.DType) -> float:
    images, kernel = tf.ones((4, 64, 64, 64), dtype), tf.ones((3, 3, 64, 64), dtype)
    convolve = tf.function(lambda: tf.reduce_sum(tf.nn.conv2d(images, kernel, 1, "SAME")))
    convolve()
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        convolve().numpy()
        times.append(time.perf_counter() - begin)
    return min(times)


@cache
def fastest() -> str:
    """Time a convolution in both precisions, once: ``"bfloat16"`` or ``"float32"``."""
    gain = _seconds(tf.float32) / _seconds(tf.bfloat16)
    return "bfloat16" if gain > CLEARLY else "float32"


def choose(precision: str) -> str:
    """Turn ``"auto"`` into a precision; refuse what is none."""
    valid = ("auto", "float32", "bfloat16")
    if precision not in valid:
        raise unknown("precision", precision, valid)
    return fastest() if precision == "auto" else precision
