"""Put heatmaps on trial: do they depend on the weights, and do they find what matters?"""

from typing import NamedTuple

import numpy as np

from helpers._disk_head import DenseOnDisk
from helpers._gradients import Classes, explicit_classes
from helpers._recorder import all_layers
from helpers._similarity import similarity
from helpers._tensorflow import keras
from helpers.classes import probabilities
from helpers.images import blur, stretch
from helpers.inputs import check_images
from helpers.models import find_layer

__all__ = [
    "Pointing",
    "deletion_curve",
    "insertion_curve",
    "pointing_game",
    "randomize_from",
    "similarity",
]


class Pointing(NamedTuple):
    """``hit``: bool (n,), is the peak inside? ``energy``: float32 (n,), share of the map inside."""

    hit: np.ndarray
    energy: np.ndarray


def randomize_from(model: keras.Model, layer: str | int, *, seed: int = 0) -> keras.Model:
    """Copy a model and draw new weights for every layer from the output down to ``layer``.

    The cascading test of Adebayo et al. 2018, "Sanity checks for saliency maps": a heatmap that
    explains a net must change when the net is destroyed. New kernels are normal with the standard
    deviation of the old ones, so that activations keep their size; biases are shuffled; batch
    normalization is left as it is.

    Raises:
        ValueError: unknown layer, or a model whose dense layers stay in their file (VGG16 with
            1,000 classes).
    """
    name = find_layer(model, layer).name
    if any(isinstance(one, DenseOnDisk) for one in all_layers(model)):
        raise ValueError(
            f"the dense layers of {model.name!r} stay in their file and cannot take random "
            'weights: take load_vgg16("photos")'
        )
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    rng, layers = np.random.default_rng(seed), all_layers(copy)
    first = [one.name for one in layers].index(name)
    for one in layers[first:]:
        if hasattr(one, "kernel"):
            old = one.get_weights()
            new = [
                rng.permutation(w) if w.ndim == 1 else rng.normal(0, w.std(), w.shape) for w in old
            ]
            one.set_weights(new)
    return copy


def _curves(
    model: keras.Model,
    begin: np.ndarray,
    end: np.ndarray,
    heatmaps: np.ndarray,
    classes: np.ndarray,
    steps: int,
) -> np.ndarray:
    """Class probability while the pixels of ``begin`` turn into those of ``end``, hottest first."""
    height, width = begin.shape[1:3]
    if len(heatmaps) != len(begin):
        raise ValueError(f"{len(heatmaps)} heatmaps for {len(begin)} images")
    counts = np.round(np.linspace(0, height * width, steps + 1)).astype(int)[:, None, None, None]
    curves = []
    for first, last, heatmap, chosen in zip(begin, end, heatmaps, classes, strict=True):
        order = np.argsort(-stretch(heatmap, height, width), axis=None, kind="stable")
        rank = np.argsort(order).reshape(1, height, width, 1)
        curves.append(probabilities(model, np.where(rank < counts, last, first))[:, chosen])
    return np.stack(curves)


def deletion_curve(
    model: keras.Model,
    images: np.ndarray,
    heatmaps: np.ndarray,
    class_index: Classes = None,
    *,
    steps: int = 20,
) -> np.ndarray:
    """Measure how the class probability falls while the hottest pixels are painted over.

    Pixels take the mean colour of their image. After Petsiuk, Das and Saenko 2018, "RISE". The
    smaller the mean of the curve, the better the heatmap found what the net needs.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.
        heatmaps: (n, height, width), any size and range; only the order of values counts.
        class_index: one class for all images, or one for each; ``None``, the predicted one.
        steps: so many equal shares of the pixels, one after the other.

    Returns:
        float32 (n, steps + 1): probability with nothing, …, all pixels painted over.

    Raises:
        ValueError: unknown class, images of a wrong shape or range, another number of heatmaps.
    """
    images = check_images(model, images)
    classes = explicit_classes(model, class_index, images)
    flat = np.broadcast_to(images.mean(axis=(1, 2), keepdims=True), images.shape)
    return _curves(model, images, flat, heatmaps, classes, steps)


def insertion_curve(
    model: keras.Model,
    images: np.ndarray,
    heatmaps: np.ndarray,
    class_index: Classes = None,
    *,
    steps: int = 20,
) -> np.ndarray:
    """Measure how the class probability rises while a blurred image gets its hottest pixels back.

    The blur's standard deviation is a tenth of the image's height. The larger the mean of the
    curve, the better the heatmap. Arguments, result and errors as in ``deletion_curve``.
    """
    images = check_images(model, images)
    classes = explicit_classes(model, class_index, images)
    blurred = np.stack([blur(image, image.shape[0] / 10) for image in images])
    return _curves(model, blurred, images, heatmaps, classes, steps)


def pointing_game(heatmaps: np.ndarray, masks: np.ndarray) -> Pointing:
    """Say whether each heatmap's peak lies inside a region, and how much of the map does.

    After Zhang et al. 2016, "Top-down neural attention by excitation backprop".

    Args:
        heatmaps: (n, h, w), at least 0. A map of zeros does not hit and has energy 0.
        masks: bool (n, h, w) or (h, w), the region.

    Raises:
        ValueError: the sizes differ, or a heatmap has negative values.
    """
    heatmaps = np.asarray(heatmaps, np.float32)
    if heatmaps.ndim != 3 or heatmaps.shape[-2:] != np.shape(masks)[-2:]:
        raise ValueError(f"heatmaps {heatmaps.shape} and masks {np.shape(masks)} differ in size")
    if heatmaps.min() < 0:
        raise ValueError("a heatmap has negative values; cut them off or use cam.to_heatmap")
    flat = heatmaps.reshape(len(heatmaps), -1)
    inside = np.broadcast_to(masks, heatmaps.shape).reshape(flat.shape)
    total = flat.sum(axis=1)
    hit = inside[np.arange(len(flat)), flat.argmax(axis=1)] & (total > 0)
    return Pointing(hit, (flat * inside).sum(axis=1) / np.where(total > 0, total, 1))
