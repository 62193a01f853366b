"""One net and the photos it is asked about: prepared once, and answered once."""

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from helpers import classes
from helpers._keras import keras
from helpers.cam import grad_cam
from helpers.images import read_photo, squeeze, to_uint8_rgb
from helpers.inputs import prepare_photo
from helpers.occlusion import occlusion_map

MOST = 12  # photos in a report
GRID = 14  # maps are compared at 14 x 14 places


def shrunk(maps: np.ndarray) -> np.ndarray:
    """Bring maps (n, h, w) to 14 x 14 places each."""
    return np.stack([squeeze(np.asarray(one, np.float32), GRID) for one in maps])


def as_list(photos: object) -> list:
    """Take one photo, a list of photos or of files, or an array of several photos."""
    if isinstance(photos, str | bytes | Path):
        return [photos]
    if isinstance(photos, np.ndarray):
        alone = photos.ndim == 2 or (photos.ndim == 3 and photos.shape[-1] in (1, 3, 4))
        return [photos] if alone else list(photos)
    return list(photos) if isinstance(photos, Iterable) else [photos]


def readable(model: keras.Model, photos: Sequence) -> tuple[list, list[np.ndarray], list[str]]:
    """Prepare what is a photo, and say of each that is none what is wrong with it.

    Returns:
        uint8 RGB photos, the same prepared (1, h, w, c), and sentences about the others.

    Raises:
        ValueError: none of them is a photo, or the model takes no photos.
    """
    pixels, prepared, faults = [], [], []
    for number, photo in enumerate(photos[:MOST], start=1):
        try:
            picture = read_photo(photo) if isinstance(photo, str | bytes | Path) else photo
            prepared.append(prepare_photo(model, picture))
            pixels.append(to_uint8_rgb(picture))
        except (ValueError, TypeError, OSError) as fault:
            faults.append(f"Photo {number} is left out: {fault}")
    if not pixels:
        raise ValueError(faults[0] if faults else "a report needs at least one photo")
    if len(photos) > MOST:
        faults.append(f"Of {len(photos)} photos the first {MOST} are used.")
    return pixels, prepared, faults


class Case:
    """A model with photos; everything that several questions need is computed once, on demand."""

    def __init__(self, model: keras.Model, photos: object) -> None:
        self.model = model
        self.photos, prepared, self.faults = readable(model, as_list(photos))
        self.images = np.concatenate(prepared)

    @cached_property
    def shares(self) -> np.ndarray:
        """Probabilities (n, classes)."""
        return classes.probabilities(self.model, self.images)

    @property
    def alone(self) -> bool:
        """Say whether a single number answers for two classes."""
        return self.shares.shape[1] == 1

    def says(self, shares: np.ndarray) -> np.ndarray:
        """Turn probabilities into answers (n,): the likeliest class, or no and yes as 0 and 1."""
        return (shares[:, 0] > 0.5).astype(int) if self.alone else shares.argmax(axis=1)

    def share_of(self, answers: np.ndarray, shares: np.ndarray) -> np.ndarray:
        """Pick from probabilities (n, classes) those of the answers (n,)."""
        if self.alone:
            return np.where(answers == 1, shares[:, 0], 1 - shares[:, 0])
        return shares[np.arange(len(shares)), answers]

    @cached_property
    def answers(self) -> np.ndarray:
        """What the model says of each photo, int64 (n,)."""
        return self.says(self.shares)

    def says_other(self, one: int, other: int) -> bool:
        """Say whether two photos have different answers."""
        return bool(self.answers[one] != self.answers[other])

    @cached_property
    def sureness(self) -> np.ndarray:
        """How probable each answer is, (n,)."""
        return self.share_of(self.answers, self.shares)

    @cached_property
    def names(self) -> list[str]:
        """The name of each answer."""
        names = classes.class_names(self.model)
        if not self.alone:
            return [names[answer] for answer in self.answers]
        return [names[0] if answer else f"not {names[0]}" for answer in self.answers]

    @cached_property
    def asked(self) -> np.ndarray:
        """The class that maps are drawn for: the answer, or the only one that there is."""
        return np.zeros_like(self.answers) if self.alone else self.answers

    @cached_property
    def heatmaps(self) -> np.ndarray:
        """Grad-CAM of what is asked, at the last convolution with an extent, raw (n, h, w)."""
        return grad_cam(self.model, self.images, self.asked)

    @cached_property
    def falls(self) -> np.ndarray:
        """How far the logit falls where a sixth of each side is covered, (n, h, w)."""
        side = min(self.images.shape[1:3])
        patch, stride = (math.ceil(side / places) for places in (6, 10))
        return occlusion_map(
            self.model, self.images, self.asked, patch=patch, stride=stride, progress=False
        )

    def falls_of_answer(self, number: int) -> np.ndarray:
        """How far the score of an answer falls, (h, w); "no" is the logit with its sign turned."""
        no = self.alone and not self.answers[number]
        return -self.falls[number] if no else self.falls[number]
