"""Exercise 04.3: ascent for one position of a map instead of its mean."""

from functools import cache
from typing import NamedTuple

import numpy as np

from helpers._keras import keras, tf
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_04.data import FILTER, before_relu, noise_picture, vgg
from helpers.inputs import prepare

LAYER = "block3_conv1"
STEPS = 10
WRONG_SHAPES = {
    (): "Your function returns a single number. Return the pixels.",
    **dict.fromkeys(
        ((64, 64), (1, 64, 64), (1, 64, 64, 1)),
        "This is a map of changed pixels. Return the pixels themselves.",
    ),
}


class Trial(NamedTuple):
    """Start, position in the map, and the pixels after ten steps; the ReLU is on there."""

    start: np.ndarray
    row: int
    column: int
    right: np.ndarray


def _ascend(start: np.ndarray, row: int, column: int) -> np.ndarray:
    model = keras.Model(vgg().input, vgg().get_layer(LAYER).output)
    pixels = tf.constant(start)
    for _ in range(STEPS):
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            value = model(prepare(vgg(), pixels))[0, row, column, FILTER]
        gradient = tape.gradient(value, pixels)
        pixels += tf.math.divide_no_nan(gradient, tf.sqrt(tf.reduce_mean(gradient**2)))
    return pixels.numpy()


@cache
def _trials() -> list[Trial]:
    trials = []
    for seed, top, left in ((1, 4, 8), (2, 8, 4)):
        start = noise_picture(seed)[None]
        corner = before_relu(start, LAYER)[0, top : top + 4, left : left + 4, FILTER]
        row, column = np.unravel_index(corner.argmax(), corner.shape)
        position = int(row) + top, int(column) + left
        trials.append(Trial(start, *position, _ascend(start, *position)))
    return trials


def _box(pixels: np.ndarray, start: np.ndarray) -> tuple[int, ...]:
    """First and last row and column that changed; empty where nothing did."""
    rows, columns = np.nonzero(np.abs(pixels - start)[0].max(axis=2) > 1e-3)
    return (rows.min(), rows.max(), columns.min(), columns.max()) if rows.size else ()


def _pixels(answer: object, trial: Trial) -> np.ndarray:
    start = trial.start
    pixels = expect.array(expect.call(answer, tf.constant(start), trial.row, trial.column))
    if pixels.shape == start.shape[1:]:
        pixels = pixels[None]
    return expect.array(pixels, start.shape, WRONG_SHAPES)


def _check_origin(pixels: np.ndarray, trial: Trial) -> None:
    """Refuse pixels that hardly moved, were deprocessed, or began elsewhere."""
    moved, wanted = (np.abs(end - trial.start).max() for end in (pixels, trial.right))
    if moved < 1e-7:
        raise Mistake("No pixel has changed: add the gradient, and return the new pixels.")
    if moved < wanted / 20:
        raise Mistake(f"The pixels move by {moved:.2g} at most: divide each gradient by its RMS.")
    if pixels.std() > 40 and abs(pixels.mean() - 128) < 4:
        raise Mistake("This is deprocessed. Return the pixels as they are after ten steps.")
    if (pixels - trial.start)[0, -8:, -8:].std() > 12:  # ten steps of RMS 1 move a pixel by 10
        raise Mistake("Your function does not start from the pixels that it is given.")


def _check_place(pixels: np.ndarray, trial: Trial) -> None:
    """Refuse changes anywhere but in the receptive field of the position."""
    box, wanted = _box(pixels, trial.start), _box(trial.right, trial.start)
    if box == wanted:
        return
    height, width = box[1] - box[0] + 1, box[3] - box[2] + 1
    if min(height, width) > 40:
        raise Mistake(
            f"{height} x {width} pixels changed: you climb the mean of the map, or much "
            "of it. Climb its value at one position."
        )
    offset = (wanted[0] - 4 * trial.row, wanted[2] - 4 * trial.column)
    if (box[0] - 4 * trial.column, box[2] - 4 * trial.row) == offset:
        raise Mistake("Row and column have changed places: maps are [image, row, column].")
    raise Mistake("The changed pixels lie in another place than the position asked for.")


def _check_rise(pixels: np.ndarray, trial: Trial) -> None:
    """Refuse pixels that excite the filter too little."""
    moved, wanted = (np.abs(end - trial.start).max() for end in (pixels, trial.right))
    before, after, best = (
        before_relu(each, LAYER)[0, trial.row, trial.column, FILTER]
        for each in (trial.start, pixels, trial.right)
    )
    if after < before:
        raise Mistake("The value falls: add the gradient instead of subtracting it.")
    if moved < wanted / 4:
        raise Mistake(
            f"The pixels move by {moved:.2g} at most, too little: divide each gradient by its "
            "RMS, and take ten steps."
        )
    if after - before < (best - before) / 2:
        raise Mistake(
            f"The value of filter {FILTER} rises too little. Is it this filter of "
            f"{LAYER}, and the gradient divided by its RMS, ten times?"
        )


@exercise(
    "04.3",
    "Only one line of gradient_at differs: which number is the score?",
    "Inside the tape, the score is listener(prepare(model, pixels))[0, row, column, 33].",
    "Then add the gradient divided by its RMS to the pixels, ten times, and return them.",
)
def _one_position(answer: object) -> None:
    for trial in _trials():
        pixels = _pixels(answer, trial)
        _check_origin(pixels, trial)
        _check_place(pixels, trial)
        _check_rise(pixels, trial)
