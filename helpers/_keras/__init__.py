"""The one room that touches the insides of Keras and TensorFlow."""

from helpers._keras.quiet import keras, tf

__all__ = ["keras", "tf"]
