"""Where a place of a map lies on the image, against nets whose shift is known."""

import numpy as np
import pytest

from helpers._keras import keras
from helpers.cam import centres, placed
from helpers.models import build_standard_fashion_cnn

IMAGES = np.random.default_rng(0).random((3, 12, 16, 1), np.float32)


def shifting_net(down: int, right: int, pool: int = 1) -> keras.Model:
    """Each place reads the pixel that lies so far down and right of it."""
    kernel = np.zeros((5, 5, 1, 1))
    kernel[2 + down, 2 + right] = 1
    image = keras.Input((12, 16, 1))
    conv = keras.layers.Conv2D(1, 5, padding="same", use_bias=False, name="maps")(image)
    net = keras.Model(image, keras.layers.AveragePooling2D(pool, name="pooled")(conv))
    net.get_layer("maps").set_weights([kernel])
    return net


@pytest.mark.parametrize("down, right", [(0, 0), (2, 0), (0, -1), (1, 2)])
def test_centres_follow_a_known_shift_along_both_axes(down, right):
    rows, columns = centres(shifting_net(down, right), IMAGES, "maps")
    np.testing.assert_allclose(rows[2:-2], np.arange(2, 10) + down, atol=1e-5)
    np.testing.assert_allclose(columns[2:-2], np.arange(2, 14) + right, atol=1e-5)


def test_centres_of_pooled_places_are_the_middle_of_their_pixels():
    rows, columns = centres(shifting_net(0, 0, pool=4), 0 * IMAGES, "pooled")
    np.testing.assert_allclose(rows, [1.5, 5.5, 9.5], atol=1e-5)
    np.testing.assert_allclose(columns, [1.5, 5.5, 9.5, 13.5], atol=1e-5)


def test_placed_maps_pass_through_their_values_and_go_on_outside():
    raw = np.arange(6.0).reshape(1, 2, 3)
    drawn = placed(raw, np.array([1, 4]), np.array([2, 4, 8]), 6, 10)
    np.testing.assert_allclose(drawn[0][np.ix_([1, 4], [2, 4, 8])], raw[0])
    np.testing.assert_allclose(drawn[0, 0], drawn[0, 1])
    assert drawn[0, 1, 3] == 0.5 and drawn.dtype == np.float32 and drawn.shape == (1, 6, 10)


def test_the_standard_net_ends_in_an_average_and_one_linear_layer():
    net = build_standard_fashion_cnn()
    kernels = [one.kernel_size for one in net.layers if isinstance(one, keras.layers.Conv2D)]
    assert kernels == [(3, 3)] * 6
    assert [one.name for one in net.layers[-3:]] == ["relu6", "average", "probabilities"]
