"""Exercise 03.1: channels that are zero everywhere, on every image."""

import numpy as np

from helpers._keras import keras
from helpers.activations import feature_maps
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_03 import data

VALUES = Mistake(
    "These are the shares of zeros among all values. The exercise asks for channels.",
    "A channel is silent if all of its values are zero, at all places. np.all takes several axes.",
)


def _trials() -> list[tuple[keras.Model, np.ndarray, list[str]]]:
    trials = []
    sets = (("dog", "cow", "owl"), ("cat", "cup", "bulb"))
    for seed, (names, layers) in enumerate(
        zip(sets, ([("low", 12), ("high", 20)], [("a", 9), ("b", 16), ("c", 10)]), strict=True)
    ):
        net = data.relu_net(layers, seed)
        light = np.array([1, 0.4, 0.2], np.float32)
        images = data.photos(24, 32, *names) * light[:, None, None, None]
        for number, (name, channels) in enumerate(layers):
            (maps,) = feature_maps(net, images, [name])
            peaks = maps.max(axis=(1, 2))  # (images, channels)
            shifts = np.zeros(channels)
            shifts[: 2 + number] = -data.SLEEPING
            some = peaks.argmax(axis=0) != 1  # awake on one image, silent on the darker ones
            shifts[4:7] = np.where(some, -0.9 * peaks.max(axis=0), 0)[4:7]
            data.shift_biases(net, name, shifts)
        trials.append((net, images, [name for name, _ in reversed(layers)]))
    return trials


def _mistakes(maps: list[np.ndarray], right: np.ndarray) -> expect.Mistakes:
    silent = [np.all(one == 0, axis=(1, 2)) for one in maps]  # (images, channels)
    first = np.array([one[0].mean() for one in silent])
    return [
        (1 - right, "These are the channels that are awake somewhere. Count the silent ones."),
        (100 * right, "These are percents; return shares, 0 to 1."),
        ([one.all(axis=0).sum() for one in silent], "These are counts; divide by the channels."),
        ([np.mean(one == 0) for one in maps], VALUES),
        (first, "This looks at the first image alone. A channel may wake up on another one."),
        (
            [one.mean() for one in silent],
            "This is the mean over the images. Count a channel only if it is silent on all.",
        ),
        (
            [one.any(axis=0).mean() for one in silent],
            "These channels are silent on some image. Count those that are silent on every one.",
        ),
        (right[::-1], "The layers are in another order. Keep the order of the list layers."),
    ]


@exercise(
    "03.1",
    "One model with many outputs gives the maps of all layers. Which axes of (images, rows, "
    "columns, channels) must be silent for a channel to count?",
    "maps == 0 is true or false at each value. np.all can ask three axes at once, and leaves one "
    "answer for each channel.",
    "The mean of trues and falses is the share of trues.",
)
def _silent_channels(answer: object) -> None:
    for net, images, layers in _trials():
        maps = feature_maps(net, images, layers)
        right = np.array([np.all(one == 0, axis=(0, 1, 2)).mean() for one in maps])
        returned = expect.call(answer, net, images.copy(), list(layers))
        if isinstance(returned, dict):
            returned = list(returned.values())
        if isinstance(returned, list | tuple) and any(np.ndim(one) > 0 for one in returned):
            raise Mistake("There is more than one number for a layer. Return its share alone.")
        one = "This is a single number; return one share for each layer."
        shares = expect.array(returned, right.shape, {(): one})
        expect.close(
            shares,
            right,
            tolerance=1e-3,
            mistakes=_mistakes(maps, right),
            otherwise="The shape is right, but not all shares are. Do you use the model, the "
            "images and the layers that your function is given?",
        )
