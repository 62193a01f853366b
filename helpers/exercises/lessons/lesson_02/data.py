"""The shirt and the bag of lesson 02, and their net."""

from functools import cache

import numpy as np

from helpers.activations import feature_maps
from helpers.datasets import load_fashion_mnist
from helpers.models import load_trained


@cache
def shirt_and_net() -> dict[str, np.ndarray]:
    """Return the shirt, the bag, and the weights of both convolutions, by name."""
    model = load_trained("fashion_cnn")
    images = load_fashion_mnist("subset").test_images
    (second,) = feature_maps(model, images[4:5], ["pool1"])
    weights, biases = model.get_layer("conv1").get_weights()
    return {
        "weights": weights,
        "biases": biases,
        "shirt": images[4],
        "bag": images[18, ..., 0],
        "pool1": second[0],
        "conv2": model.get_layer("conv2").get_weights(),
    }
