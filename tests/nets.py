"""Small nets whose answers are known without TensorFlow."""

import numpy as np

from helpers._keras import keras

layers = keras.layers


def random_cnn(softmax: bool = True, seed: int = 0) -> keras.Model:
    """Conv 5 (3x3, same) with ReLU, 2x2 max pooling, flatten, dense 3; input (8, 6, 2)."""
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.Input((8, 6, 2)),
            layers.Conv2D(5, 3, padding="same", activation="relu", name="conv"),
            layers.MaxPooling2D(name="pool"),
            layers.Flatten(name="flatten"),
            layers.Dense(3, activation="softmax" if softmax else None, name="out"),
        ],
        name="random_cnn",
    )


def maps_and_gradients(model: keras.Model, image: np.ndarray, k: int) -> tuple:
    """Do what ``random_cnn`` does, in NumPy and float64, forwards and backwards.

    Returns maps (8, 6, 5) and the gradient of logit ``k`` with respect to them.
    """
    (kernel, bias), (dense, _) = (
        [np.float64(w) for w in model.get_layer(name).get_weights()] for name in ("conv", "out")
    )
    padded = np.pad(np.float64(image), ((1, 1), (1, 1), (0, 0)))
    maps = np.zeros((8, 6, 5))
    for y in range(8):
        for x in range(6):
            maps[y, x] = np.tensordot(padded[y : y + 3, x : x + 3], kernel, 3) + bias
    maps = np.maximum(maps, 0)
    weights = dense[:, k].reshape(4, 3, 5)
    gradients = np.zeros_like(maps)
    for y in range(4):
        for x in range(3):
            for c in range(5):
                window = maps[2 * y : 2 * y + 2, 2 * x : 2 * x + 2, c]
                dy, dx = np.unravel_index(window.argmax(), (2, 2))
                gradients[2 * y + dy, 2 * x + dx, c] = weights[y, x, c]
    return maps, gradients


def nested(inner: keras.Model) -> keras.Model:
    """Put a model into a Sequential, as transfer learning does."""
    return keras.Sequential([keras.Input(inner.input_shape[1:]), inner], name="outer")
