"""TensorFlow and Keras, quiet, and with the same convolutions on every x86-64 processor.

By itself TensorFlow takes oneDNN's convolutions on newer processors and its own on older ones,
which add in another order and are half as fast.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


@contextmanager
def _errors_of_c_hidden() -> Iterator[None]:
    """Send file descriptor 2, past which Python's own errors go, to nowhere for a while."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


with _errors_of_c_hidden():
    import keras
    import tensorflow as tf

tf.get_logger().setLevel("ERROR")

__all__ = ["keras", "tf"]
