"""Exercise 03.3: how much sparser training has made each layer."""

import numpy as np

from helpers._keras import keras
from helpers.activations import feature_maps
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_03 import data

CHANCE = 0.12  # so far an untrained copy's share may be from the mean of a few copies
CHANGED = Mistake(
    "Your function changes the weights of the model that it is given: work on a copy.",
    "clone_model returns a new model. Setting weights on the old one is never needed.",
)


def _zeros(net: keras.Model, images: np.ndarray, layers: list[str]) -> np.ndarray:
    return np.array([np.mean(one == 0) for one in feature_maps(net, images, layers)])


def _trials() -> list[tuple[keras.Model, np.ndarray, list[str]]]:
    """Give nets of which some layers have become sparser and some less sparse, and images."""
    trials = []
    for seed, (names, moves) in enumerate(
        ((("dog", "owl"), {"one": -1.5, "two": 1.5}), (("cow", "cup"), {"u": 2.0, "v": -2.0}))
    ):
        net = data.relu_net([(name, 64) for name in moves], seed)
        images = data.photos(40, 30, *names)
        images[0] = 0
        for name, move in moves.items():
            (maps,) = feature_maps(net, images, [name])
            data.shift_biases(net, name, move * maps[1].std())
        trials.append((net, images, [f"{name}_pool" if move > 0 else name
                                     for name, move in reversed(moves.items())]))  # fmt: skip
    return trials


def _say(shares: np.ndarray, known: list[tuple[np.ndarray, str]]) -> None:
    for wrong, message in known:
        if np.abs(shares - wrong).max() < CHANCE:
            raise Mistake(message)


@exercise(
    "03.3",
    "clone_model copies layers, but not weights. feature_maps takes any model.",
    "Compute the share of zeros of each layer twice, once for the model and once for the copy. "
    "All images count, and the order of layers stays.",
    "zip goes through the maps of both models together; each pair gives one difference.",
)
def _learned_sparsity(answer: object) -> None:
    for net, images, layers in _trials():
        before = [array.copy() for array in net.get_weights()]
        keras.utils.set_random_seed(0)
        returned = expect.call(answer, net, images.copy(), list(layers))
        if any((old != new).any() for old, new in zip(before, net.get_weights(), strict=True)):
            raise CHANGED
        if isinstance(returned, dict):
            returned = list(returned.values())
        if isinstance(returned, list | tuple) and any(np.ndim(one) > 0 for one in returned):
            raise Mistake("These are whole maps; return one number for each layer.")
        lone = "This is a single number; return one for each layer."
        shares = expect.array(returned, (len(layers),), {(): lone})
        keras.utils.set_random_seed(1)
        copies = [keras.models.clone_model(net) for _ in range(3)]
        trained = _zeros(net, images, layers)
        chance = np.mean([_zeros(copy, images, layers) for copy in copies], axis=0)
        right = trained - chance
        if np.abs(shares - right).max() <= CHANCE:
            continue
        first = _zeros(net, images[:1], layers) - _zeros(copies[0], images[:1], layers)
        _say(shares, [
            (-right, "The sign is turned round: take trained minus untrained."),
            (trained, "These are the shares of the trained model; subtract those of the copy."),
            (chance, "These are the shares of the untrained copy alone."),
            (0 * right, "All differences are about zero. Does your copy have the model's weights?"),
            (first, "This looks at the first image alone; all images count."),
            (right[::-1], "The layers are in another order. Keep the order of the list layers."),
        ])  # fmt: skip
        if np.abs(shares / 100 - right).max() <= CHANCE and np.abs(shares).max() > 1:
            raise Mistake("These are percents; return shares, between -1 and 1.")
        raise Mistake(
            "One number for each layer, but not the right ones. Do you use the model, the images "
            "and the layers that your function is given?"
        )
