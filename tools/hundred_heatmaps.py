"""Heatmaps of a hundred test images by six methods and two nets, for lesson 06.

``python -m tools.hundred_heatmaps [net …]`` writes ``data/models/hundred_heatmaps.npz``; a net that
is not named keeps what is stored. About a quarter of an hour on two cores; part of ``make models``.
"""

import sys
from importlib.util import find_spec

import keras
import numpy as np

from helpers.cam import centres, grad_cam, grad_cam_plus_plus, layer_cam, placed, score_cam
from helpers.datasets import DATA, load_fashion_mnist
from helpers.models import load_trained, with_linear_output
from helpers.models.trained import read_arrays
from helpers.occlusion import occlusion_map
from helpers.saliency import integrated_gradients, smooth_grad
from helpers.sources.placing import placed as put_in_place

FILE = DATA / "models" / "hundred_heatmaps.npz"
LAYERS = {"standard_fashion_cnn": "relu6", "deep_fashion_cnn": "relu7"}
LIBRARY = "tf-keras-vis"
COUNT, SIDE, TILE, STEPS = 100, 28, 4, 256
CAMS = {"Grad-CAM": grad_cam, "Grad-CAM++": grad_cam_plus_plus, "Layer-CAM": layer_cam}


def in_tiles(maps: np.ndarray) -> np.ndarray:
    """Average maps (n, 28, 28) over tiles of 4 x 4 pixels: (n, 7, 7)."""
    parts = SIDE // TILE
    return maps.reshape(-1, parts, TILE, parts, TILE).mean(axis=(2, 4))


def measure(net: keras.Model, images: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """Return maps (n, 7, 7) by name: falls of the logit in two paints, and six methods.

    Integrated gradients come twice, once for each paint, since they begin at the paint.
    """
    layer = LAYERS[net.name]
    where = centres(net, images[:20], layer)
    grey = images.mean(axis=(1, 2, 3), keepdims=True)
    raw = {name: method(net, images, labels, layer) for name, method in CAMS.items()}
    raw["Score-CAM"] = score_cam(net, images, labels, layer, progress=False)
    maps = {name: placed(one, *where, SIDE, SIDE) for name, one in raw.items()}
    paints: dict[str, tuple[str | float, float | np.ndarray]] = {
        "black": (0.0, 0.0),
        "grey": ("mean", grey),
    }
    for paint, (fill, start) in paints.items():
        fall = occlusion_map(net, images, labels, patch=TILE, fill=fill, progress=False)
        maps[f"fall in {paint}"] = fall
        whole = integrated_gradients(net, images, labels, baseline=start, steps=STEPS)
        maps[f"integrated gradients from {paint}"] = whole[..., 0]
    maps["SmoothGrad"] = smooth_grad(net, images, labels)
    return {name: in_tiles(one).astype(np.float32) for name, one in maps.items()}


def theirs(net: keras.Model, images: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """Return what tf-keras-vis 0.8.7 draws for a few images, at the layer's own size."""
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus
    from tf_keras_vis.layercam import Layercam

    def score(logits):
        return tuple(logits[n][label] for n, label in enumerate(labels))

    options = {"seek_penultimate_conv_layer": False, "expand_cam": False, "normalize_cam": False}
    kinds = {"Grad-CAM": Gradcam, "Grad-CAM++": GradcamPlusPlus, "Layer-CAM": Layercam}
    maps = {}
    for name, kind in kinds.items():
        copy = keras.models.clone_model(net)
        copy.set_weights(net.get_weights())
        draw = kind(with_linear_output(copy))
        found = draw(score, images, penultimate_layer=LAYERS[net.name], **options)
        maps[name] = np.asarray(found, np.float32)
    return maps


def main(names: list[str]) -> None:
    data = load_fashion_mnist("subset")
    images, labels = data.test_images[:COUNT], data.test_labels[:COUNT].astype(np.int32)
    stored = read_arrays(FILE) if FILE.exists() else {}
    for name in names or [*LAYERS, LIBRARY]:
        if name != LIBRARY:
            maps = measure(load_trained(name), images, labels)
        elif find_spec("tf_keras_vis"):
            maps = theirs(load_trained("standard_fashion_cnn"), images[:8], labels[:8])
        else:
            continue
        stored |= {f"{name}/{kind}": one for kind, one in maps.items()}
        with put_in_place(FILE) as file:
            np.savez_compressed(file, **stored)  # type: ignore[arg-type]


if __name__ == "__main__":
    main(sys.argv[1:])
