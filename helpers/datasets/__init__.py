"""The pictures of the course: Fashion-MNIST, photos, and ImageNet's class names."""

from helpers.datasets.fashion_mnist import CLASS_NAMES, FashionMNIST, load_fashion_mnist
from helpers.datasets.folder import DATA
from helpers.datasets.imagenet import imagenet_class_names
from helpers.datasets.patterns import load_patterns
from helpers.datasets.photos import (
    ALBUM,
    PHOTOS,
    AlbumPhoto,
    album_rows,
    collage,
    load_album,
    load_photo,
)

__all__ = [
    "ALBUM",
    "CLASS_NAMES",
    "DATA",
    "PHOTOS",
    "AlbumPhoto",
    "FashionMNIST",
    "album_rows",
    "collage",
    "imagenet_class_names",
    "load_album",
    "load_fashion_mnist",
    "load_patterns",
    "load_photo",
]
