"""Exercise 02.1: what filters give on an even area, foreseen from their weights."""

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_02.data import shirt_and_net

BRIGHTNESS = 0.6
TYPED = Mistake(
    "You gave numbers. Write a function: the check calls it with kernels that no lesson has shown."
)


def _mistakes(kernels: np.ndarray, biases: np.ndarray, brightness: float) -> expect.Mistakes:
    sums, channels = kernels.sum(axis=(0, 1, 2)), kernels.shape[2]
    right = brightness * sums + biases
    return [
        (brightness * sums, "The bias is missing: each filter adds its own at the end."),
        (sums + biases, "The brightness is missing: each weight is multiplied by it."),
        (sums, "These are the sums of the weights. Brightness and bias are missing."),
        (
            brightness * (sums + biases),
            "You multiplied the bias by the brightness, too. It is added as it is.",
        ),
        (
            brightness * kernels.mean(axis=(0, 1, 2)) + biases,
            "You took the mean of the weights. A convolution adds the products up.",
        ),
        (
            brightness * np.abs(kernels).sum(axis=(0, 1, 2)) + biases,
            "You dropped the signs of the weights. Large weights of both signs cancel each other.",
        ),
        (
            brightness * np.abs(kernels).max(axis=(0, 1, 2)) + biases,
            "You took the largest weight. All weights of a filter count, with their signs.",
        ),
        (
            brightness * kernels[:, :, 0].sum(axis=(0, 1)) + biases,
            "You used the first input channel alone; a filter adds up all of them.",
        ),
        (
            brightness * sums / channels + biases,
            "You took the mean over the input channels; a filter adds them up.",
        ),
        (
            np.maximum(right, 0),
            "Negative numbers have become 0. That is the ReLU; the map comes before it.",
        ),
        (np.abs(right), "Keep the sign: a map can be negative."),
        (np.sort(right), "The numbers are right, but sorted. Leave them in the filters' order."),
        (np.argsort(right), "These are filter numbers; give the number that each filter computes."),
    ]


def _compare(answer: object, kernels: np.ndarray, biases: np.ndarray, brightness: float) -> None:
    returned = expect.call(answer, kernels.copy(), biases.copy(), brightness)
    height, width, inputs, count = kernels.shape
    once = "There is one number for each filter: add up over all axes but the last one."
    shapes: dict[tuple, str] = {
        (): "Your function returns a single number; there is one for each filter.",
        kernels.shape: once,
        (inputs, count): once,
        (width, inputs, count): once,
        (height, inputs, count): once,
        (height, width): "The last axis of the kernels counts the filters: keep that one.",
    }
    values = expect.array(returned, (count,), shapes)
    expect.close(
        values,
        brightness * kernels.sum(axis=(0, 1, 2)) + biases,
        mistakes=_mistakes(kernels, biases, brightness),
        otherwise="There is a number for each filter, but not all are right. Do you use the "
        "kernels, the biases and the brightness that your function is given?",
    )


@exercise(
    "02.1",
    "Where all pixels are equal, every product has the same factor. What can you take out of the "
    "sum?",
    "Section 5 says what is left of the kernel then. Which axes of (h, w, in, out) belong to one "
    "filter?",
    "sum(axis=…) takes a tuple of axes. Two more numbers come in after that, one by a product and "
    "one by a sum.",
)
def _even_area(answer: object) -> None:
    if not callable(answer) and not isinstance(answer, str):
        expect.array(answer)
        raise TYPED
    rng, net = np.random.default_rng(7), shirt_and_net()
    _compare(answer, rng.normal(size=(5, 5, 3, 4)), rng.normal(size=4), 0.3)
    _compare(answer, rng.normal(size=(2, 7, 1, 6)), rng.normal(size=6), 0.9)
    weights, biases = net["weights"].astype(float), net["biases"].astype(float)
    _compare(answer, weights, biases, BRIGHTNESS)
