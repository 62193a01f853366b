"""Exercise 08.1: find out by experiment how a stranger's net wants its pixels."""

import numpy as np

from helpers._keras import keras
from helpers.classes import softmax
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, Slip, exercise
from helpers.exercises.lessons.lesson_08 import data

SUREST = Mistake(
    "This is the way that makes the net surest, and it is often wrong: numbers that are too large "
    "make large logits.",
    "Being sure is not being right. What do the labels tell you?",
)


def _scores(net: keras.Model, photos: np.ndarray, labels: np.ndarray) -> tuple[list, list]:
    """Accuracy and mean sureness of each way to prepare the photos."""
    outputs = [net(way(photos)).numpy() for way in data.WAYS]
    right = [float((logits.argmax(axis=1) == labels).mean()) for logits in outputs]
    return right, [float(softmax(logits).max(axis=1).mean()) for logits in outputs]


def _number(returned: object) -> int:
    if callable(returned):
        raise Slip("Return the number of the way in the list, not the function.")
    value = expect.array(returned, ())
    if value != int(value):
        raise Slip(f"{value:g} is no place in the list. Return the number of a way, from 0.")
    return int(value)


@exercise(
    "08.1",
    "You know what the photos show. What would the right way to prepare them do to the accuracy?",
    "Loop over the ways with enumerate, prepare the photos, and compare argmax with the labels.",
    "np.argmax of the list of accuracies is the answer.",
)
def _which_range(answer: object) -> None:
    for seed, hidden in enumerate((2, 3, 1, 0)):
        ways = list(data.WAYS)
        photos, labels = data.coloured_photos(seed)
        net = data.colour_net(ways[hidden])
        given = _number(expect.call(answer, net, photos.copy(), labels.copy(), ways))
        right, sure = _scores(net, photos, labels)
        if given == hidden:
            continue
        if not 0 <= given < len(ways):
            raise Slip(f"There are {len(ways)} ways, numbered from 0; {given} is none of them.")
        if given == int(np.argmin(right)):
            raise Mistake("This is the way with the most errors.")
        if given == int(np.argmax(sure)):
            raise SUREST
        raise Mistake(
            f"With way {given} the net names {right[given]:.0%} of the photos right. Another way "
            "does better. Do you try all of them, on the photos that you are given?"
        )
