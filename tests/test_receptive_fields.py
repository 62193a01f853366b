"""Receptive fields: arithmetic from the literature, and what gradients reach in a linear net."""

import numpy as np
import pytest

from helpers._keras import keras, tf
from helpers._keras.receptive import receptive_fields
from helpers.models import build_fashion_cnn, find_layer, load_vgg16

SIZE = 31
KNOWN = {  # side of the field in pixels, and from one to the next
    "block1_conv1": (3, 1),
    "block2_conv2": (14, 2),
    "block4_conv3": (92, 8),
    "block5_conv3": (196, 16),
}


def test_vgg16_sees_what_the_literature_says():
    """Araujo, Norris, Sim 2019, "Computing Receptive Fields of CNNs": 3, ... 92 and 196 pixels."""
    net = load_vgg16(None)
    for name, (side, stride) in KNOWN.items():
        rows, columns = receptive_fields(net, net.get_layer(name), 448)
        middle = len(rows.first) // 2
        assert rows.last[middle] - rows.first[middle] + 1 == side, name
        assert rows.first[middle + 1] - rows.first[middle] == stride, name
        np.testing.assert_array_equal(rows, columns)


def linear_net() -> keras.Model:
    """Strides, both paddings, a residual and a cropped border, without anything that can be 0."""
    layers, positive = keras.layers, {"kernel_initializer": "ones"}
    inputs = keras.Input((SIZE, SIZE, 1))
    x = layers.Conv2D(2, 4, strides=2, padding="same", name="even", **positive)(inputs)
    x = layers.ZeroPadding2D(((2, 1), (0, 3)), name="padded")(x)
    x = layers.DepthwiseConv2D((3, 5), depthwise_initializer="ones", name="depthwise")(x)
    wide = layers.Conv2D(2, 3, padding="same", name="wide", **positive)(x)
    x = layers.Add(name="residual")([x, wide])
    outputs = layers.AveragePooling2D(3, 2, padding="same", name="pooled")(x)
    return keras.Model(inputs, outputs)


@pytest.mark.parametrize("name", ["even", "padded", "depthwise", "residual", "pooled"])
def test_fields_are_exactly_what_gradients_reach(name):
    net = linear_net()
    rows, columns = receptive_fields(net, net.get_layer(name), SIZE)
    part = keras.Model(net.input, net.get_layer(name).output)
    image = tf.zeros((1, SIZE, SIZE, 1))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(image)
        maps = part(image)
        places = [maps[0, i, i, 0] for i in range(min(maps.shape[1:3]))]
    for i, place in enumerate(places):
        reached = tape.gradient(place, image)[0, ..., 0].numpy() != 0
        if reached.any():  # a place in the padding depends on nothing
            down, across = (np.flatnonzero(reached.any(axis=axis)) for axis in (1, 0))
            assert (rows.first[i], rows.last[i]) == (down[0], down[-1])
            assert (columns.first[i], columns.last[i]) == (across[0], across[-1])


def test_what_is_not_recognised_is_the_whole_image():
    inputs = keras.Input((9, 9, 1))
    turned = keras.layers.Permute((2, 1, 3), name="turned")(inputs)
    net = keras.Model(inputs, keras.layers.Conv2D(1, 3, name="conv")(turned))
    rows, _ = receptive_fields(net, net.get_layer("conv"), 9)
    assert (rows.first == 0).all() and (rows.last == 8).all()
    small = build_fashion_cnn()
    assert receptive_fields(small, find_layer(small, "conv2"), 28)[0].last[-1] == 27
