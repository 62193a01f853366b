"""Exercise 05.2: a class activation map (Zhou et al. 2016), without a gradient."""

import numpy as np

from helpers.activations import feature_maps
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_05 import data
from helpers.figures import Picture

GRADIENT = Mistake(
    "This map was made with a gradient, by a tape or by grad_cam; the exercise asks for one "
    "without.",
    "The layer logits stores a number for each pair of filter and class. They are the weights.",
)


def _right_and_wrong(
    maps: np.ndarray, kernel: np.ndarray, bias: np.ndarray, index: int, pixels: int
) -> tuple[np.ndarray, list[tuple[np.ndarray, str | Mistake]]]:
    column, places = kernel[:, index], maps.shape[1] * maps.shape[2]
    total, misled = maps @ column / places, maps @ column[::-1] / places
    right = np.maximum(total, 0)
    other = [kernel[:, i] for i in range(kernel.shape[1]) if i != index]
    return right, [
        (np.maximum(misled, 0), GRADIENT),
        (misled, GRADIENT),
        (total, "There are negative values: apply ReLU at the end."),
        (right * places, "These are sums: divide by the number of places."),
        (total * places, "Divide by the number of places, then apply ReLU."),
        (
            right * places / pixels,
            "You divide by the pixels of the image. The average is taken over the map's places.",
        ),
        (
            right * places / 196,
            "You divide by 196, which is right for 224 x 224 pixels only. Count the places.",
        ),
        (right * places / maps.shape[-1], "You divide by the filters, not by the places."),
        *data.stretched(right),
        (
            maps @ np.maximum(column, 0) / places,
            "You dropped the negative weights. ReLU comes after the sum, not before.",
        ),
        (
            np.maximum(total + bias[index], 0),
            "The bias belongs to the logit as a whole, not to a place: leave it out.",
        ),
        (maps.mean(axis=-1), "This is the mean of the maps: weight them."),
        *(
            (np.maximum(maps @ wrong / places, 0), "This is another class: use class_index.")
            for wrong in other
        ),
    ]


@exercise(
    "05.2",
    "Leave the max pooling aside, as the mean gradient does. What does a place add to an average?",
    "model.get_layer('logits').get_weights() gives kernel and bias. What do the kernel's two axes "
    "count?",
    "@ multiplies the maps by one column of the kernel and adds up the filters in one go.",
)
def _class_activation_map(answer: object) -> Picture:
    pictures = []
    for seed, (images, index) in enumerate(data.trials(), start=7):
        net = data.small_net(data.Misled(), seed)
        (maps,) = feature_maps(net, images, ["block5_conv3"])
        kernel, bias = net.get_layer("logits").get_weights()
        right, mistakes = _right_and_wrong(maps, kernel, bias, index, images[0, ..., 0].size)
        returned = expect.call(answer, net, images.copy(), index)
        pictures.append(data.check_maps(returned, right, mistakes))
    return pictures[0]
