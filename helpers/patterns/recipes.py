"""How an image is held and moved during gradient ascent: as pixels, or as a spectrum.

A ``Recipe`` makes the array that is changed (``start``), turns it into pixels in 0 to 255
(``pixels``), and moves it along a gradient (``move``), with whatever the move has to remember.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from helpers._keras import tf

SHIFT = 4  # pixels by which the natural recipe moves its image to and fro
RATE = 0.05  # of Adam in the natural recipe, for a step size of 1
COLOURS = np.array([[0.26, 0.09, 0.02], [0.27, 0, -0.05], [0.27, -0.09, 0.03]], np.float32)
COLOURS /= np.linalg.norm(COLOURS, axis=0).max()
SCALES = {
    "rms": lambda g: tf.sqrt(tf.reduce_mean(tf.square(g), axis=(1, 2, 3), keepdims=True)),
    "max": lambda g: tf.reduce_max(tf.abs(g), axis=(1, 2, 3), keepdims=True),
    "std": lambda g: tf.math.reduce_std(g, axis=(1, 2, 3), keepdims=True),
}


class Recipe(NamedTuple):
    """One way to hold and move an image; ``before_activation`` says which value is climbed."""

    start: Callable
    pixels: Callable
    move: Callable
    seen: Callable
    before_activation: bool


def grey_noise(seed: int, size: int, channels: int) -> np.ndarray:
    """Pixels between 108 and 148: float32 (size, size, channels).

    >>> grey_noise(seed=0, size=8, channels=3).shape
    (8, 8, 3)
    """
    noise = np.random.default_rng(seed).uniform(108, 148, (size, size, channels))
    return noise.astype(np.float32)


def move_pixels(pixels, gradient, memory, number, step_size, gradient_scale):
    """Go along the gradient, divided by its own size; where there is none, stand still.

    >>> gradient = tf.constant([[[[3.0, -4.0]]]])
    >>> moved, _ = move_pixels(tf.zeros((1, 1, 1, 2)), gradient, None, 1, 1.0, "max")
    >>> moved.numpy().ravel().tolist()
    [0.75, -1.0]
    """
    scaled = tf.math.divide_no_nan(gradient, SCALES[gradient_scale](gradient))
    return pixels + step_size * scaled, memory


def quiet_spectrum(seed: int, size: int, channels: int) -> np.ndarray:
    """Real and imaginary parts of a faint random image: (channels, size, size // 2 + 1, 2).

    >>> quiet_spectrum(seed=0, size=8, channels=3).shape
    (3, 8, 5, 2)
    """
    shape = (channels, size, size // 2 + 1, 2)
    return np.random.default_rng(seed).normal(0, 0.01, shape).astype(np.float32)


def spectrum_to_pixels(spectrum: tf.Tensor) -> tf.Tensor:
    """Fourier spectrum (n, channels, size, size // 2 + 1, 2) -> pixels (n, size, size, channels).

    Amplitudes are divided by frequency, as in natural images; three channels are decorrelated
    colours (Olah, Mordvintsev and Schubert 2017, "Feature Visualization").

    >>> spectrum_to_pixels(tf.zeros((1, 3, 8, 5, 2)))[0, 0, 0].numpy().tolist()  # grey
    [127.5, 127.5, 127.5]
    """
    channels, size = spectrum.shape[1:3]
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None])
    falling = (size / 4 / np.maximum(frequency, 1 / size)).astype(np.complex64)
    waves = tf.complex(spectrum[..., 0], spectrum[..., 1]) * falling
    image = tf.transpose(tf.signal.irfft2d(waves, [size, size]), [0, 2, 3, 1])
    if channels == 3:
        image = tf.tensordot(image, COLOURS.T, 1)
    return tf.sigmoid(image) * 255


def move_spectrum(spectrum, gradient, memory, number, step_size, gradient_scale):
    """Take a step of Adam (Kingma and Ba 2015), upwards.

    >>> moved, _ = move_spectrum(tf.zeros(1), tf.constant([7.0]), tf.zeros((2, 1)), 1, 1.0, None)
    >>> moved.numpy().round(4)
    array([0.05], dtype=float32)
    """
    mean, square = tf.unstack(memory)
    mean = 0.9 * mean + 0.1 * gradient
    square = 0.999 * square + 0.001 * tf.square(gradient)
    now = tf.cast(number, tf.float32)
    corrected = tf.sqrt(square / (1 - 0.999**now)) + 1e-8
    step = RATE * step_size * mean / (1 - 0.9**now) / corrected
    return spectrum + step, tf.stack([mean, square])


def shaken(pixels: tf.Tensor, number: tf.Tensor) -> tf.Tensor:
    """Move all images by the same few pixels, other ones in every step.

    >>> moved = shaken(tf.reshape(tf.range(9.0), (1, 3, 3, 1)), tf.constant(1))
    >>> sorted(moved.numpy().ravel().tolist()) == list(range(9))
    True
    """
    seed = tf.stack([0, number])
    shift = tf.random.stateless_uniform([2], seed, -SHIFT, SHIFT + 1, tf.int32)
    return tf.roll(pixels, shift, axis=(1, 2))


def _as_it_is(pixels: tf.Tensor, number: tf.Tensor | None = None) -> tf.Tensor:
    return pixels


RECIPES = {
    "plain": Recipe(grey_noise, _as_it_is, move_pixels, _as_it_is, False),
    "alive": Recipe(grey_noise, _as_it_is, move_pixels, _as_it_is, True),
    "natural": Recipe(quiet_spectrum, spectrum_to_pixels, move_spectrum, shaken, True),
}
