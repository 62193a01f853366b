"""Remove and retrain: can a new net learn from what a heatmap calls unimportant?"""

import json
from collections.abc import Sequence

import numpy as np

from helpers._keras import keras
from helpers.datasets import DATA
from helpers.images import stretch
from helpers.models.architectures import build_fashion_cnn
from helpers.models.training import train

ROAR_FILE = DATA / "models/roar.json"
MEAN_FASHION = 0.286  # mean pixel of Fashion-MNIST's training images


def hottest(heatmaps: np.ndarray, share: float, size: int = 28) -> np.ndarray:
    """Mark the same number of hottest pixels in every image; equal ones are drawn at random.

    Args:
        heatmaps: (n, height, width), any size and range; only the order of values counts.
        share: from 0 to 1, of the pixels.
        size: side of the images in pixels.

    Returns:
        bool (n, size, size, 1).

    >>> int(hottest(np.eye(7)[None], share=0.25).sum())
    196
    """
    stretched = [stretch(np.asarray(one, np.float32), size, size) for one in heatmaps]
    flat = np.reshape(stretched, (len(heatmaps), -1))
    by_lot = np.random.default_rng(0).random(flat.shape)
    rank = np.argsort(np.lexsort(np.stack([by_lot, -flat])), axis=1)
    return (rank < round(share * size**2)).reshape(-1, size, size, 1)


def remove(images: np.ndarray, holes: np.ndarray) -> np.ndarray:
    """Copy images and fill their holes with the mean grey of Fashion-MNIST.

    Args:
        images: float32 (n, 28, 28, 1) in [0, 1].
        holes: bool of the same shape.

    >>> round(float(remove(np.ones((1, 28, 28, 1)), np.ones((1, 28, 28, 1), bool)).max()), 3)
    0.286
    """
    return np.where(holes, np.float32(MEAN_FASHION), images).astype(np.float32)


def retrained_accuracy(
    training: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    *,
    epochs: int = 6,
    seed: int = 0,
) -> float:
    """Train a new small net and return the share of test images that it names right.

    Args:
        training: images float32 (n, 28, 28, 1) and labels (n,).
        test: images and labels of the same shapes, which the net has not seen.
        epochs: passes over the training images.
        seed: of the first weights and of the order of the images.

    >>> images, labels = np.zeros((8, 28, 28, 1), np.float32), np.zeros(8, np.uint8)
    >>> 0 <= retrained_accuracy((images, labels), (images, labels), epochs=1) <= 1
    True
    """
    keras.utils.set_random_seed(seed)
    model = build_fashion_cnn()
    train(model, *training, epochs=epochs, batch_size=64, held_out=0, seed=seed)
    images, labels = test
    return float((model.predict(images, batch_size=250, verbose=0).argmax(axis=1) == labels).mean())


def load_roar() -> dict[str, dict[str, dict[str, Sequence[float]]]]:
    """Read what ``make models`` measured: accuracies of nets trained on images with holes.

    Returns:
        Under ``"clothes"`` and ``"holes alone"``, for each method that ranked the pixels and each
        share removed, the test accuracy of one net a seed; the recipe under ``"recipe"``.

    >>> sorted(load_roar())
    ['clothes', 'holes alone', 'recipe']
    """
    return json.loads(ROAR_FILE.read_text(encoding="utf-8"))
