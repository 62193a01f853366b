"""Small nets that no lesson has shown, photos for them, and what is often wrong with a heatmap."""

from functools import cache

import numpy as np

from helpers._keras import keras, tf
from helpers.datasets import load_photo
from helpers.exercises import expect
from helpers.exercises.feedback import compared
from helpers.figures import Picture
from helpers.inputs import prepare
from helpers.models import describe

CLASSES, CHANNELS = 4, 7


class Misled(keras.layers.Layer):
    """Passes its input on as it is, and its gradients in reverse order.

    So a heatmap made with a gradient differs from one made with the weights.
    """

    def call(self, pooled: tf.Tensor) -> tf.Tensor:
        """Keep the values and turn the order of the gradients round."""

        @tf.custom_gradient
        def same(values: tf.Tensor) -> tuple:
            return tf.identity(values), lambda upstream: upstream[:, ::-1]

        return same(pooled)


def small_net(middle: keras.Layer, seed: int) -> keras.Model:
    """Make a net with VGG16's stride of 16 and its names: input (n, h, w, 3), 4 logits."""
    keras.utils.set_random_seed(seed)
    bias = keras.initializers.RandomNormal(stddev=0.3)
    convolution = keras.layers.Conv2D(
        CHANNELS, 3, padding="same", activation="relu", name="block5_conv3"
    )
    photo = keras.Input((None, None, 3))
    small = keras.layers.Rescaling(1 / 64)(keras.layers.AveragePooling2D(16)(photo))
    maps = convolution(small)
    pooled = keras.layers.GlobalAveragePooling2D()(maps)
    logits = keras.layers.Dense(CLASSES, bias_initializer=bias, name="logits")(middle(pooled))
    names = [f"class {index}" for index in range(CLASSES)]
    preprocess = keras.applications.vgg16.preprocess_input
    return describe(keras.Model(photo, logits), class_names=names, preprocess=preprocess)


@cache
def small_photos(height: int, width: int, *names: str) -> np.ndarray:
    """Cut the top left corner out of photos."""
    side = max(height, width)
    return np.stack([load_photo(name, side)[:height, :width] for name in names])


def trials() -> list[tuple[np.ndarray, int]]:
    """Give prepared images of two sizes, and a class for each."""
    net = small_net(Misled(), seed=0)
    two, one = small_photos(96, 128, "cat", "coffee"), small_photos(128, 80, "palace")
    return [(prepare(net, two), 2), (prepare(net, one), 0)]


def _wrong_shapes(count: int, height: int, width: int) -> dict[tuple, str]:
    """Say what is wrong with heatmaps of other shapes than (count, height, width)."""
    of_a_filter = "This is one number for each filter; a heatmap has one for each place."
    return {
        (): "Your function returns a single number; it should return a map for each image.",
        (height, width): "The axis that counts the images is gone; keep it, also for one image.",
        (count, height, width, CHANNELS): "There is still one map for each filter: weight the "
        "maps, then add them up.",
        (count, CHANNELS): of_a_filter,
        (CHANNELS,): of_a_filter,
        (count, height, width, 1): "The channel axis, of length 1, is left over: drop it.",
    }


def check_maps(returned: object, right: np.ndarray, mistakes: expect.Mistakes) -> Picture:
    """Compare heatmaps (n, h, w) with the right ones, and draw the first."""
    heatmaps = expect.array(returned, right.shape, _wrong_shapes(*right.shape))
    expect.close(
        heatmaps,
        right,
        tolerance=5e-3,
        mistakes=mistakes,
        otherwise="The shape is right, but not all values are. Do you use the model, the images "
        "and the class that your function is given?",
        draw=lambda yours, expected: compared(yours[0], expected[0]),
    )
    return compared(heatmaps[0], right[0])


def stretched(heatmaps: np.ndarray) -> list[tuple[np.ndarray, str]]:
    """Give heatmaps brought to 0 to 1, each by itself or all together, and what to say."""
    top = heatmaps.max(axis=(1, 2), keepdims=True)
    message = "This is stretched to 0 to 1. Return the raw map, as grad_cam does."
    return [(heatmaps / np.maximum(top, 1e-12), message), (heatmaps / heatmaps.max(), message)]
