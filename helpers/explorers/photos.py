"""Explorers that look at a picture: choose one, or upload your own."""

import ipywidgets as widgets
import numpy as np
from traitlets import Int, validate

from helpers._choices import check_index
from helpers._keras import keras
from helpers.activations import feature_maps
from helpers.explorers.album import Album, Pictures
from helpers.explorers.base import Explorer
from helpers.explorers.controls import upload
from helpers.explorers.recent import Recent
from helpers.explorers.slider import Slider, choice
from helpers.models import conv_layers

FEW = 40  # so many pictures are offered by name, more by number
# All explorers share it, so that those of cells that were run again hold no maps: one picture's
# take 54 MB in VGG16. An explorer whose maps were forgotten computes them when it is moved.
MAPS = Recent(2)


class PhotoExplorer(Explorer):
    """An explorer with an ``image``: an index of the pictures, the learner's own last."""

    image = Int(0)

    def choose_from(self, model: keras.Model, pictures: Pictures) -> list[widgets.Widget]:
        """Set up the pictures; return the controls for them."""
        self.album = Album(model, pictures)
        few = len(self.album) <= FEW
        last = len(self.album) - 1
        self._images = choice("image", self.album.names) if few else Slider(label="image", max=last)
        self._images.follow(self, "image")
        return [self._images, upload(self._receive)]

    @validate("image")
    def _known_image(self, proposal: dict) -> int:
        check_index("image", proposal["value"], len(self.album))
        return proposal["value"]

    def _receive(self, photo: bytes) -> None:
        try:
            self.add_photo(photo)
        except (ValueError, OSError) as refusal:
            self.message = f"Your photo was not taken: {refusal}"

    def add_photo(self, photo: str | bytes) -> None:
        """Look at a photo of your own, a path or the bytes of a file; it stays in memory.

        Raises:
            ValueError: this is no picture, or a damaged or enormous one.
            FileNotFoundError: no such file.
        """
        index = self.album.keep(photo)
        self.forget(index)
        with self.quietly():
            self._images.max = index
            if self._images.names:
                self._images.names = list(self.album.names)
            self.image = index
        self.redraw()

    def forget(self, image: int) -> None:
        """Forget what was computed for a picture that is replaced."""
        MAPS.forget(self.album, image)

    def close(self) -> None:
        """Take the explorer off the screen, and give back its memory and that of its controls."""
        if self.comm is not None:
            MAPS.forget(self.album)
        super().close()

    @property
    def photo_name(self) -> str:
        """The name of the picture now looked at."""
        name = self.album.names[self.image]
        return f"image {name}" if name.isdigit() else name

    @property
    def photo(self) -> np.ndarray:
        """The picture as the model sees it, uint8 RGB."""
        return self.album.shown(self.image)

    def maps(self, layer: str) -> np.ndarray:
        """Feature maps (h, w, channels) of the picture; all layers are computed at once."""
        return MAPS.get((self.album, self.image), self._all_maps)[layer]

    def _all_maps(self) -> dict[str, np.ndarray]:
        layers = conv_layers(self.album.model)
        outputs = feature_maps(self.album.model, self.album.prepared([self.image]), layers)
        return {name: maps[0] for name, maps in zip(layers, outputs, strict=True)}
