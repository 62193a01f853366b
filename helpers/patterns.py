"""The pictures that filters long for, grown by gradient ascent on the pixels."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from helpers._choices import check_index, unknown
from helpers._recorder import activation_replaced, listening, once
from helpers._tensorflow import keras, tf
from helpers.inputs import prepare
from helpers.models import find_layer

BATCH = 16  # more at once leave the processor's cache
SCALES = {
    "rms": lambda g: tf.sqrt(tf.reduce_mean(tf.square(g), axis=(1, 2, 3), keepdims=True)),
    "max": lambda g: tf.reduce_max(tf.abs(g), axis=(1, 2, 3), keepdims=True),
    "std": lambda g: tf.math.reduce_std(g, axis=(1, 2, 3), keepdims=True),
}
RECIPES = ("plain", "alive")


class Ascent(NamedTuple):
    """What an ascent has grown.

    ``images``: uint8 (n, size, size, channels). ``activations``: float32 (steps + 1, n), the mean
    that was climbed, before the first step and after each.
    """

    images: np.ndarray
    activations: np.ndarray


def _means(model: keras.Model, layer: keras.Layer, recipe: str, pixels: tf.Tensor) -> tf.Tensor:
    """Mean over space of every channel: (n, channels), before or after the layer's activation."""
    heard = []

    def hear(output):
        heard.append(output)
        return output

    fused = getattr(layer, "activation", None) if recipe == "alive" else None
    if fused:
        with activation_replaced(layer, lambda before: fused(hear(before))):
            model(prepare(model, pixels), training=False)
    else:
        with listening(layer, hear):
            model(prepare(model, pixels), training=False)
    (output,) = heard
    return tf.reduce_mean(output, axis=(1, 2)) if output.shape.rank == 4 else output


def _build(model: keras.Model, layer: keras.Layer, recipe: str, gradient_scale: str) -> Callable:
    channels = model.input_shape[-1]
    scale = SCALES[gradient_scale]

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, None, None, channels)),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec(()),
        ]
    )
    def step(pixels, filters, step_size):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(pixels)
            activations = tf.gather(_means(model, layer, recipe, pixels), filters, batch_dims=1)
        gradient = tape.gradient(activations, pixels)
        return pixels + step_size * tf.math.divide_no_nan(gradient, scale(gradient)), activations

    return step


def to_pictures(pixels: np.ndarray) -> np.ndarray:
    """Centre each pattern on mid-grey with a standard deviation of 64, as uint8 in 0 to 255."""
    axes = (1, 2, 3)
    deviation = pixels.std(axis=axes, keepdims=True)
    centred = (pixels - pixels.mean(axis=axes, keepdims=True)) / np.maximum(deviation, 1e-5)
    return np.clip(np.round(centred * 64 + 128), 0, 255).astype(np.uint8)


def _check(model: keras.Model, layer: keras.Layer, filters: Sequence[int], size: int) -> None:
    if not len(filters):
        raise ValueError("name at least one filter")
    for chosen in filters:
        check_index("filter", int(chosen), layer.output.shape[-1])
    wanted = model.input_shape[1]
    if wanted not in (None, size):
        raise ValueError(f"{model.name} takes images of {wanted} pixels only: set size={wanted}")


def gradient_ascent(
    model: keras.Model,
    layer: str | int | None,
    filters: Sequence[int],
    *,
    size: int = 64,
    steps: int = 40,
    step_size: float = 1.0,
    gradient_scale: str = "rms",
    recipe: str = "alive",
    seed: int = 0,
    on_step: Callable[[int, np.ndarray], None] | None = None,
) -> Ascent:
    """Change the pixels of grey noise until a filter answers as strongly as it can.

    Every filter gets its own image; all of them ascend together, from the same noise. A pixel is
    held in 0 to 255 and prepared for the model inside the computation.

    Args:
        layer: name or index of a layer, also inside a nested model; ``None``, the last
            convolution. In a dense layer a filter is a unit.
        filters: channels of the layer, one image each.
        size: height and width of the images, in pixels.
        step_size: in pixel values: so much is added where the scaled gradient is 1.
        gradient_scale: what each gradient is divided by: its root mean square (``"rms"``), its
            largest absolute value (``"max"``) or its standard deviation (``"std"``).
        recipe: ``"plain"`` climbs the layer's output, and stands still where a ReLU is off
            everywhere; ``"alive"`` climbs the value before the layer's own activation.
        seed: the same seed starts from the same noise.
        on_step: called after each step with its number, from 1, and the pictures so far.

    Returns:
        An ``Ascent``: pictures and activations.

    Raises:
        ValueError: unknown layer, filter, recipe or scale, or a size that the model cannot take.

    Follows Erhan et al. 2009, "Visualizing higher-layer features of a deep network", and
    Chollet, "Deep Learning with Python".
    """
    if recipe not in RECIPES:
        raise unknown("recipe", recipe, RECIPES)
    if gradient_scale not in SCALES:
        raise unknown("gradient scale", gradient_scale, SCALES)
    found = find_layer(model, layer)
    _check(model, found, filters, size)
    key = ("ascent", id(found), recipe, gradient_scale)
    step = once(model, key, lambda: _build(model, found, recipe, gradient_scale))

    noise = np.random.default_rng(seed).uniform(108, 148, (size, size, model.input_shape[-1]))
    start = np.repeat(noise[None].astype(np.float32), len(filters), axis=0)
    cuts = range(BATCH, len(filters), BATCH)
    batches = list(zip(np.split(start, cuts), np.split(np.int32(filters), cuts), strict=True))
    history = []
    for number in range(steps + 1):
        size_now = step_size if number < steps else 0.0
        moved = [(*step(pixels, chosen, size_now), chosen) for pixels, chosen in batches]
        batches = [(pixels, chosen) for pixels, _, chosen in moved]
        history.append(np.concatenate([activations for _, activations, _ in moved]))
        if on_step and number < steps:
            on_step(number + 1, to_pictures(np.concatenate([pixels for pixels, _ in batches])))
    pixels = np.concatenate([pixels for pixels, _ in batches])
    return Ascent(to_pictures(pixels), np.stack(history))
