"""Exercise 04.3: ascent for one position of a map instead of its mean."""

from functools import cache

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lesson_04.data import FILTER, before_relu, noise_picture, vgg

STEPS = 10


def _model_of_filter():
    from helpers._tensorflow import keras

    return keras.Model(vgg().input, vgg().get_layer("block3_conv1").output)


@cache
def _trials() -> list[tuple[np.ndarray, int, int, np.ndarray]]:
    """Start, row, column, and the pixels after ten steps; the ReLU is on at the position."""
    from helpers._tensorflow import tf
    from helpers.inputs import prepare

    trials, model = [], _model_of_filter()
    for seed, rows, columns in ((1, slice(4, 8), slice(8, 12)), (2, slice(8, 12), slice(4, 8))):
        start = noise_picture(seed)[None]
        there = before_relu(start, "block3_conv1")[0, rows, columns, FILTER]
        row, column = np.unravel_index(there.argmax(), there.shape)
        row, column = int(row) + rows.start, int(column) + columns.start
        pixels = tf.constant(start)
        for _ in range(STEPS):
            with tf.GradientTape() as tape:
                tape.watch(pixels)
                value = model(prepare(vgg(), pixels))[0, row, column, FILTER]
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
            before_relu(pixels, "block3_conv1")[0, row, column, FILTER]
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
