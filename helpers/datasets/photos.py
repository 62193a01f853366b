"""The six course photos, and an album of photos by kind that is split into train and test."""

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers._choices import unknown
from helpers.datasets.folder import DATA
from helpers.images import fit, read_photo
from helpers.pixels import tile

PHOTOS = ("cat", "coffee", "astronaut", "rocket", "palace", "flower")


class AlbumPhoto(NamedTuple):
    """One photo of the album; ``split`` says whether a net may be fitted on it."""

    file: str
    kind: str
    split: str
    caption: str
    author: str
    licence: str
    source: str
    original: str
    sha256: str

    @property
    def name(self) -> str:
        """The short name that ``load_photo`` takes."""
        return Path(self.file).stem


def _read_album() -> tuple[AlbumPhoto, ...]:
    with (DATA / "album/album.csv").open(newline="", encoding="utf-8") as file:
        return tuple(AlbumPhoto(**row) for row in csv.DictReader(file))


ALBUM = _read_album()


def load_photo(name: str, size: int | None = None) -> np.ndarray:
    """Load a photo as uint8 RGB: whole, or its centre square at ``size`` by ``size`` pixels.

    Args:
        name: one of ``PHOTOS``, or the name of a photo of ``ALBUM``, such as ``"dog"``; its file
            name, ``"dog.jpg"``, will do, too.

    Raises:
        ValueError: unknown photo, or a size that is no whole number or below 1.

    >>> load_photo("dog", size=224).shape
    (224, 224, 3)
    """
    paths = {name: DATA / f"photos/{name}.jpg" for name in PHOTOS}
    paths |= {row.name: DATA / "album" / row.file for row in ALBUM}
    short = str(name).removesuffix(".jpg")
    if short not in paths:
        raise unknown("photo", name, paths)
    photo = read_photo(paths[short])
    return photo if size is None else fit(photo, size)


def album_rows(kind: str | None = None, split: str | None = None) -> list[AlbumPhoto]:
    """Return the album's rows of one kind, of one split, or all of them; see ``load_album``.

    >>> [row.name for row in album_rows("scissors", "test")]
    ['scissors1', 'scissors3']
    """
    for what, given in (("kind", kind), ("split", split)):
        valid = sorted({getattr(row, what) for row in ALBUM})
        if given is not None and given not in valid:
            raise unknown(f"{what} of the album", given, valid)
    return [row for row in ALBUM if kind in (None, row.kind) and split in (None, row.split)]


def load_album(kind: str | None = None, split: str | None = None, size: int = 224) -> np.ndarray:
    """Load photos of the album, each as its centre square, in the order of ``ALBUM``.

    Photos are cut and not squeezed, so that nothing changes its proportions and a photo is the
    same here and in ``load_photo(name, size)``. To see the whole photo, call ``load_photo(name)``.

    Args:
        kind: such as ``"windmill"`` or ``"animal"``; ``None`` for all kinds.
        split: ``"train"``, the photos that a net may be fitted on; ``"test"``, the others;
            ``None`` for both.
        size: side of the squares in pixels.

    Returns:
        uint8 RGB (n, size, size, 3).

    Raises:
        ValueError: unknown kind or split, no photo of this kind in this split, or a size that is no
            whole number or below 1.

    >>> load_album("windmill", "test").shape
    (6, 224, 224, 3)
    """
    rows = album_rows(kind, split)
    if not rows:
        raise ValueError(f"the album has no {split!r} photos of the kind {kind!r}: take the others")
    return np.stack([load_photo(row.name, size) for row in rows])


def collage(names: Sequence[str], cell: int = 224) -> np.ndarray:
    """Set photos side by side: two in a row, four as 2x2, row by row.

    Args:
        names: names that ``load_photo`` takes.
        cell: side in pixels of the square that each photo is fitted to.

    Returns:
        uint8 RGB (rows * cell, columns * cell, 3). Cells without a photo stay black.

    Raises:
        ValueError: no names, or an unknown photo.

    >>> collage(["cat", "windmill3"], cell=100).shape
    (100, 200, 3)
    """
    if not names:
        raise ValueError("a collage needs at least one photo")
    columns = math.ceil(math.sqrt(len(names)))
    return tile(np.stack([load_photo(name, cell) for name in names]), columns)
