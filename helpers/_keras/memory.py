"""Arrays in memory that NumPy and TensorFlow can share, so that a data set is there only once."""

import math

import numpy as np

ALIGNMENT = 64  # bytes; TensorFlow's arrays begin at a multiple of it


def aligned(shape: tuple[int, ...]) -> np.ndarray:
    """Make an empty float32 array that TensorFlow can use where it is."""
    size = 4 * math.prod(shape)
    raw = np.empty(size + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + size].view(np.float32).reshape(shape)


def can_be_shared(array: np.ndarray) -> bool:
    """Say whether TensorFlow can use an array where it is."""
    fits = array.dtype == np.float32 and array.flags.c_contiguous and array.flags.writeable
    return bool(fits) and array.ctypes.data % ALIGNMENT == 0
