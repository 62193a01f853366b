"""Fashion-MNIST: 70,000 small pictures of clothes, or the 7,000 that come with the course."""

import gzip
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers._choices import unknown
from helpers._keras.memory import aligned
from helpers.datasets.folder import DATA
from helpers.sources import SourceError, fetch

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


class FashionMNIST(NamedTuple):
    """Images float32 (n, 28, 28, 1) in [0, 1]; labels uint8 (n,), 0 to 9."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    class_names: tuple[str, ...]
    source: str


def _images(path: Path) -> np.ndarray:
    pixels = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=16)
    shape = (len(pixels) // 28**2, 28, 28, 1)
    return np.divide(pixels.reshape(shape), np.float32(255), out=aligned(shape))


def _labels(path: Path) -> np.ndarray:
    return np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=8)


def _fashion_mnist_folder(source: str) -> tuple[Path, str]:
    if source in ("auto", "full"):
        try:
            return fetch("fashion_mnist"), "full"
        except SourceError as fault:
            if source == "full":
                raise
            print(f"{fault}\nUsing the 7,000 images that come with the course instead.")
    elif source != "subset":
        raise unknown("source of Fashion-MNIST", source, ("auto", "full", "subset"))
    return DATA / "fashion_mnist", "subset"


def load_fashion_mnist(source: str = "auto") -> FashionMNIST:
    """Load Fashion-MNIST (Xiao, Rasul and Vollgraf 2017), small pictures of clothes.

    Args:
        source: ``"full"`` for all 60,000 training and 10,000 test images; ``"subset"`` for the
            first 6,000 and 1,000 of them, which come with the course; ``"auto"`` for the full
            set where any source has it, else the subset. Test image 4 is the same in both.

    Returns:
        Images float32 (n, 28, 28, 1) in [0, 1], labels, class names, and ``source``, which
        says ``"full"`` or ``"subset"``.

    Raises:
        ValueError: unknown source.
        SourceError: the full set was asked for and no source answered.

    >>> load_fashion_mnist("subset").train_images.shape
    (6000, 28, 28, 1)
    """
    folder, which = _fashion_mnist_folder(source)
    return FashionMNIST(
        _images(folder / "train-images-idx3-ubyte.gz"),
        _labels(folder / "train-labels-idx1-ubyte.gz"),
        _images(folder / "t10k-images-idx3-ubyte.gz"),
        _labels(folder / "t10k-labels-idx1-ubyte.gz"),
        CLASS_NAMES,
        which,
    )
