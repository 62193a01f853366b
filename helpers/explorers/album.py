"""The pictures that an explorer can look at, and how a model wants them."""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from helpers._keras import keras
from helpers.datasets import (
    CLASS_NAMES,
    PHOTOS,
    load_album,
    load_fashion_mnist,
    load_photo,
)
from helpers.images import enlarge, fit, grey, read_photo, squeeze, to_uint8_rgb
from helpers.inputs import prepare
from helpers.models.spec import spec_of

SIZE = 224  # of photos, where the model takes any size
SHORT, LONG = 240, 640  # a whole picture's longest side is brought between them
Pictures = Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray | None


@cache
def _course_photos() -> dict[str, np.ndarray]:
    return {name: load_photo(name) for name in PHOTOS}


@cache
def _course_clothes() -> np.ndarray:
    return load_fashion_mnist("subset").test_images


def check_pictures(model: keras.Model) -> keras.Model:
    """Return a model that takes square pictures.

    Raises:
        ValueError: the model has no square input of 1 or 3 channels.
    """
    _, *sides, channels = model.input_shape
    if len(sides) != 2 or sides[0] != sides[1] or channels not in (1, 3):
        raise ValueError(
            f"explorers show square pictures of 1 or 3 channels, and {model.name!r} takes the "
            f"shape {model.input_shape[1:]}: call the functions behind them, such as "
            "activations.feature_maps and cam.grad_cam"
        )
    return model


def _is_one(array: np.ndarray) -> bool:
    """Say whether an array is one picture, (h, w), (h, w, 1) or (h, w, 3), and not several."""
    return array.ndim == 2 or (array.ndim == 3 and array.shape[-1] in (1, 3))


class Album:
    """Plain pictures with their names; a learner's own photo is the last one."""

    OWN = "your photo"

    def __init__(self, model: keras.Model, pictures: Pictures) -> None:
        self.model = model
        _, height, _, self.channels = model.input_shape
        self.size = height or SIZE
        self._of_course = pictures is None
        if isinstance(pictures, np.ndarray) and _is_one(pictures):
            pictures = [pictures]
        if pictures is None:
            pictures = _course_photos() if self.channels == 3 else _course_clothes()
        if not len(pictures):
            raise ValueError("give at least one picture")
        self._pictures: Sequence[np.ndarray] | np.ndarray
        if isinstance(pictures, Mapping):
            self.names, self._pictures = list(pictures), list(pictures.values())
        else:
            self.names, self._pictures = [str(i) for i in range(len(pictures))], pictures
        self._photo = np.zeros((1, 1, 3), np.uint8)  # the learner's own, once there is one
        self.count = len(self._pictures)
        self.shown(0)

    def __len__(self) -> int:
        return len(self.names)

    def _plain(self, index: int) -> np.ndarray:
        picture = self._photo if index == self.count else self._pictures[index]
        picture = to_uint8_rgb(picture)
        return grey(picture) if self.channels == 1 else picture

    def shown(self, index: int) -> np.ndarray:
        """Return the centre square of a picture, uint8 RGB (size, size, 3)."""
        return fit(self._plain(index), self.size)

    def whole(self, index: int) -> np.ndarray:
        """Return a whole picture at its own shape, uint8 RGB (h, w, 3); a tiny one enlarged."""
        picture = self._plain(index)
        height, longest = len(picture), max(picture.shape[:2])
        if longest < SHORT:
            return enlarge(picture, height * (2 * SHORT // longest))
        return enlarge(picture, max(1, min(height, height * LONG // longest)))

    def prepared(self, indices: Sequence[int]) -> np.ndarray:
        """Return centre squares ready for the model, float32 (n, size, size, channels)."""
        return self._ready(np.stack([self.shown(index) for index in indices]))

    def squeezed(self, picture: np.ndarray) -> np.ndarray:
        """Return one whole picture ready for the model, float32 (1, size, size, channels)."""
        return self._ready(squeeze(picture, self.size)[None])

    def _ready(self, pixels: np.ndarray) -> np.ndarray:
        return prepare(self.model, pixels[..., : self.channels])

    def pool(self, most: int) -> Sequence[np.ndarray]:
        """Return uint8 RGB pictures to search through: the first, or the whole course album."""
        if self._of_course and self.channels == 3:
            return list(load_album(size=SIZE))
        return [self.shown(index) for index in range(min(self.count, most))]

    def keep(self, photo: str | bytes) -> int:
        """Take a learner's photo in place of an earlier one, and return its index.

        For nets of Fashion-MNIST, which know clothes on black only, a photo on a light ground
        becomes its negative.

        Raises:
            ValueError: this is no picture, or a damaged or enormous one.
        """
        picture = read_photo(photo)
        of_clothes = self.channels == 1 and spec_of(self.model).class_names == CLASS_NAMES
        if of_clothes and np.median(grey(picture)) > 127:
            picture = 255 - picture
        self._photo = picture
        if len(self.names) == self.count:
            self.names.append(self.OWN)
        return self.count
