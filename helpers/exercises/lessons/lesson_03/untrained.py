"""Exercise 03.3: sparsity of a copy that has learned nothing."""

import numpy as np

from helpers._keras import keras
from helpers.activations import feature_maps
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_03.data import cat, vgg

SOME = ("block1_conv2", "block3_conv3", "block5_conv3")
HALF = (0.3, 0.7)  # so far from a half the zeros of an untrained layer may be
ONE = "This is a single number; return one share for each layer."


def _untrained(layers: tuple[str, ...], images: np.ndarray) -> np.ndarray:
    maps = feature_maps(keras.models.clone_model(vgg()), images, layers)
    return np.array([(one == 0).mean() for one in maps])


@exercise(
    "03.3",
    "keras.models.clone_model copies the layers, and gives them new random weights.",
    "feature_maps(untrained, images, layers) returns one array for each layer.",
    "Return [sparsity(maps) for maps in feature_maps(keras.models.clone_model(model), images, "
    "layers)].",
)
def _untrained_sparsity(answer: object) -> None:
    if not callable(answer):
        expect.call(answer)
    model, images = vgg(), cat(96)
    before = [array.copy() for array in model.get_weights()[:2]]
    keras.utils.set_random_seed(0)
    result = expect.call(answer, model, images, list(SOME))
    if any((old != new).any() for old, new in zip(before, model.get_weights(), strict=False)):
        vgg.cache_clear()
        raise Mistake("Your function changed the trained model itself; work on a copy of it.")
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, list | tuple) and any(np.ndim(one) > 1 for one in result):
        raise Mistake("These are feature maps; return the share of zeros of each layer.")
    shares = expect.array(result, (len(SOME),), {(): ONE})
    if 1 < shares.max() <= 100:
        raise Mistake("These are percents or counts; return shares, 0 to 1.")
    maps = feature_maps(model, images, SOME)
    trained = np.array([(one == 0).mean() for one in maps])
    for wrong, message in (
        (trained, "These are the shares of the trained net. Its copy must not get its weights."),
        (1 - trained, "These are shares of values above zero, and of the trained net."),
    ):
        if np.abs(shares - wrong).max() < 1e-3:
            raise Mistake(message)
    keras.utils.set_random_seed(0)
    if np.abs(shares - (1 - _untrained(SOME, images))).max() < 1e-3:
        raise Mistake("These are the shares of values above zero; sparsity counts the zeros.")
    if not shares.any():
        raise Mistake("No zeros at all: are these values taken before the ReLU?")
    expect.between(shares, *HALF, what="The share of zeros of the untrained copy")
