"""Small functions that calm a pattern after each step of gradient ascent, and combine.

Each makes a function of pixels (n, h, w, channels) that returns pixels. Give
``patterns.gradient_ascent`` as many as you like in ``regularizers``.
"""

from collections.abc import Callable

import numpy as np

from helpers._keras import tf

Regularizer = Callable[[tf.Tensor], tf.Tensor]


def total_variation(strength: float = 0.5) -> Regularizer:
    """Pull each pixel towards its neighbours by one gradient step on the total variation.

    After Mahendran and Vedaldi 2015, "Understanding deep image representations by inverting
    them".

    Args:
        strength: in pixel values, the most that one step can change for each neighbour.

    Returns:
        A function of pixels float32 (n, h, w, channels) in 0 to 255 that returns such pixels.

    >>> dot = tf.reshape([0.0, 0, 0, 0, 9, 0, 0, 0, 0], (1, 3, 3, 1))
    >>> total_variation(0.5)(dot)[0, ..., 0].numpy().tolist()
    [[0.0, 0.5, 0.0], [0.5, 7.0, 0.5], [0.0, 0.5, 0.0]]
    """

    def calm(pixels: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            variation = tf.image.total_variation(pixels)
        return pixels - strength * tape.gradient(variation, pixels)

    return calm


def blur(sigma: float = 0.5) -> Regularizer:
    """Blur a little with a Gaussian kernel of 5x5 (Yosinski et al. 2015).

    Args:
        sigma: standard deviation of the kernel, in pixels.

    Returns:
        A function of pixels float32 (n, h, w, channels) in 0 to 255 that returns such pixels.

    >>> dot = tf.scatter_nd([[0, 4, 4, 0]], [100.0], (1, 9, 9, 1))
    >>> blur(0.5)(dot)[0, 4, 3:6, 0].numpy().round(1)
    array([ 8.4, 61.9,  8.4], dtype=float32)
    """
    bell = np.exp(-(np.arange(-2, 3) ** 2) / (2 * sigma**2))
    kernel = np.outer(bell, bell) / bell.sum() ** 2

    def soften(pixels: tf.Tensor) -> tf.Tensor:
        channels = pixels.shape[-1]
        each = np.repeat(kernel[:, :, None, None], channels, axis=2).astype(np.float32)
        padded = tf.pad(pixels, [[0, 0], [2, 2], [2, 2], [0, 0]], "REFLECT")
        return tf.nn.depthwise_conv2d(padded, each, [1, 1, 1, 1], "VALID")

    return soften


def zoom(factor: float = 1.02) -> Regularizer:
    """Enlarge the image a little about its centre, so that details grow: octaves in small steps.

    After Mordvintsev, Olah and Tyka 2015, "Inceptionism", who enlarge it by whole octaves.

    Args:
        factor: so many times larger after each step.

    Returns:
        A function of pixels float32 (n, h, w, channels) in 0 to 255 that returns such pixels.

    >>> row = tf.reshape([1.0, 2, 3, 4], (1, 1, 4, 1))
    >>> zoom(2.0)(row).numpy().ravel().tolist()
    [1.75, 2.25, 2.75, 3.25]
    """

    def enlarge(pixels: tf.Tensor) -> tf.Tensor:
        size = tf.shape(pixels)[1:3]
        larger = tf.cast(tf.math.ceil(tf.cast(size, tf.float32) * factor), tf.int32)
        resized = tf.image.resize(pixels, larger)
        return tf.image.resize_with_crop_or_pad(resized, size[0], size[1])

    return enlarge
