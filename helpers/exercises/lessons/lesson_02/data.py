"""The shirt of lesson 02 and its net."""

from functools import cache

import numpy as np

from helpers.activations import feature_maps
from helpers.datasets import load_fashion_mnist
from helpers.models import load_trained

CLOTH = 0.1  # a pixel lighter than this is cloth


@cache
def shirt_and_net() -> dict[str, np.ndarray]:
    """Return the shirt, its maps, and the weights of both convolutions, by name."""
    model = load_trained("fashion_cnn")
    shirt = load_fashion_mnist("subset").test_images[4:5]
    maps, second = feature_maps(model, shirt, ["conv1", "pool1"])
    weights, biases = model.get_layer("conv1").get_weights()
    cloth = shirt[0, ..., 0] > CLOTH
    return {
        "weights": weights,
        "biases": biases,
        "maps": maps[0],
        "cloth": cloth,
        "shirt": shirt[0],
        "pool1": second[0],
        "conv2": model.get_layer("conv2").get_weights(),
    }
