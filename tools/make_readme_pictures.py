"""Write the pictures of the README to ``docs``, with nothing but the course's own helpers."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from helpers.cam import grad_cam, to_heatmap
from helpers.classes import class_names, probabilities
from helpers.datasets import load_photo
from helpers.inputs import prepare
from helpers.models import load_efficientnet_lite, load_vgg16
from helpers.patterns import gradient_ascent
from helpers.plots import Picture, show_heatmaps, show_images

DOCS = Path(__file__).resolve().parents[1] / "docs"
LAYERS = ("block1_conv2", "block2_conv2", "block3_conv1", "block4_conv1", "block5_conv1")


def patterns() -> Picture:
    """One row of natural patterns for each of five layers, from shallow to deep."""
    vgg = load_vgg16(None)
    sheets = [
        gradient_ascent(vgg, layer, range(8), size=128, steps=96, recipe="natural").images
        for layer in LAYERS
    ]
    return show_images(list(np.concatenate(sheets)), alt="patterns", columns=8, size=1.3)


def heatmaps() -> Picture:
    """Three photos, and where EfficientNet-Lite0 looked when it gave each its likeliest name.

    The names are large enough to be read on a phone.
    """
    net = load_efficientnet_lite()
    animals = ("dog", "panda", "owl")
    photos = [load_photo(name, 448) for name in animals]
    images = prepare(net, np.stack([load_photo(name, 224) for name in animals]))
    shares = probabilities(net, images)
    names = [f"{class_names(net)[one.argmax()]} {one.max():.0%}" for one in shares]
    heats = to_heatmap(grad_cam(net, images))
    with plt.rc_context({"savefig.dpi": 200}):
        return show_heatmaps(photos, list(heats), names, alt="heatmaps", size=1.6)


def main() -> None:
    DOCS.mkdir(exist_ok=True)
    for name, draw in (("patterns", patterns), ("heatmaps", heatmaps)):
        (DOCS / f"{name}.jpg").write_bytes(draw().data)


if __name__ == "__main__":
    main()
