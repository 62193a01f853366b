"""Small nets that no lesson has shown, whose answers are known without training."""

import numpy as np

from helpers._keras import keras

layers = keras.layers
COLOURS = np.array([[200, 60, 40], [40, 170, 60], [60, 60, 190], [210, 200, 70]], np.float32)


def to_unit(pixels: np.ndarray) -> np.ndarray:
    """Bring pixels to 0 to 1."""
    return np.asarray(pixels, np.float32) / 255


def to_signs(pixels: np.ndarray) -> np.ndarray:
    """Bring pixels to -1 to 1."""
    return np.asarray(pixels, np.float32) / 127.5 - 1


def to_bgr(pixels: np.ndarray) -> np.ndarray:
    """Turn the channels round and subtract a mean colour, as VGG16 has it."""
    return np.asarray(pixels, np.float32)[..., ::-1] - np.array([104, 117, 124], np.float32)


def as_they_are(pixels: np.ndarray) -> np.ndarray:
    """Leave pixels in 0 to 255."""
    return np.asarray(pixels, np.float32)


WAYS = (as_they_are, to_unit, to_signs, to_bgr)


def colour_net(preprocess, sharpness: float = 8.0) -> keras.Model:
    """Name the nearest of four colours, for pixels prepared in one way: logits (n, 4)."""
    wanted = preprocess(COLOURS[:, None, None])[:, 0, 0]
    scale = sharpness / np.abs(wanted - wanted.mean(axis=0)).max() ** 2
    net = keras.Sequential(
        [keras.Input((None, None, 3)), layers.GlobalAveragePooling2D(), layers.Dense(4)]
    )
    net.set_weights([2 * scale * wanted.T, -scale * (wanted**2).sum(axis=1)])
    return net


def coloured_photos(seed: int, count: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Noisy uint8 photos (n, 6, 6, 3) of the four colours, and their labels (n,)."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, count)
    photos = COLOURS[labels][:, None, None] + rng.normal(0, 25, (count, 6, 6, 3))
    return photos.clip(0, 255).astype(np.uint8), labels


def label_net(seed: int, labels: int = 5) -> keras.Model:
    """A net of several sigmoids on averaged maps of one convolution, input (n, 12, 12, 3)."""
    keras.utils.set_random_seed(seed)
    image = keras.Input((12, 12, 3))
    maps = layers.Conv2D(6, 3, activation="relu", name="conv")(image)
    pooled = layers.GlobalAveragePooling2D()(maps)
    outputs = layers.Dense(labels, activation="sigmoid", kernel_initializer="he_normal")(pooled)
    net = keras.Model(image, outputs)
    net.layers[-1].set_weights([6 * net.layers[-1].get_weights()[0], np.zeros(labels)])
    return net


def flat_net(seed: int) -> keras.Model:
    """A linear net of three logits, input (n, 12, 12, 1); its weights have no order."""
    rng = np.random.default_rng(seed)
    net = keras.Sequential([keras.Input((12, 12, 1)), layers.Flatten(), layers.Dense(3)])
    net.set_weights([rng.normal(0, 0.3, (144, 3)), np.zeros(3)])
    return net
