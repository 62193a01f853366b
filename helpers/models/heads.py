"""Linear layers on VGG16's pooled feature maps: stored with the course, one file each."""

import hashlib
import math
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from helpers._keras import keras
from helpers.datasets import DATA
from helpers.sources.assets import course_cache
from helpers.sources.placing import placed

BATCH = 8

preprocess_input = keras.applications.vgg16.preprocess_input


def pooled_features(convolutions: keras.Model, photos: np.ndarray) -> np.ndarray:
    """Average the last feature maps of uint8 RGB photos (n, h, w, 3) over space: (n, 512)."""
    pixels = preprocess_input(photos.astype(np.float32))
    batches = np.array_split(pixels, math.ceil(len(pixels) / BATCH))
    maps = (convolutions(batch, training=False).numpy() for batch in batches)
    return np.concatenate([batch.mean(axis=(1, 2)) for batch in maps])


def file_name(head: str, convolutions: keras.Model) -> str:
    """Name the file of the head that belongs to these weights, which differ between sources."""
    kernel = convolutions.get_layer("block5_conv3").get_weights()[0]
    return f"{head}_head_{hashlib.sha256(kernel.tobytes()).hexdigest()[:12]}.npz"


def save_head(path: Path, kernel: np.ndarray, bias: np.ndarray) -> None:
    """Write a head to a file, in one step."""
    with placed(path) as file:
        np.savez(file, kernel=kernel, bias=bias)


def _read(path: Path) -> list[np.ndarray] | None:
    """Read a head; ``None`` where there is none or, with a line that says so, a damaged one."""
    try:
        with np.load(path) as arrays:
            return [arrays["kernel"], arrays["bias"]]
    except FileNotFoundError:
        return None
    except (OSError, EOFError, ValueError, KeyError, BadZipFile):
        print(f"{path} is damaged and not used")
        return None


def load_head(
    head: str, convolutions: keras.Model, fit: Callable[[keras.Model], list[np.ndarray]]
) -> list[np.ndarray]:
    """Read the head that comes with the course for these convolutions.

    Only for convolutions of another training, and where the file is damaged, the head is fitted
    on this machine, and kept.

    Returns:
        kernel (512, classes) and bias (classes,).
    """
    name = file_name(head, convolutions)
    kept = course_cache() / name
    for path in (DATA / "models" / name, kept):
        if stored := _read(path):
            return stored
    print(f"fitting the head {head!r} to these weights: about a minute, once")
    fitted = fit(convolutions)
    with suppress(OSError):  # a cache that cannot be written to: fit again next time
        save_head(kept, *fitted)
    return fitted
