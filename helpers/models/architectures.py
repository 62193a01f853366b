"""The four convnets that the course trains itself: layers only, no weights."""

from helpers._keras import keras
from helpers.datasets import CLASS_NAMES, PHOTOS
from helpers.models.spec import describe, to_unit

layers = keras.layers


def build_fashion_cnn() -> keras.Model:
    """Build the small Fashion-MNIST CNN of lesson 01.

    Two blocks of convolution, batch normalization, LeakyReLU and max pooling, then a dense
    layer of 64 units. Input: float32 (n, 28, 28, 1) in [0, 1]. Output: softmax probabilities
    (n, 10). About 221,000 weights, freshly initialised (He et al. 2015, "Delving Deep into
    Rectifiers").

    >>> [layer.name for layer in build_fashion_cnn().layers[:4]]
    ['conv1', 'bn1', 'relu1', 'pool1']
    """
    weights = {
        "kernel_initializer": "he_normal",
        "kernel_regularizer": keras.regularizers.L1L2(l1=1e-5, l2=1e-4),
    }
    model = keras.Sequential([keras.Input((28, 28, 1))], name="fashion_cnn")
    for block, filters in enumerate((32, 64), start=1):
        model.add(layers.Conv2D(filters, 3, padding="same", name=f"conv{block}", **weights))
        model.add(layers.BatchNormalization(name=f"bn{block}"))
        model.add(layers.LeakyReLU(name=f"relu{block}"))
        model.add(layers.MaxPooling2D(name=f"pool{block}"))
    model.add(layers.Flatten(name="flatten"))
    model.add(layers.Dense(64, name="dense1", **weights))
    model.add(layers.BatchNormalization(name="bn3"))
    model.add(layers.LeakyReLU(name="relu3"))
    model.add(layers.Dropout(0.4, name="dropout"))
    model.add(layers.Dense(10, activation="softmax", name="probabilities"))
    return describe(model, class_names=CLASS_NAMES, preprocess=to_unit)


def build_deep_fashion_cnn() -> keras.Model:
    """Build the deep Fashion-MNIST CNN of lesson 06.

    Eight 2x2 convolutions in three blocks (32, 32, 64, 64 | 128, 128 | 256, 256), each followed
    by ReLU and then batch normalization; each block ends in max pooling and dropout.
    Input: float32 (n, 28, 28, 1) in [0, 1]. Output: softmax probabilities (n, 10).

    >>> build_deep_fashion_cnn().get_layer("conv8").output.shape
    (None, 7, 7, 256)
    """
    model = keras.Sequential([keras.Input((28, 28, 1))], name="deep_fashion_cnn")
    number = 0
    for block, widths in enumerate(((32, 32, 64, 64), (128, 128), (256, 256)), start=1):
        for filters in widths:
            number += 1
            model.add(layers.Conv2D(filters, 2, padding="same", name=f"conv{number}"))
            model.add(layers.ReLU(name=f"relu{number}"))
            model.add(layers.BatchNormalization(name=f"bn{number}"))
        model.add(layers.MaxPooling2D(name=f"pool{block}"))
    model.add(layers.Flatten(name="flatten"))
    model.add(layers.Dropout(0.5, name="dropout"))
    model.add(layers.Dense(10, activation="softmax", name="probabilities"))
    return describe(model, class_names=CLASS_NAMES, preprocess=to_unit)


def build_standard_fashion_cnn() -> keras.Model:
    """Build the standard Fashion-MNIST CNN of lesson 06, as nets are built today.

    Six 3x3 convolutions in three blocks (16, 16 | 32, 32 | 64, 64), each followed by batch
    normalization and ReLU; max pooling between the blocks; global average pooling and one
    linear layer at the end, so every place of the last maps counts.
    Input: float32 (n, 28, 28, 1) in [0, 1]. Output: softmax probabilities (n, 10).

    >>> build_standard_fashion_cnn().get_layer("relu6").output.shape
    (None, 7, 7, 64)
    """
    model = keras.Sequential([keras.Input((28, 28, 1))], name="standard_fashion_cnn")
    for number, filters in enumerate((16, 16, 32, 32, 64, 64), start=1):
        if number in (3, 5):
            model.add(layers.MaxPooling2D(name=f"pool{number // 2}"))
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"conv{number}"))
        model.add(layers.BatchNormalization(name=f"bn{number}"))
        model.add(layers.ReLU(name=f"relu{number}"))
    model.add(layers.GlobalAveragePooling2D(name="average"))
    model.add(layers.Dense(10, activation="softmax", name="probabilities"))
    return describe(model, class_names=CLASS_NAMES, preprocess=to_unit)


def build_photo_cnn() -> keras.Model:
    """Build the small colour convnet of lesson 03.

    Four 3x3 convolutions (32, 64, 128, 128) with ReLU, each followed by max pooling, then
    global average pooling. Input: float32 (n, 150, 150, 3) in [0, 1]. Output: softmax
    probabilities (n, 6), one for each course photo in the order of ``datasets.PHOTOS``.

    >>> [layer.name for layer in build_photo_cnn().layers[:3]]
    ['conv1', 'pool1', 'conv2']
    """
    model = keras.Sequential([keras.Input((150, 150, 3))], name="photo_cnn")
    for block, filters in enumerate((32, 64, 128, 128), start=1):
        model.add(layers.Conv2D(filters, 3, activation="relu", name=f"conv{block}"))
        model.add(layers.MaxPooling2D(name=f"pool{block}"))
    model.add(layers.GlobalAveragePooling2D(name="average"))
    model.add(layers.Dense(len(PHOTOS), activation="softmax", name="probabilities"))
    return describe(model, class_names=PHOTOS, preprocess=to_unit)
