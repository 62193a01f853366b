"""Exercise 04.2: ascent for one place of a map instead of its mean."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from helpers._keras import keras, tf
from helpers.exercises import expect
from helpers.exercises.checks import exercise
from helpers.exercises.feedback import compared
from helpers.exercises.lessons.lesson_04.data import (
    call,
    maps_of,
    noise,
    returned_pixels,
    slope,
    small_net,
    unit,
)
from helpers.figures import Picture

STEPS = 10


class Trial(NamedTuple):
    """What an answer is given; the ReLU is on at the place."""

    net: keras.Model
    name: str
    start: np.ndarray
    number: int
    row: int
    column: int


@cache
def _trials() -> tuple[Trial, ...]:
    trials = []
    for seed, name, size, number in ((1, "late", (28, 40), 2), (2, "early", (16, 20), 1)):
        net, start = small_net(seed), noise(seed, *size)
        upper = maps_of(net, name, start)[0, 3:7, 8:12, number]  # row and column differ
        row, column = np.unravel_index(upper.argmax(), upper.shape)
        trials.append(Trial(net, name, start, number, int(row) + 3, int(column) + 8))
    return tuple(trials)


def _climb(trial: Trial, score: Callable, steps: int = STEPS, scale: Callable = unit) -> np.ndarray:
    """How far an ascent moves the pixels."""
    pixels = tf.constant(trial.start)
    for _ in range(steps):
        pixels += scale(slope(trial.net, trial.name, pixels, score))
    return pixels.numpy() - trial.start


@cache
def _right_and_wrong(trial_number: int) -> tuple[np.ndarray, list[tuple[np.ndarray, str]]]:
    trial = _trials()[trial_number]
    row, column, number = trial.row, trial.column, trial.number

    def at(row: int, column: int, number: int = number) -> Callable:
        return lambda maps: maps[0, row, column, number]

    place = at(row, column)
    mistakes = [
        (_climb(trial, lambda maps: tf.reduce_mean(maps[..., number])), "You climb the mean of "
         "the map, and pixels everywhere change. Climb its value at one place."),
        (_climb(trial, lambda maps: tf.reduce_sum(maps[0, row, column])), "All filters count at "
         "this place: pick out one of them."),
        (_climb(trial, at(column, row)), "Row and column have changed places: maps are "
         "[image, row, column, filter]."),
        (_climb(trial, place, scale=tf.identity), "The gradient is not divided by its RMS."),
        (_climb(trial, place, scale=lambda g: -unit(g)), "The value falls: add the gradient."),
        *((_climb(trial, place, steps), f"This is the result of {steps} steps; take ten.")
          for steps in (1, 9, 11, 20, 40)),
    ]  # fmt: skip
    return _climb(trial, place), mistakes


def _draw(yours: np.ndarray, expected: np.ndarray) -> Picture:
    return compared(*(np.abs(moved)[0].max(axis=2) for moved in (yours, expected)))


@exercise(
    "04.2",
    "Only one line of gradient_of differs: which number is the score?",
    "A map is [image, row, column, filter], and one place of it is a single number.",
    "Ten times: the gradient of that number, divided by its RMS, added to the pixels.",
)
def _one_place(answer: object) -> Picture:
    pictures = []
    for index, trial in enumerate(_trials()):
        net, name, start, *place = trial
        pixels = returned_pixels(call(answer, net, name, start.copy(), *place), start)
        right, mistakes = _right_and_wrong(index)
        expect.close(
            pixels - start,
            right,
            tolerance=0.02,
            mistakes=mistakes,
            otherwise="Pixels change, but not as they should. Do you use the model, the layer, the "
            "pixels, the filter and the place that your function is given?",
            draw=_draw,
        )
        pictures.append(_draw(pixels - start, right))
    return pictures[0]
