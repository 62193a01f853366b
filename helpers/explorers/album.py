"""The pictures that an explorer can look at, and how a model wants them."""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from helpers._keras import keras
from helpers.datasets import CLASS_NAMES, PHOTOS, load_fashion_mnist, load_photo
from helpers.images import fit, grey, read_photo, to_uint8_rgb
from helpers.inputs import prepare
from helpers.models.spec import spec_of

SIZE = 224  # of photos, where the model takes any size
Pictures = Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray | None


@cache
def _course_photos() -> dict[str, np.ndarray]:
    return {name: load_photo(name) for name in PHOTOS}


@cache
def _course_clothes() -> np.ndarray:
    return load_fashion_mnist("subset").test_images


class Album:
    """Plain pictures with their names; a learner's own photo is the last one."""

    OWN = "your photo"

    def __init__(self, model: keras.Model, pictures: Pictures) -> None:
        self.model = model
        _, height, _, self.channels = model.input_shape
        self.size = height or SIZE
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

    def shown(self, index: int) -> np.ndarray:
        """Return a picture as the model sees it, uint8 RGB (size, size, 3)."""
        picture = self._photo if index == self.count else self._pictures[index]
        square = fit(to_uint8_rgb(picture), self.size)
        return grey(square) if self.channels == 1 else square

    def prepared(self, indices: Sequence[int]) -> np.ndarray:
        """Return pictures ready for the model, float32 (n, size, size, channels)."""
        pixels = np.stack([self.shown(index) for index in indices])[..., : self.channels]
        return prepare(self.model, pixels)

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
