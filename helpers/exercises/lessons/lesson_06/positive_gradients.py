"""Exercise 06.2: Grad-CAM with positive gradients only."""

import numpy as np

from helpers._keras import keras, tf
from helpers.cam import grad_cam_plus_plus
from helpers.exercises import expect, taped
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.feedback import compared
from helpers.exercises.lessons.lesson_06 import data
from helpers.figures import Picture

LATE = Mistake(
    "You cut off the mean. Cut the gradients off first, then take their mean.",
    "A mean of 3 and -1 is 1; of 3 and 0 it is 1.5. Which line has to come first?",
)


def _pair(net: keras.Model, images: np.ndarray, index: int) -> tuple[np.ndarray, np.ndarray]:
    both = keras.Model(net.input, [net.get_layer(data.LAYER).output, net.output])
    with tf.GradientTape() as tape:
        maps, logits = both(images)
        score = logits[:, index]
    return maps.numpy(), tape.gradient(score, maps).numpy()


def _weighted(maps: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.maximum((maps * weights).sum(axis=-1), 0)


def _mean(values: np.ndarray) -> np.ndarray:
    return values.mean(axis=(1, 2), keepdims=True)


def _right_and_wrong(
    net: keras.Model, images: np.ndarray, index: int
) -> tuple[np.ndarray, list[tuple[np.ndarray, str | Mistake]]]:
    maps, gradients = _pair(net, images, index)
    positive = np.maximum(gradients, 0)
    right, top = _weighted(maps, _mean(positive)), maps[0, ..., 0].size
    plus = grad_cam_plus_plus(net, images, index, data.LAYER)
    mistakes: list[tuple[np.ndarray, str | Mistake]] = [
        (_weighted(maps, np.maximum(_mean(gradients), 0)), LATE),
        (_weighted(maps, _mean(gradients)), "This is Grad-CAM: negative gradients still count."),
        (_weighted(maps, positive), "This is Layer-CAM, a weight for each place. Take the mean."),
        (plus, "This is Grad-CAM++. Leave the fraction out: only the mean changes."),
        (
            _weighted(maps, _mean(np.abs(gradients))),
            "abs counts what is against as if it were for.",
        ),
        (_weighted(maps, _mean(np.maximum(-gradients, 0))), "You kept the negative part."),
        (right * top, "The weights are sums here: take means."),
        (
            right / np.maximum(right.max(axis=(1, 2), keepdims=True), 1e-12),
            "This is stretched to 0 to 1. Return the raw map.",
        ),
    ]
    for other in set(range(data.CLASSES)) - {index}:
        wrong = _weighted(maps, _mean(np.maximum(_pair(net, images, other)[1], 0)))
        mistakes.append((wrong, "This map belongs to another class: use class_index."))
    return right, mistakes


@exercise(
    "06.2",
    "Only one thing changes in Grad-CAM: which gradients enter the mean.",
    "np.maximum(g, 0) comes before .mean(axis=(1, 2)); the maps stay as they are.",
)
def _positive_gradients_only(answer: object) -> Picture:
    pictures = []
    for seed, first, count, index in ((3, 200, 3, 2), (8, 300, 1, 0)):
        net, images = data.small_net(seed), data.garments(first, count)
        right, mistakes = _right_and_wrong(net, images, index)
        advice = "Maps and logits have to come out of one call of one model, inside the with block."
        arguments = (net, images.copy(), index, data.LAYER)
        returned = taped.call(answer, *arguments, start="the maps", advice=advice)
        heats = expect.array(returned, right.shape, data.wrong_shapes(*right.shape))
        expect.close(
            heats,
            right,
            tolerance=5e-3,
            mistakes=mistakes,
            otherwise="The shape is right, but not all values are. Do you use the model, the "
            "layer and the class that your function is given?",
            draw=lambda yours, expected: compared(yours[0], expected[0]),
        )
        pictures.append(compared(heats[0], right[0]))
    return pictures[0]
