"""The right answers of the microscope's quiz, computed."""

import numpy as np

from helpers._keras import keras
from helpers.activations import feature_maps
from helpers.inputs import prepare
from helpers.models import load_vgg16


def ranking() -> str:
    a, b = np.zeros((10, 10)), np.full((10, 10), 2.0)
    a[3, 4] = 50
    largest = "A" if a.max() > b.max() else "B"
    mean = "A" if a.mean() > b.mean() else "B"
    if largest == mean:
        return f"{largest}, by maximum and by mean"
    return f"{largest} by maximum, {mean} by mean"


def roads() -> str:
    """A filter with the one job of adding two maps, reached through either of them alone."""
    kernel = np.ones(2)
    one, other = np.array([3.0, 0.0]) * kernel, np.array([0.0, 3.0]) * kernel
    assert one.sum() == other.sum()
    if one @ other == 0:
        return "They reached it by different roads"
    return "One of the two values is a mistake"


def count() -> str:
    """Say whether 60 stands out from draws of 512 filters, of which 50 pass on average."""
    draws = np.random.default_rng(0).binomial(512, 50 / 512, 10_000)
    assert 6 < draws.std() < 8
    if np.mean(draws >= 60) > 0.025:
        return "60, and beside it 50 by chance"
    return "10 filters, since 50 were chance"


def black() -> str:
    """Say whether the values at the border go away where the border does not meet zeros."""
    net = load_vgg16(None)
    picture = prepare(net, np.zeros((1, 160, 160, 3), np.uint8))
    assert abs(picture).min() > 100
    (maps,) = feature_maps(net, picture, ["block4_conv3"])
    inside = maps[0, 8:12, 8:12]
    np.testing.assert_allclose(inside, np.broadcast_to(inside[0, 0], inside.shape), atol=1e-3)
    valid = [layer for layer in net.layers[1:] if "block1" in layer.name and "conv" in layer.name]
    few = keras.Sequential([keras.Input((None, None, 3))])
    for layer in valid:
        settings = layer.get_config() | {"padding": "valid"}
        few.add(keras.layers.Conv2D.from_config(settings))
        few.layers[-1].set_weights(layer.get_weights())
    (framed,) = feature_maps(net, picture, ["block1_conv2"])
    if np.ptp(few(picture).numpy(), axis=(1, 2)).max() < 1e-3 < np.ptp(framed, axis=(1, 2)).max():
        return "From the frame of zeros around each map"
    return "From noise that every picture file has"


def quiz_answers() -> dict[str, str]:
    return {
        "microscope-ranking": ranking(),
        "microscope-roads": roads(),
        "microscope-count": count(),
        "microscope-black": black(),
    }
