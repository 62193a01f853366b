"""A linear layer that tells eight kinds of the album apart, judged on photos it never saw."""

import json
import math
from typing import NamedTuple

import numpy as np

from helpers._keras import keras
from helpers.datasets import DATA, album_rows, load_album, load_photo
from helpers.models.heads import pooled_features

ALBUM_KINDS = (
    "dam",
    "fish",
    "hammer",
    "measuring tape",
    "monument",
    "scissors",
    "solar panel",
    "windmill",
)
VIEWS = 4  # of each photo
PENALTY = 10.0  # on the squared weights; this and the next by cross-validation on the train photos
SCALE = 25.0  # of the scores, so that their softmax gives probabilities
Z = 1.96  # 95 % of a normal distribution lie within so many standard deviations
ACCURACY_FILE = DATA / "models" / "album_head.json"


def views(convolutions: keras.Model, name: str) -> np.ndarray:
    """Pool the features of a photo as it is, of its centre square, and of both mirrored.

    Returns float32 (VIEWS, 512).
    """
    pictures = load_photo(name)[None], load_photo(name, 224)[None]
    mirrored = tuple(picture[:, :, ::-1] for picture in pictures)
    return np.concatenate([pooled_features(convolutions, each) for each in pictures + mirrored])


def ridge(features: np.ndarray, classes: np.ndarray, penalty: float) -> list[np.ndarray]:
    """Fit a linear layer to one-hot targets by ridge regression; every class weighs the same.

    All features are divided by one number, their mean spread; it is then folded into the layer,
    so that the layer takes features as they are. (Features that are divided by a spread of their
    own each did worse on held-out photos.)

    Args:
        features: (n, d).
        classes: int (n,), 0 to k - 1.
        penalty: on the squared weights, beside the mean squared error.

    Returns:
        kernel (d, k) and bias (k,), float64.

    >>> kernel, bias = ridge(np.array([[1.0], [3.0]]), np.array([0, 1]), penalty=0.0)
    >>> np.round(np.array([[1.0], [3.0]]) @ kernel + bias, 4) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """
    targets = np.eye(classes.max() + 1)[classes]
    weights = (targets / targets.sum(axis=0)).mean(axis=1)
    mean = weights @ features
    spread = np.sqrt((weights @ (features - mean) ** 2).mean())
    standard = (features - mean) / spread
    weighted = (standard * weights[:, None]).T
    square = weighted @ standard + penalty * np.eye(len(mean))
    kernel = np.linalg.solve(square, weighted @ targets) / spread
    return [kernel, weights @ targets - mean @ kernel]


def fit_album_head(convolutions: keras.Model) -> list[np.ndarray]:
    """Fit a head to VGG16's convolutions, on the album's train photos alone.

    Returns:
        kernel (512, 8) and bias (8,), float32; ``ALBUM_KINDS`` are the classes.
    """
    rows = [row for row in album_rows(split="train") if row.kind in ALBUM_KINDS]
    features = [views(convolutions, row.name) for row in rows]
    kinds = np.repeat([ALBUM_KINDS.index(row.kind) for row in rows], VIEWS)
    kernel, bias = ridge(np.concatenate(features).astype(np.float64), kinds, PENALTY)
    return [(SCALE * kernel).astype(np.float32), (SCALE * bias).astype(np.float32)]


def wilson_interval(right: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, ``right`` of ``count``, after Wilson 1927.

    >>> low, high = wilson_interval(8, 10)
    >>> round(low, 2), round(high, 2)
    (0.49, 0.94)
    """
    share, extra = right / count, Z**2 / count
    middle = (share + extra / 2) / (1 + extra)
    half = math.sqrt(share * (1 - share) * extra + extra**2 / 4) / (1 + extra)
    return middle - half, middle + half


class Accuracy(NamedTuple):
    """How many test photos of each kind a head names right, and what it calls the others."""

    right: dict[str, int]
    photos: dict[str, int]
    wrong: dict[str, str]

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share of all photos that is named right."""
        return wilson_interval(sum(self.right.values()), sum(self.photos.values()))

    def __str__(self) -> str:
        right, photos = sum(self.right.values()), sum(self.photos.values())
        low, high = self.interval
        kinds = ", ".join(f"{kind} {self.right[kind]}/{self.photos[kind]}" for kind in self.photos)
        return (
            f"{right} of {photos} photos that the head never saw are named right "
            f"({right / photos:.2f}, 95 % interval {low:.2f} to {high:.2f}): {kinds}"
        )


def judge_album_head(convolutions: keras.Model, kernel: np.ndarray, bias: np.ndarray) -> Accuracy:
    """Count what a head says of the album's test photos, each fitted to 224 by 224 pixels."""
    rows = [row for kind in ALBUM_KINDS for row in album_rows(kind, "test")]
    photos = np.concatenate([load_album(kind, "test") for kind in ALBUM_KINDS])
    answers = (pooled_features(convolutions, photos) @ kernel + bias).argmax(axis=1)
    pairs = [(row, ALBUM_KINDS[answer]) for row, answer in zip(rows, answers, strict=True)]
    return Accuracy(
        {kind: sum(row.kind == answer == kind for row, answer in pairs) for kind in ALBUM_KINDS},
        {kind: sum(row.kind == kind for row, _ in pairs) for kind in ALBUM_KINDS},
        {row.file: answer for row, answer in pairs if row.kind != answer},
    )


def album_head_accuracy() -> Accuracy:
    """Return how well the head of ``load_vgg16("album")`` names the album's test photos.

    It was counted when the head was fitted, and comes with the course.

    >>> accuracy = album_head_accuracy()
    >>> accuracy.photos["windmill"]
    6
    """
    return Accuracy(**json.loads(ACCURACY_FILE.read_text(encoding="utf-8")))
