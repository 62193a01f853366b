"""The shirt of lesson 01, and what the course's net answers."""

from functools import cache

import numpy as np

from helpers.datasets import load_fashion_mnist
from helpers.models import load_trained


@cache
def shirt() -> np.ndarray:
    """Return test image 4, (28, 28)."""
    return load_fashion_mnist("subset").test_images[4, :, :, 0]


@cache
def answers_and_labels() -> tuple[np.ndarray, np.ndarray]:
    """Return the class probabilities (n, 10) of test images, and their labels (n,)."""
    data = load_fashion_mnist("subset")
    answers = load_trained("fashion_cnn").predict(data.test_images, batch_size=500, verbose=0)
    return answers, data.test_labels
