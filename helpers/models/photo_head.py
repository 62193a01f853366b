"""A linear layer that tells the six course photos apart by VGG16's pooled feature maps."""

import numpy as np

from helpers._keras import keras
from helpers.datasets import PHOTOS, load_photo
from helpers.images import random_crops
from helpers.models.heads import pooled_features

CROPS = 24  # of each photo
L2 = 1e-3


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
