"""Occlusion: cover one place after the other, and see how far the score of the class falls."""

import math

import numpy as np
from tqdm.auto import tqdm

from helpers._choices import unknown
from helpers._keras import keras
from helpers._keras.gradients import answers, batches
from helpers.classes import Classes, check_question, explicit_classes

PLACES = 14  # along each side, by default
PATIENCE = 2  # seconds until a progress bar is worth its place


def _slices(side: int, patch: int | None, stride: int | None) -> list[slice]:
    """Cut one side into patches; the last is moved back until it fits."""
    patch = math.ceil(side / PLACES) if patch is None else patch
    stride = patch if stride is None else stride
    if not 1 <= stride <= patch <= side:
        raise ValueError(
            f"patches of {patch} pixels, one every {stride}, do not cover a side of {side}: the "
            "stride is at least 1 and at most the patch, and the patch at most the side"
        )
    starts = range(0, side - patch + stride, stride)
    return [slice(min(start, side - patch), min(start + patch, side)) for start in starts]


def _colour(image: np.ndarray, fill: str | float) -> np.ndarray | float:
    if fill == "mean":
        return image.mean(axis=(0, 1))
    if isinstance(fill, str):
        raise unknown("fill", fill, ["mean", "any number"])
    return fill


def occlusion_map(
    model: keras.Model,
    images: np.ndarray,
    class_index: Classes = None,
    *,
    patch: int | None = None,
    stride: int | None = None,
    fill: str | float = "mean",
    progress: bool = True,
) -> np.ndarray:
    """Measure how far the class score falls when a patch covers a place (Zeiler and Fergus 2014).

    The score is the logit, before softmax or sigmoid. Where several patches cover a pixel it gets
    the mean of their falls. One forward pass a patch.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.
        class_index: one class for all images, or one for each; ``None``, the one predicted for
            the image without a patch.
        patch: height and width of a patch in pixels; ``None``, a fourteenth of the image's height
            and of its width, rounded up: 14 x 14 places in an image of 224 x 224.
        stride: pixels from one patch to the next, at most ``patch``; ``None``, patches side by
            side. The last one in a row or column is moved back until it fits.
        fill: what the patch is filled with: the image's mean colour (``"mean"``), or a number in
            the range that the model expects.
        progress: show a progress bar after two seconds.

    Returns:
        float32 (n, h, w): the fall of the logit; below 0 where covering raises it.

    Raises:
        ValueError: unknown class or fill, a patch or stride that does not cover the image, images
            of a wrong shape or range, or a model that cannot be explained.

    >>> from helpers.models import build_fashion_cnn
    >>> occlusion_map(build_fashion_cnn(), np.ones((2, 28, 28, 1))).shape
    (2, 28, 28)
    """
    images, _ = check_question(model, images, class_index)
    classes, (_, logits) = explicit_classes(model, class_index, images), answers(model, images)
    rows, columns = (_slices(side, patch, stride) for side in images.shape[1:3])
    places = [(row, column) for row in rows for column in columns]
    colours = [_colour(image, fill) for image in images]
    falls, times = np.zeros(images.shape[:3]), np.zeros(images.shape[1:3])
    for place in places:
        times[place] += 1
    parts = list(batches(np.broadcast_to(images[0], (len(places), *images[0].shape))))
    work = [(n, places[part]) for n in range(len(images)) for part in parts]
    bar = tqdm(work, desc="Occlusion", leave=False, delay=PATIENCE, disable=not progress)
    for n, some in bar:
        covered = np.repeat(images[n : n + 1], len(some), axis=0)
        for copy, place in zip(covered, some, strict=True):
            copy[place] = colours[n]
        scores = answers(model, covered)[1][:, classes[n]]
        for place, fall in zip(some, logits[n, classes[n]] - scores, strict=True):
            falls[n][place] += fall
    return (falls / times).astype(np.float32)
