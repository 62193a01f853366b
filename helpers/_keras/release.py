"""Give memory back after a large net."""

import ctypes
import gc
import sys
from contextlib import suppress

from helpers._keras.quiet import keras


def free_memory() -> None:
    """Forget what Keras and Python keep of models that are deleted, and return it to the system.

    Delete your own names of the model first. Models that you still hold go on working.

    >>> free_memory()
    """
    keras.backend.clear_session()
    gc.collect()
    if sys.platform == "linux":  # its C library keeps what it might need again
        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).malloc_trim(0)
