"""Exercise 04.1: one step of ascent for the sum of two filters."""

from typing import NamedTuple

import numpy as np

from helpers._keras import keras, tf
from helpers.exercises import expect
from helpers.exercises.checks import exercise
from helpers.exercises.feedback import compared
from helpers.exercises.lessons.lesson_04.data import (
    call,
    noise,
    returned_pixels,
    slope,
    small_net,
    unit,
)
from helpers.figures import Picture
from helpers.patterns import to_pictures


class Trial(NamedTuple):
    """What an answer is given."""

    net: keras.Model
    name: str
    start: np.ndarray
    one: int
    other: int


def _trials() -> list[Trial]:
    return [
        Trial(small_net(1), "late", noise(3, 24, 32), 1, 4),
        Trial(small_net(2), "early", noise(4, 20, 16), 3, 0),
    ]


def _mean_of(number: int):
    return lambda maps: tf.reduce_mean(maps[..., number])


def _right_and_wrong(trial: Trial) -> tuple[np.ndarray, list[tuple[np.ndarray, str]]]:
    net, name, start, one, other = trial
    first, second = (slope(net, name, start, _mean_of(number)) for number in (one, other))
    both = first + second
    unprepared = slope(
        net, name, start, lambda maps: _mean_of(one)(maps) + _mean_of(other)(maps), raw=True
    )
    all_filters = slope(net, name, start, tf.reduce_mean)
    mistakes = [
        (unit(first), "This step is for the filter one alone: add the other's activation."),
        (unit(second), "This step is for the filter other alone: add the one's activation."),
        (unit(first) + unit(second), "You divide each gradient by its own RMS. Add first."),
        (unit(unit(first) + unit(second)), "You divide each gradient by its own RMS. Add first."),
        (unit(first - second), "One filter rises and the other falls: take the sum."),
        (-unit(both), "Both filters fall: add the gradient to the pixels, do not subtract it."),
        (both, "The gradient is not divided by its RMS, so the step is tiny."),
        (both / tf.reduce_max(abs(both)), "Divide by the RMS, not by the largest value."),
        (unit(all_filters), "All filters of the layer count here: pick out two of them."),
        (unit(unprepared), "The net has seen plain pixels: use prepare inside the tape."),
    ]
    return unit(both).numpy(), [(np.asarray(wrong), message) for wrong, message in mistakes]


def _draw(yours: np.ndarray, expected: np.ndarray) -> Picture:
    return compared(*(to_pictures(step)[0] for step in (yours, expected)))


@exercise(
    "04.1",
    "Your gradient_of differentiates one mean. Which score would make two filters count?",
    "The sum belongs inside the tape, before there is any gradient. The rest stays as it was.",
    "One division is enough: the RMS of the gradient of the sum.",
)
def _two_filters(answer: object) -> Picture:
    pictures = []
    for trial in _trials():
        start = trial.start.copy()
        returned = call(answer, trial.net, trial.name, start, trial.one, trial.other)
        pixels = returned_pixels(returned, trial.start)
        right, mistakes = _right_and_wrong(trial)
        mistakes.append((right - trial.start, "This is the step alone: add it to the pixels."))
        step = pixels - trial.start
        expect.close(
            step,
            right,
            tolerance=0.02,
            mistakes=mistakes,
            otherwise="The pixels change, but not by this step. Do you use the model, the layer, "
            "the pixels and the filters that your function is given?",
            draw=_draw,
        )
        pictures.append(_draw(step, right))
    return pictures[0]
