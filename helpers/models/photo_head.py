"""A linear layer that tells the six course photos apart by VGG16's pooled feature maps."""

import hashlib
import math
from contextlib import suppress
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from helpers._keras import keras
from helpers.datasets import DATA, PHOTOS, load_photo
from helpers.images import random_crops
from helpers.sources.assets import course_cache
from helpers.sources.placing import placed

CROPS = 24  # of each photo
L2 = 1e-3
BATCH = 8

preprocess_input = keras.applications.vgg16.preprocess_input


def pooled_features(convolutions: keras.Model, photos: np.ndarray) -> np.ndarray:
    """Average the last feature maps of uint8 RGB photos (n, h, w, 3) over space: (n, 512)."""
    pixels = preprocess_input(photos.astype(np.float32))
    batches = np.array_split(pixels, math.ceil(len(pixels) / BATCH))
    maps = (convolutions(batch, training=False).numpy() for batch in batches)
    return np.concatenate([batch.mean(axis=(1, 2)) for batch in maps])


def fit_photo_head(convolutions: keras.Model) -> list[np.ndarray]:
    """Fit a head to VGG16's convolutions: softmax regression on random crops, each photo a class.

    Returns:
        kernel (512, 6) and bias (6,).
    """
    crops = [random_crops(load_photo(name), CROPS, 224, seed) for seed, name in enumerate(PHOTOS)]
    features = pooled_features(convolutions, np.concatenate(crops))
    spread = features.std()
    keras.utils.set_random_seed(0)
    layer = keras.layers.Dense(len(PHOTOS), kernel_regularizer=keras.regularizers.L2(L2))
    head = keras.Sequential([keras.Input((512,)), layer])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    head.compile(keras.optimizers.Adam(0.01), loss, jit_compile=False)
    labels = np.repeat(np.arange(len(PHOTOS)), CROPS)
    head.fit(features / spread, labels, batch_size=len(labels), epochs=300, verbose=0)
    kernel, bias = head.get_weights()
    return [kernel / spread, bias]


def file_name(convolutions: keras.Model) -> str:
    """Name the file of the head that belongs to these weights, which differ between sources."""
    kernel = convolutions.get_layer("block5_conv3").get_weights()[0]
    return f"photo_head_{hashlib.sha256(kernel.tobytes()).hexdigest()[:12]}.npz"


def save_photo_head(path: Path, kernel: np.ndarray, bias: np.ndarray) -> None:
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


def load_photo_head(convolutions: keras.Model) -> list[np.ndarray]:
    """Read the head that was fitted to these convolutions, or fit it now and keep it.

    Returns:
        kernel (512, 6) and bias (6,).
    """
    name = file_name(convolutions)
    kept = course_cache() / name
    for path in (DATA / "models" / name, kept):
        if head := _read(path):
            return head
    print("fitting the photo head to these weights: about 15 seconds, once")
    head = fit_photo_head(convolutions)
    with suppress(OSError):  # a cache that cannot be written to: fit again next time
        save_photo_head(kept, *head)
    return head
