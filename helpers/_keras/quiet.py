"""TensorFlow and Keras, quiet, and with the same convolutions on every x86-64 processor.

By itself TensorFlow takes oneDNN's convolutions on newer processors and its own on older ones,
which add in another order and are half as fast.
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


# File descriptor 2, past which Python's own errors go, leads nowhere while they are imported.
sys.stderr.flush()
kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
os.dup2(nowhere, 2)
try:
    import keras
    import tensorflow as tf
finally:
    os.dup2(kept, 2)
    os.close(kept)
    os.close(nowhere)

tf.get_logger().setLevel("ERROR")

__all__ = ["keras", "tf"]
