"""The patterns that filters respond to most strongly, grown by gradient ascent on an image."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from helpers._choices import check_index, unknown
from helpers._keras import keras, tf
from helpers._keras.precision import check_precision
from helpers._keras.steps import once
from helpers.models.layers import LayerLike, channel_count, find_layer
from helpers.patterns.recipes import RECIPES, SCALES, Recipe
from helpers.patterns.step import build_step

BATCH = 16  # more at once leave the processor's cache


class Ascent(NamedTuple):
    """What an ascent has grown.

    ``images``: uint8 (n, size, size, channels). ``activations``: float32 (steps + 1, n), the mean
    that was climbed, before the first step and after each.
    """

    images: np.ndarray
    activations: np.ndarray


def to_pictures(pixels: np.ndarray) -> np.ndarray:
    """Centre each pattern on mid-grey with a standard deviation of 64, as uint8 in 0 to 255.

    >>> to_pictures(np.array([-1.0, 1.0]).reshape(1, 1, 2, 1)).ravel().tolist()
    [64, 192]
    """
    axes = (1, 2, 3)
    deviation = pixels.std(axis=axes, keepdims=True)
    centred = (pixels - pixels.mean(axis=axes, keepdims=True)) / np.maximum(deviation, 1e-5)
    return np.clip(np.round(centred * 64 + 128), 0, 255).astype(np.uint8)


def _pictures(recipe: Recipe, parts: Sequence) -> np.ndarray:
    pixels = np.concatenate([recipe.pixels(variable) for variable in parts])
    natural = recipe is RECIPES["natural"]
    return np.round(pixels).astype(np.uint8) if natural else to_pictures(pixels)


def _check(
    model: keras.Model, layer: keras.Layer, filters: Sequence[int], size: int, steps: int
) -> list[int]:
    if not isinstance(filters, Iterable) or not len(filters):
        raise ValueError("name at least one filter, in a list")
    channels = channel_count(model, layer)
    chosen = [check_index("filter", one, channels) for one in filters]
    wanted = model.input_shape[1]
    if wanted not in (None, size):
        raise ValueError(f"{model.name} takes images of {wanted} pixels only: set size={wanted}")
    if steps < 1:
        raise ValueError(f"{steps} steps: take at least one")
    return chosen


def gradient_ascent(
    model: keras.Model,
    layer: LayerLike,
    filters: Sequence[int],
    *,
    size: int = 64,
    steps: int = 40,
    step_size: float = 1.0,
    gradient_scale: str = "rms",
    recipe: str = "alive",
    seed: int = 0,
    on_step: Callable[[int, np.ndarray], None] | None = None,
    regularizers: Sequence[Callable[[tf.Tensor], tf.Tensor]] = (),
    precision: str = "float32",
) -> Ascent:
    """Change an image, from noise, until a filter answers as strongly as it can.

    Every filter gets its own image; all of them ascend together, from the same noise, in one
    compiled step. Pixels in 0 to 255 are prepared for the model inside that step.

    Args:
        layer: name or index of a layer, also inside a nested model; ``None``, the last
            convolution. In a dense layer a filter is a unit.
        filters: channels of the layer, one image each.
        size: height and width of the images, in pixels.
        step_size: in pixel values: so much is added where the scaled gradient is 1. The recipe
            ``"natural"`` multiplies its own rate with it.
        gradient_scale: what each gradient is divided by: its root mean square (``"rms"``), its
            largest absolute value (``"max"``) or its standard deviation (``"std"``). Not used
            by ``"natural"``.
        recipe: ``"plain"`` climbs the layer's output, and stands still where a ReLU is off
            everywhere; ``"alive"`` climbs the value before the layer's own activation;
            ``"natural"`` does that too, and holds the image as a Fourier spectrum with
            decorrelated colours, shaken a little in each step.
        seed: the same seed starts from the same noise.
        on_step: called after each step with its number, from 1, and the pictures so far.
        regularizers: applied to the pixels after each step, in turn; see ``regularizers``.
        precision: ``"float32"``, or ``"bfloat16"``, which rounds more and is faster on
            processors that have it. Pixels then give the same picture to the eye; the natural
            recipe grows the same motif, partly in other places.

    Returns:
        An ``Ascent`` with pictures and activations.

    Raises:
        ValueError: unknown layer, filter, recipe, scale or precision, a precision that this
            processor cannot compute in, a size that the model cannot take, or regularizers with
            ``"natural"``, which holds no pixels.

    Follows Erhan et al. 2009, "Visualizing higher-layer features of a deep network", Chollet,
    "Deep Learning with Python", and Olah, Mordvintsev and Schubert 2017, "Feature Visualization".

    >>> from helpers.models import build_fashion_cnn
    >>> ascent = gradient_ascent(build_fashion_cnn(), "conv1", [0, 1], size=28, steps=2)
    >>> ascent.images.shape, ascent.activations.shape
    ((2, 28, 28, 1), (3, 2))
    """
    for kind, given, valid in (
        ("recipe", recipe, RECIPES),
        ("gradient scale", gradient_scale, SCALES),
    ):
        if given not in valid:
            raise unknown(kind, given, valid)
    check_precision(precision)
    if regularizers and recipe == "natural":
        raise ValueError("regularizers change pixels; the recipe 'natural' holds a spectrum")
    found, way = find_layer(model, layer), RECIPES[recipe]
    filters = _check(model, found, filters, size, steps)
    start = way.start(seed, size, model.input_shape[-1])
    key = ("ascent", found, recipe, size, gradient_scale, precision)
    step = once(model, key, lambda: build_step(model, found, way, start, gradient_scale, precision))

    parts = np.split(np.array(filters, np.int32), range(BATCH, len(filters), BATCH))
    chosen = [tf.constant(part) for part in parts]
    variables = [tf.repeat(start[None], len(part), axis=0) for part in parts]
    memories = [tf.zeros((2, *variable.shape)) for variable in variables]
    rate, history = tf.constant(step_size, tf.float32), []

    def take_step(number: int) -> Iterator[list]:
        batches = zip(variables, memories, chosen, strict=True)
        moved = [step(*batch, tf.constant(number), rate) for batch in batches]
        return map(list, zip(*moved, strict=True))

    for number in range(1, steps + 1):
        variables, memories, activations = take_step(number)
        history.append(np.concatenate(activations))
        for regularize in regularizers:
            variables = [regularize(variable) for variable in variables]
        if on_step:
            on_step(number, _pictures(way, variables))
    *_, reached = take_step(steps + 1)
    history.append(np.concatenate(reached))
    return Ascent(_pictures(way, variables), np.stack(history))
