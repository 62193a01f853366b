"""All feature maps of VGG16, and 64 channels drawn."""

import io
from collections.abc import Iterator

import matplotlib.pyplot as plt

from helpers._keras import keras, tf
from helpers.activations import feature_maps, mosaic
from helpers.datasets import load_photo
from helpers.inputs import prepare
from helpers.models import conv_layers, load_vgg16
from helpers.plots import show_mosaic
from tests.benchmarks.timing import measure, table


def subplots(maps) -> None:
    figure, axes = plt.subplots(8, 8, figsize=(8, 8))
    for channel, axis in enumerate(axes.flat):
        axis.imshow(maps[..., channel])
        axis.axis("off")
    figure.savefig(io.BytesIO(), format="png")
    plt.close(figure)


def tables() -> Iterator[str]:
    model = load_vgg16(None)
    image = prepare(model, load_photo("cat", 224)[None])
    names = conv_layers(model)
    singles = [keras.Model(model.inputs[0], model.get_layer(name).output) for name in names]
    forward = tf.function(lambda x: model(x, training=False))
    ways = {
        "bare forward pass": lambda: forward(image),
        "feature_maps": lambda: feature_maps(model, image, names),
        "13 calls of predict": lambda: [one.predict(image, verbose=0) for one in singles],
    }
    yield table("All 13 feature maps of VGG16", measure(ways, 7), "bare forward pass")
    (maps,) = feature_maps(model, image, ["block2_conv1"])
    tiles = maps[0, :96, :96, :64]
    ways = {
        "mosaic and show_mosaic": lambda: show_mosaic(mosaic(tiles, columns=8), alt="x"),
        "64 subplots": lambda: subplots(tiles),
    }
    yield table("64 channels of 96 px drawn", measure(ways, 5), "mosaic and show_mosaic")
