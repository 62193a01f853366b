"""Exercise 06.1: integrated gradients, averaged over several starting pictures."""

import numpy as np

from helpers._keras import keras, tf
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_06 import data

STEPS = 64
MEAN_START = Mistake(
    "You average the starts first. Go the way from each of them, and average what comes out.",
    "The mean of the starts is one picture, and the gradients on its way are others.",
)


def _gradients(net: keras.Model, pictures: np.ndarray, index: int) -> np.ndarray:
    pixels = tf.constant(pictures, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        score = net(pixels)[:, index]
    return tape.gradient(score, pixels).numpy()


def _integrated(net: keras.Model, image: np.ndarray, index: int, start: np.ndarray) -> np.ndarray:
    shares = (np.arange(STEPS) + 0.5) / STEPS
    way = start + shares.reshape(-1, 1, 1, 1) * (image - start)
    return _gradients(net, way, index).mean(axis=0) * (image - start)


def _mistakes(
    net: keras.Model, image: np.ndarray, index: int, starts: np.ndarray
) -> list[tuple[np.ndarray, str | Mistake]]:
    """What common mistakes give instead of the mean over all starts."""
    each = np.stack([_integrated(net, image, index, one) for one in starts])
    black, others = np.zeros_like(image), set(range(data.CLASSES)) - {index}
    at_image = _gradients(net, image[None], index)[0]
    changes = (image - starts).mean(axis=0)
    mistakes: list[tuple[np.ndarray, str | Mistake]] = [
        (each.sum(axis=0), "This is the sum over the starts. Take the mean."),
        (each[0], "This is for the first start alone: take the mean over all."),
        (each[-1], "This is for the last start alone: take the mean over all."),
        (_integrated(net, image, index, starts.mean(axis=0)), MEAN_START),
        (
            _integrated(net, image, index, black),
            "This starts from black. Use each of the starts that your function is given.",
        ),
        (-each.mean(axis=0), "The sign is turned around: the change is image - start."),
        (
            np.abs(each.mean(axis=0)),
            "abs loses the sign: what speaks against the class is below 0.",
        ),
        (
            np.abs(each).mean(axis=0),
            "abs loses the sign: what speaks against the class is below 0.",
        ),
        (at_image * changes, "One gradient, at the image itself, is not the way from the start."),
    ]
    for other in others:
        wrong = np.mean([_integrated(net, image, other, one) for one in starts], axis=0)
        mistakes.append((wrong, "These are the contributions to another class: use class_index."))
    return mistakes


@exercise(
    "06.1",
    "For one start you have the function already: integrated, from section 3.",
    "Call it once for each start, keep what it returns in a list, and take the mean over the list.",
)
def _many_starts(answer: object) -> None:
    for seed, image_number, first, count, index in ((4, 205, 230, 3, 1), (6, 310, 340, 4, 3)):
        net, image = data.small_net(seed), data.garments(image_number, 1)[0]
        starts = data.garments(first, count)
        right = np.mean([_integrated(net, image, index, one) for one in starts], axis=0)
        returned = expect.call(answer, net, image.copy(), index, starts.copy())
        wrong = {
            (): "This is the sum over all pixels. Return a number for each pixel.",
            starts.shape: "There is still one map for each start: take their mean.",
            image.shape[:2]: "The channel axis is gone; return the shape of the image.",
        }
        expect.close(
            expect.array(returned, right.shape, wrong),
            right,
            tolerance=2e-2,
            mistakes=_mistakes(net, image, index, starts),
            otherwise="The shape is right, but not all values are. Do you take 64 steps for each "
            "start, and multiply by image - start?",
        )
