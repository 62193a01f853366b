"""Matrices of weights that stay in an HDF5 file and are looked at block by block."""

import math
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from helpers._choices import unknown

BLOCK = 1 << 22  # numbers: 16 MB of float32


def weight_names(path: str | Path, layer: str) -> list[str]:
    """Name the arrays of a layer in a legacy HDF5 file of Keras, in the order of the layer.

    The file has a group for each layer, whose attribute ``weight_names`` lists its arrays: in
    Keras' own file ``fc1_W_1:0`` and ``fc1_b_1:0``, in files written today ``fc1/kernel`` and
    ``fc1/bias``.

    Raises:
        ValueError: the file has no such layer.
    """
    with h5py.File(path, "r") as file:
        if layer not in file:
            raise unknown("layer in the file of weights", layer, file)
        names = np.array(file[layer].attrs["weight_names"]).astype(str)
        return [f"{layer}/{name}" for name in names]


def read_weights(path: str | Path, layer: str) -> list[np.ndarray]:
    """Read the arrays of a layer from a legacy HDF5 file of Keras, in the order of the layer.

    Raises:
        ValueError: the file has no such layer.
    """
    names = weight_names(path, layer)
    with h5py.File(path, "r") as file:
        return [file[name][()] for name in names]


@dataclass(frozen=True)
class StoredMatrix:
    """A matrix (rows, columns) in an HDF5 file. ``offset``: its first byte, None if in pieces."""

    path: str
    name: str
    shape: tuple[int, int]
    dtype: np.dtype
    offset: int | None

    @classmethod
    def find(cls, path: str | Path, name: str) -> "StoredMatrix":
        """Look a matrix up in a file, without reading it."""
        with h5py.File(path, "r") as file:
            matrix = file[name]
            return cls(str(path), name, matrix.shape, matrix.dtype, matrix.id.get_offset())

    @property
    def step(self) -> int:
        """How many rows a block has."""
        return max(1, BLOCK // self.shape[1])

    @property
    def count(self) -> int:
        """How many blocks there are; the last can be smaller."""
        return math.ceil(self.shape[0] / self.step)

    def block(self, number: int) -> np.ndarray:
        """Give one block of rows: float32 (step, columns).

        Rows that lie in one piece are mapped into memory, so that nothing is copied, and each
        block on its own, so that those already used are not kept.
        """
        first = int(number) * self.step
        height, width = min(self.step, self.shape[0] - first), self.shape[1]
        if self.offset is None:
            with h5py.File(self.path, "r") as file:
                rows = file[self.name][first : first + height]
        else:
            start = self.offset + first * width * self.dtype.itemsize
            rows = np.memmap(self.path, self.dtype, "r", start, (height, width))
        return np.asarray(rows, np.float32)
