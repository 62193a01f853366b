"""VGG16 with its real ImageNet weights, from whichever source has them."""

import pickle
from pathlib import Path

import numpy as np

from helpers._choices import unknown
from helpers._keras import keras
from helpers.datasets import imagenet_class_names
from helpers.models.album_head import ALBUM_KINDS, fit_album_head
from helpers.models.dense_on_disk import DenseOnDisk
from helpers.models.heads import load_head
from helpers.models.spec import describe
from helpers.models.stored_matrix import read_weights
from helpers.sources import available, fetch
from helpers.sources.assets import VGG16_LPIPS

preprocess_input = keras.applications.vgg16.preprocess_input
TORCH_MEAN, TORCH_STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
KERAS_MEAN = np.array([123.68, 116.779, 103.939])


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


def with_album_head() -> keras.Model:
    """Build VGG16's convolutions with a linear head: input (n, h, w, 3), output 8 logits."""
    base = convolutions()
    pooled = keras.layers.GlobalAveragePooling2D(name="average")(base.output)
    logits = keras.layers.Dense(len(ALBUM_KINDS), name="logits")(pooled)
    model = keras.Model(base.input, logits, name="vgg16_album")
    model.get_layer("logits").set_weights(load_head("album", base, fit_album_head))
    return model


def load_vgg16(head: str | None = "auto") -> keras.Model:
    """Load VGG16 (Simonyan and Zisserman 2015) with its ImageNet weights.

    The input is what ``keras.applications.vgg16.preprocess_input`` returns: BGR minus the mean.

    Args:
        head: ``"imagenet"``, 1,000 logits, input 224x224, a download of 528 MB, of which the
            dense layers are read from the file in use, in less than 1 GB of memory; ``"album"``,
            8 logits, one for each of ``ALBUM_KINDS``, any input size, fitted on the album's train
            photos and judged on its test photos (see ``album_head_accuracy``); ``None``, the
            convolutions alone, any input size; ``"auto"``, ``"imagenet"`` where it can be had,
            else ``"album"``.

    Returns:
        The net, described with its preprocessing and the names of its classes.

    Raises:
        ValueError: unknown head.
        SourceError: no source has the weights.

    >>> load_vgg16("paris")
    Traceback (most recent call last):
    ValueError: unknown head 'paris'. Valid: auto, imagenet, album, None
    """
    if head == "auto":
        head = "imagenet" if available("vgg16") else "album"
        print(f"VGG16 with head {head!r}")
    if head == "imagenet":
        model, names = with_classes(), imagenet_class_names()
    elif head == "album":
        model, names = with_album_head(), ALBUM_KINDS
    elif head is None:
        model, names = convolutions(), None
    else:
        raise unknown("head", head, ["auto", "imagenet", "album", None])
    return describe(model, class_names=names, preprocess=preprocess_input)
