"""The nets of the course: build them, train them, load them trained, look into them."""

from helpers._keras.release import free_memory
from helpers.models.album_head import ALBUM_KINDS, album_head_accuracy
from helpers.models.architectures import (
    build_deep_fashion_cnn,
    build_fashion_cnn,
    build_photo_cnn,
    build_standard_fashion_cnn,
)
from helpers.models.efficientnet_lite import load_efficientnet_lite
from helpers.models.layers import conv_layers, find_layer
from helpers.models.linear import with_linear_output
from helpers.models.live import export_live
from helpers.models.mystery import Mystery, load_mystery
from helpers.models.spec import describe
from helpers.models.trained import OWN_MODELS, load_trained
from helpers.models.training import train
from helpers.models.vgg16 import load_vgg16

__all__ = [
    "ALBUM_KINDS",
    "OWN_MODELS",
    "Mystery",
    "album_head_accuracy",
    "build_deep_fashion_cnn",
    "build_fashion_cnn",
    "build_photo_cnn",
    "build_standard_fashion_cnn",
    "conv_layers",
    "describe",
    "export_live",
    "find_layer",
    "free_memory",
    "load_efficientnet_lite",
    "load_mystery",
    "load_trained",
    "load_vgg16",
    "train",
    "with_linear_output",
]
