"""What the course's net answers in lesson 01."""

import numpy as np

from helpers.models import load_trained


def predicted(images: np.ndarray) -> np.ndarray:
    """Return the net's class probabilities of images, (n, 10)."""
    return load_trained("fashion_cnn").predict(images, batch_size=500, verbose=0)
