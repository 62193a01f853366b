"""Exercise 05.1: what speaks against a class."""

import numpy as np

from helpers._keras import keras
from helpers.activations import feature_maps
from helpers.classes import softmax
from helpers.exercises import taped
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_05 import data
from helpers.figures import Picture

FOR = Mistake(
    "This map speaks for the class.",
    "One sign has to change. Which number rises when the logit of the class falls?",
)


def _weighted(net: keras.Model, images: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """Weigh the maps by the gradient of a score that has these slopes (n, 4) by the logits."""
    (maps,) = feature_maps(net, images, ["block5_conv3"])
    (first, bias), (last, _) = (net.get_layer(name).get_weights() for name in ("hidden", "logits"))
    passed = (maps.mean(axis=(1, 2)) @ first + bias > 0) * (slopes @ last.T)
    return np.einsum("nhwk,nk->nhw", maps, passed @ first.T) / (maps.shape[1] * maps.shape[2])


def _right_and_wrong(
    net: keras.Model, images: np.ndarray, index: int
) -> tuple[np.ndarray, list[tuple[np.ndarray, str | Mistake]]]:
    one_hot = np.eye(data.CLASSES)
    total = _weighted(net, images, np.tile(one_hot[index], (len(images), 1)))
    shares = softmax(net(images).numpy())
    slopes = shares[:, [index]] * (one_hot[index] - shares)
    against, places = np.maximum(-total, 0), total[0].size
    mistakes: list[tuple[np.ndarray, str | Mistake]] = [
        (np.maximum(total, 0), FOR),
        (total, "This is the weighted sum for the class: turn its sign, then cut off with ReLU."),
        (-total, "The sign is right, but there are negative values: the ReLU is missing."),
        (-np.maximum(total, 0), "You changed the sign after the ReLU. It has to come before."),
        (np.minimum(total, 0), "These places speak against it, but with a minus: ReLU comes last."),
        (np.abs(total), "abs puts for and against into one map. Keep only what is against."),
        (0 * total, "All zero: the ReLU got only negative values. Change the sign before it."),
        (against * places, "The weights are sums here: take the mean gradient over the places."),
        (
            np.maximum(-_weighted(net, images, slopes), 0),
            "Is the score a probability? Take the logit, before softmax.",
        ),
        *data.stretched(against),
    ]
    for other in set(range(data.CLASSES)) - {index}:
        wrong = _weighted(net, images, np.tile(one_hot[other], (len(images), 1)))
        message = "This map belongs to another class: use class_index."
        mistakes += [(np.maximum(wrong, 0), message), (np.maximum(-wrong, 0), message)]
    return against, mistakes


def _call(answer: object, net: keras.Model, images: np.ndarray, index: int) -> object:
    advice = "Maps and logits have to come out of one call of one model, inside the with block."
    return taped.call(answer, net, images.copy(), index, start="the maps", advice=advice)


@exercise(
    "05.1",
    "Grad-CAM keeps what raises a score. Which score would rise where the class loses?",
    "Only the line with the score changes. Everything after it stays, also the ReLU.",
)
def _against(answer: object) -> Picture:
    pictures = []
    for seed, (images, index) in enumerate(data.trials(), start=7):
        net = data.small_net(keras.layers.Dense(6, activation="relu", name="hidden"), seed)
        right, mistakes = _right_and_wrong(net, images, index)
        returned = _call(answer, net, images, index)
        pictures.append(data.check_maps(returned, right, mistakes))
    return pictures[0]
