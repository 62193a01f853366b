"""The pictures that an explorer can look at, and how a model wants them."""

from collections.abc import Mapping, Sequence

import numpy as np

from helpers._tensorflow import keras
from helpers.datasets import PHOTOS, load_fashion_mnist, load_photo
from helpers.images import fit, grey, read_photo
from helpers.inputs import prepare

SIZE = 224  # of photos, where the model takes any size
Pictures = Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray | None


def _own(channels: int) -> Pictures:
    if channels == 3:
        return {name: load_photo(name) for name in PHOTOS}
    return load_fashion_mnist("subset").test_images


def plain(picture: np.ndarray) -> np.ndarray:
    """Turn a picture into uint8 RGB (h, w, 3).

    Raises:
        ValueError: it has another shape, or values of a prepared image.
    """
    picture = np.asarray(picture)
    if picture.ndim == 2:
        picture = picture[..., None]
    if picture.ndim != 3 or picture.shape[-1] not in (1, 3):
        raise ValueError(f"a picture has the shape {picture.shape}; want (h, w, 3) or (h, w, 1)")
    if picture.dtype != np.uint8:
        if not (picture.min() >= 0 and picture.max() <= 1):
            raise ValueError(
                f"a picture runs from {picture.min():.3g} to {picture.max():.3g}; explorers take "
                "plain ones, uint8 or floats in 0 to 1, and prepare them themselves"
            )
        picture = np.uint8(np.round(picture * 255))
    return np.repeat(picture, 3, axis=2) if picture.shape[-1] == 1 else picture


class Album:
    """Plain pictures with their names; a learner's own photo is the last one."""

    OWN = "your photo"

    def __init__(self, model: keras.Model, pictures: Pictures) -> None:
        self.model = model
        _, height, _, self.channels = model.input_shape
        self.size = height or SIZE
        pictures = _own(self.channels) if pictures is None else pictures
        if not len(pictures):
            raise ValueError("give at least one picture")
        named = isinstance(pictures, Mapping)
        self.names = list(pictures) if named else [str(i) for i in range(len(pictures))]
        self._pictures = list(pictures.values()) if named else pictures
        self._photo: np.ndarray | None = None
        self.count = len(self._pictures)
        self.shown(0)

    def __len__(self) -> int:
        return len(self.names)

    def shown(self, index: int) -> np.ndarray:
        """Return a picture as the model sees it, uint8 RGB (size, size, 3)."""
        picture = self._photo if index == self.count else plain(self._pictures[index])
        square = fit(picture, self.size)
        return grey(square) if self.channels == 1 else square

    def prepared(self, indices: Sequence[int]) -> np.ndarray:
        """Return pictures ready for the model, float32 (n, size, size, channels)."""
        pixels = np.stack([self.shown(index) for index in indices])[..., : self.channels]
        return prepare(self.model, pixels)

    def keep(self, photo: str | bytes) -> int:
        """Take a learner's photo in place of an earlier one, and return its index.

        For nets that know clothes on black only, a photo on a light ground becomes its negative.

        Raises:
            ValueError: this is no picture, or a damaged or enormous one.
        """
        picture = read_photo(photo)
        if self.channels == 1 and np.median(grey(picture)) > 127:
            picture = 255 - picture
        self._photo = picture
        if len(self.names) == self.count:
            self.names.append(self.OWN)
        return self.count
