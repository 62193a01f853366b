"""VGG16 with its real ImageNet weights, from whichever source has them, and a small head."""

import hashlib
import pickle
from contextlib import suppress
from pathlib import Path

import numpy as np

from helpers._assets import VGG16_LPIPS, course_cache
from helpers._disk_head import DenseOnDisk, read_weights
from helpers._tensorflow import keras
from helpers.datasets import DATA, PHOTOS, load_photo
from helpers.images import random_crops
from helpers.sources import fetch

preprocess_input = keras.applications.vgg16.preprocess_input
TORCH_MEAN, TORCH_STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
KERAS_MEAN = np.array([123.68, 116.779, 103.939])
CROPS = 24
L2 = 1e-3


class _ArraysOnly(pickle.Unpickler):
    """Reads NumPy arrays and plain containers from a pickle, and refuses everything else."""

    ALLOWED = frozenset(
        {
            ("numpy.core.multiarray", "_reconstruct"),
            ("numpy._core.multiarray", "_reconstruct"),
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
        }
    )

    def find_class(self, module: str, name: str):
        if (module, name) not in self.ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed in a file of weights")
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def fold_preprocessing(kernel: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rewrite a first layer trained on torchvision's input so that it takes Keras' input.

    torchvision feeds RGB in [0, 1], minus a mean, divided by a standard deviation; Keras feeds
    BGR in 0 to 255 minus another mean. Both are linear, so the difference fits into the layer.
    At the picture's border, where zeros are padded, the two differ by a hair.

    Args:
        kernel: (3, 3, 3, out), input channels RGB.
        bias: (out,).
    """
    shift = (KERAS_MEAN / 255 - TORCH_MEAN) / TORCH_STD
    bias = bias + np.einsum("hwio,i->o", kernel, shift)
    kernel = kernel / (255 * TORCH_STD)[:, None]
    return kernel[:, :, ::-1], bias


def _set_lpips_weights(model: keras.Model, path: Path) -> None:
    with path.open("rb") as file:
        weights = _ArraysOnly(file).load()["VGG16_0"]
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    for i, layer in enumerate(convolutions):
        kernel, bias = weights[f"Conv_{i}"]["kernel"], weights[f"Conv_{i}"]["bias"]
        layer.set_weights(fold_preprocessing(kernel, bias) if i == 0 else (kernel, bias))


def convolutions() -> keras.Model:
    """Build VGG16's thirteen convolutions with their weights; any input (n, h, w, 3)."""
    folder = fetch("vgg16_convolutions")
    model = keras.applications.VGG16(include_top=False, weights=None, input_shape=(None, None, 3))
    (lpips,) = VGG16_LPIPS
    if (folder / lpips).exists():
        _set_lpips_weights(model, folder / lpips)
    else:
        (keras_file,) = folder.glob("vgg16*notop.h5")
        model.load_weights(keras_file)
    return model


def with_classes() -> keras.Model:
    """Build the whole VGG16: input (n, 224, 224, 3), output 1,000 logits.

    The three dense layers stay in their file (see ``DenseOnDisk``), so that one image and its
    Grad-CAM need less than 1 GB, TensorFlow included; Keras' own loading takes 2.3 GB and more.
    """
    (path,) = fetch("vgg16").glob("vgg16*kernels.h5")
    base = keras.applications.VGG16(include_top=False, weights=None, input_shape=(224, 224, 3))
    for name in [layer.name for layer in base.layers if layer.weights]:
        base.get_layer(name).set_weights(read_weights(path, name))
    outputs = keras.layers.Flatten(name="flatten")(base.output)
    for name, activation in {"fc1": "relu", "fc2": "relu", "predictions": None}.items():
        outputs = DenseOnDisk(path, name=name, activation=activation)(outputs)
    return keras.Model(base.input, outputs, name="vgg16")


def pooled_features(model: keras.Model, photos: np.ndarray) -> np.ndarray:
    """Average the last feature maps of uint8 RGB photos (n, h, w, 3) over space: (n, 512)."""
    batches = np.array_split(preprocess_input(photos.astype(np.float32)), -(-len(photos) // 8))
    return np.concatenate([model(b, training=False).numpy().mean(axis=(1, 2)) for b in batches])


def fit_photo_head(model: keras.Model) -> list[np.ndarray]:
    """Fit a linear layer that tells the six course photos apart by VGG16's pooled feature maps.

    L2-regularised softmax regression on random crops, each photo its own class.

    Returns:
        kernel (512, 6) and bias (6,).
    """
    crops = [random_crops(load_photo(name), CROPS, 224, seed) for seed, name in enumerate(PHOTOS)]
    features = pooled_features(model, np.concatenate(crops))
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


def fingerprint(model: keras.Model) -> str:
    """Tell apart the weights that different sources have for the same net."""
    kernel = model.get_layer("block5_conv3").get_weights()[0]
    return hashlib.sha256(kernel.tobytes()).hexdigest()[:12]


def _photo_head(model: keras.Model) -> list[np.ndarray]:
    """Read the head that was fitted to these convolutions, or fit it now and keep it."""
    name = f"photo_head_{fingerprint(model)}.npz"
    for folder in (DATA / "models", course_cache()):
        path = folder / name
        if path.exists():
            with np.load(path) as arrays:
                return [arrays["kernel"], arrays["bias"]]
    print("fitting the photo head to these weights: about 15 seconds, once")
    kernel, bias = fit_photo_head(model)
    with suppress(OSError):  # a cache that cannot be written to: fit again next time
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, kernel=kernel, bias=bias)
    return [kernel, bias]


def with_photo_head() -> keras.Model:
    """Build VGG16's convolutions with a linear head: input (n, h, w, 3), output 6 logits."""
    base = convolutions()
    pooled = keras.layers.GlobalAveragePooling2D(name="average")(base.output)
    logits = keras.layers.Dense(len(PHOTOS), name="logits")(pooled)
    model = keras.Model(base.input, logits, name="vgg16_photos")
    model.get_layer("logits").set_weights(_photo_head(base))
    return model
