"""Write the pictures of the README to ``docs``, with nothing but the course's own helpers."""

from pathlib import Path

import numpy as np

from helpers.cam import grad_cam, to_heatmap
from helpers.datasets import PHOTOS, collage
from helpers.inputs import prepare
from helpers.models import load_vgg16
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
    """One collage, and where the net looks for each of its four photos."""
    names = ("cat", "coffee", "astronaut", "rocket")
    vgg, photo = load_vgg16("photos"), collage(names)
    images = np.repeat(prepare(vgg, photo[None]), 4, axis=0)
    raw = grad_cam(vgg, images, [PHOTOS.index(name) for name in names])
    return show_heatmaps([photo] * 4, list(to_heatmap(raw)), names, alt="heatmaps", size=2.1)


def main() -> None:
    DOCS.mkdir(exist_ok=True)
    for name, draw in (("patterns", patterns), ("heatmaps", heatmaps)):
        (DOCS / f"{name}.jpg").write_bytes(draw().data)


if __name__ == "__main__":
    main()
