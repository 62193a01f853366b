"""Checks of lesson 04: tiles that stay noise, three seeds, one position instead of the mean."""

from functools import cache

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise

TILES, COLUMNS = 64, 8
FILTER, SIZE = 33, 48
ON_THE_EDGE = 0.01  # of the usual size: a computer with shorter numbers may see it otherwise


@cache
def _vgg():
    from helpers.models import load_vgg16

    return load_vgg16(None)


def _noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(108, 148, (64, 64, 3)).astype(np.float32)


@cache
def _before_relu(layer: str):
    """A model that gives what a layer computes before its ReLU."""
    from helpers._tensorflow import keras
    from helpers.models import find_layer

    found = find_layer(_vgg(), layer)
    linear = type(found).from_config(found.get_config() | {"activation": "linear"})
    model = keras.Model(_vgg().input, linear(found.input))
    linear.set_weights(found.get_weights())
    return model


def _values(pixels: np.ndarray, layer: str) -> np.ndarray:
    from helpers.inputs import prepare

    return _before_relu(layer)(prepare(_vgg(), np.float32(pixels))).numpy()


@cache
def _silent(layer: str) -> tuple[set[int], set[int]]:
    """Tiles that stay noise for sure, and those that may."""
    largest = _values(_noise(0)[None], layer)[..., :TILES].max(axis=(0, 1, 2))
    slack = ON_THE_EDGE * np.median(np.abs(largest))
    return tuple({int(i) for i in np.flatnonzero(largest < edge)} for edge in (-slack, slack))


def _fits(given: set[int], layer: str) -> bool:
    surely, perhaps = _silent(layer)
    return surely <= given <= perhaps


def _numbers(answer: object) -> set[int]:
    found = expect.array(sorted(answer) if isinstance(answer, set | frozenset) else answer)
    if not found.ndim:
        raise Mistake("This is a single number. Give the numbers of all tiles of noise, a list.")
    if found.ndim == 2 and found.shape[1] == 2 and len(found) > 1:
        raise Mistake("These are pairs. Give one number for each tile: 8 * row + column.")
    if found.shape == (TILES,) and set(found) <= {0, 1}:
        found = np.flatnonzero(found)
    if found.ndim != 1 or not found.size:
        raise Mistake("Give a list of tile numbers, from 0 to 63; it is not empty.")
    if not all(number.is_integer() and 0 <= number <= TILES for number in found):
        raise Mistake("Tile numbers are whole and run from 0, top left, to 63, bottom right.")
    return {int(number) for number in found}


@exercise(
    "04.1",
    "A tile is pure noise if its activation was 0 before the first step and after each step.",
    "grids['block4_conv1'].activations has a row for each step and a column for each filter.",
    "Write np.flatnonzero(grids['block4_conv1'].activations.max(axis=0) == 0).",
)
def _tiles_of_noise(answer: object) -> None:
    given, layer = _numbers(answer), "block4_conv1"
    if _fits(given, layer):
        return
    if _fits({number - 1 for number in given}, layer):
        raise Mistake("You counted from 1. The tile at the top left is number 0.")
    if _fits({number % COLUMNS * COLUMNS + number // COLUMNS for number in given}, layer):
        raise Mistake("You counted column by column. Count row by row.")
    for other in ("block1_conv1", "block2_conv1", "block3_conv1"):
        if _fits(given, other):
            raise Mistake(f"These are the tiles of {other}; the exercise asks for {layer}.")
    if _fits(set(range(TILES)) - given, layer):
        raise Mistake("These are all the tiles that did grow. Give the others.")
    surely, perhaps = _silent(layer)
    if grown := given - perhaps:
        raise Mistake(
            f"Tile {min(grown)} has grown, at least in a corner: its activation is above 0."
        )
    raise Mistake(f"All these are noise, but there are more: {len(surely - given)} missing.")


@cache
def _reference() -> tuple[float, np.ndarray]:
    """Activation of a picture grown for the filter, and all filters' activations in noise."""
    from helpers.patterns import gradient_ascent

    grown = gradient_ascent(_vgg(), "block3_conv1", [FILTER], size=SIZE, seed=9)
    means = _values(np.concatenate([grown.images, _noise(0)[None, :SIZE, :SIZE]]), "block3_conv1")
    means = means.mean(axis=(1, 2))
    return float(means[0, FILTER] - means[1, FILTER]), means[1]


def _three_pictures(answer: object) -> np.ndarray:
    if isinstance(answer, list | tuple):
        if any(hasattr(one, "activations") for one in answer):
            raise Mistake("gradient_ascent returns pictures and activations; take .images.")
        answer = [np.asarray(one) for one in answer] if len(answer) == 3 else answer
    found = expect.array(answer)
    if found.ndim == 5 and found.shape[1] == 1:
        found = found[:, 0]
    if found.ndim < 3 or found.shape[-1] == 1:
        raise Mistake("These are numbers, not pictures: take .images, not .activations.")
    if found.ndim == 4 and found.shape[1] == 3 != found.shape[-1]:
        raise Mistake("The channel axis stands in front of the rows; here it stands last.")
    if found.ndim == 3 or len(found) == 1:
        raise Mistake("This is one picture. Give three, one for each seed.")
    return expect.array(found, (3, None, None, 3))


@exercise(
    "04.2",
    "gradient_ascent has an argument seed: the same seed starts from the same noise.",
    "Call it three times, with seed=0, 1 and 2, and take .images[0] each time.",
    "np.stack([gradient_ascent(model, 'block3_conv1', [33], size=48, seed=s).images[0] "
    "for s in range(3)])",
)
def _three_seeds(answer: object) -> None:
    found = _three_pictures(answer)
    expect.between(found, 0, 255)
    if found.max() <= 1:
        raise Mistake("The values run from 0 to 1; leave the pictures in 0 to 255.")
    if min(found.shape[1:3]) < 24:
        raise Mistake("The pictures are smaller than the receptive field. Set size=48.")
    gain, noise = _reference()
    rises = _values(found, "block3_conv1").mean(axis=(1, 2)) - noise
    for number, rise in enumerate(rises):
        if rise[FILTER] < gain / 2:
            strongest = int(rise[:TILES].argmax())
            raise Mistake(
                f"Picture {number} does not excite filter {FILTER} of block3_conv1 as it should. "
                + (
                    f"It excites filter {strongest} more."
                    if rise[strongest] > gain / 2
                    else "Is it still noise, or grown for another layer?"
                )
            )
    alike = np.corrcoef(found.reshape(3, -1))[np.triu_indices(3, 1)]
    if alike.max() > 0.9:
        raise Mistake("At least two pictures are the same: give each ascent another seed.")


STEPS = 10


def _model_of_filter():
    from helpers._tensorflow import keras

    return keras.Model(_vgg().input, _vgg().get_layer("block3_conv1").output)


@cache
def _trials() -> list[tuple[np.ndarray, int, int, np.ndarray]]:
    """Start, row, column, and the pixels after ten steps; the ReLU is on at the position."""
    from helpers._tensorflow import tf
    from helpers.inputs import prepare

    trials, model = [], _model_of_filter()
    for seed, rows, columns in ((1, slice(4, 8), slice(8, 12)), (2, slice(8, 12), slice(4, 8))):
        start = _noise(seed)[None]
        there = _values(start, "block3_conv1")[0, rows, columns, FILTER]
        row, column = np.unravel_index(there.argmax(), there.shape)
        row, column = int(row) + rows.start, int(column) + columns.start
        pixels = tf.constant(start)
        for _ in range(STEPS):
            with tf.GradientTape() as tape:
                tape.watch(pixels)
                value = model(prepare(_vgg(), pixels))[0, row, column, FILTER]
            gradient = tape.gradient(value, pixels)
            pixels += tf.math.divide_no_nan(gradient, tf.sqrt(tf.reduce_mean(gradient**2)))
        trials.append((start, row, column, pixels.numpy()))
    return trials


def _box(pixels: np.ndarray, start: np.ndarray) -> tuple[int, ...]:
    """First and last row and column that changed; empty where nothing did."""
    rows, columns = np.nonzero(np.abs(pixels - start)[0].max(axis=2) > 1e-3)
    return (rows.min(), rows.max(), columns.min(), columns.max()) if rows.size else ()


def _pixels(answer: object, start: np.ndarray, row: int, column: int) -> np.ndarray:
    from helpers._tensorflow import tf

    found = expect.array(expect.call(answer, tf.constant(start), row, column))
    if found.shape in ((64, 64), (1, 64, 64), (1, 64, 64, 1)):
        raise Mistake("This is a map of changed pixels. Return the pixels themselves.")
    if not found.ndim:
        raise Mistake("Your function returns a single number. Return the pixels.")
    if found.shape == start.shape[1:]:
        found = found[None]
    return expect.array(found, start.shape)


@exercise(
    "04.3",
    "Only one line of gradient_at differs: which number is the score?",
    "Inside the tape, the score is listener(prepare(model, pixels))[0, row, column, 33].",
    "Then add the gradient divided by its RMS to the pixels, ten times, and return them.",
)
def _one_position(answer: object) -> None:
    for start, row, column, right in _trials():
        found = _pixels(answer, start, row, column)
        box, wanted = _box(found, start), _box(right, start)
        moved, should = np.abs(found - start).max(), np.abs(right - start).max()
        if moved < 1e-7:
            raise Mistake("No pixel has changed: add the gradient, and return the new pixels.")
        if moved < should / 20:
            raise Mistake(
                f"The pixels move by {moved:.2g} at most: divide each gradient by its RMS."
            )
        if found.std() > 40 and abs(found.mean() - 128) < 4:
            raise Mistake("This is deprocessed. Return the pixels as they are after ten steps.")
        if (found - start)[0, -8:, -8:].std() > 12:  # ten steps of RMS 1 move a pixel by 10
            raise Mistake("Your function does not start from the pixels that it is given.")
        if box != wanted:
            height, width = box[1] - box[0] + 1, box[3] - box[2] + 1
            if min(height, width) > 40:
                raise Mistake(
                    f"{height} x {width} pixels changed: you climb the mean of the map, or much "
                    "of it. Climb its value at one position."
                )
            row_first = (wanted[0] - 4 * row, wanted[2] - 4 * column)
            if (box[0] - 4 * column, box[2] - 4 * row) == row_first:
                raise Mistake("Row and column have changed places: maps are [image, row, column].")
            raise Mistake("The changed pixels lie in another place than the position asked for.")
        before, after, best = (
            _values(pixels, "block3_conv1")[0, row, column, FILTER]
            for pixels in (start, found, right)
        )
        if after < before:
            raise Mistake("The value falls: add the gradient instead of subtracting it.")
        if moved < should / 4:
            raise Mistake(
                f"The pixels move by {moved:.2g} at most, too little: divide each gradient by its "
                "RMS, and take ten steps."
            )
        if after - before < (best - before) / 2:
            raise Mistake(
                f"The value of filter {FILTER} rises too little. Is it this filter of "
                "block3_conv1, and the gradient divided by its RMS, ten times?"
            )
