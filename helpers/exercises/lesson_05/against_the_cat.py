"""Exercise 05.2: what in the collage speaks against the cat."""

from functools import cache

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lesson_05.data import evidence, vgg

FOUR = ("cat", "coffee", "palace", "flower")


@cache
def _scene() -> list[np.ndarray]:
    """Weighted sums of the collage, before ReLU, one for each class."""
    from helpers.datasets import PHOTOS, collage
    from helpers.inputs import prepare

    first = evidence(prepare(vgg(), collage(list(FOUR))[None]), 0)
    columns = vgg().get_layer("logits").get_weights()[0]
    places = first.maps.shape[1] * first.maps.shape[2]
    return [first.maps[0] @ columns[:, index] / places for index in range(len(PHOTOS))]


def _stretched(total: np.ndarray) -> np.ndarray:
    return total / max(np.abs(total).max(), 1e-12)


@exercise(
    "05.2",
    "Grad-CAM keeps what raises the score. Which score rises when the logit of the cat falls?",
    "Take score = -logits[:, CAT]. All other lines of section 3 stay, also the ReLU.",
    "Give both(...) the collage, scene_x, and take tf.nn.relu(weighted_sum) as before.",
)
def _against_the_cat(answer: object) -> None:
    from helpers.datasets import PHOTOS

    found, sums = expect.array(answer), _scene()
    cat = sums[PHOTOS.index("cat")]
    if not found.ndim:
        raise Mistake("This is a single number. Give the map; the solution measures it.")
    if found.shape == (1, *cat.shape):
        found = found[0]
    if found.shape in ((14, 14), (1, 14, 14)):
        raise Mistake("14 x 14 places: this is the cat's photo, x. Take the collage, scene_x.")
    expect.array(found, cat.shape)
    against = _stretched(np.maximum(-cat, 0))
    classic = [
        (np.maximum(cat, 0), "This map speaks for the cat. Change the sign of the score."),
        (cat, "This is the weighted sum for the cat: turn its sign, then cut off with ReLU."),
        (-cat, "The sign is right, but there are negative values: the ReLU is missing."),
        (-np.maximum(cat, 0), "You changed the sign after the ReLU. It has to come before."),
        (np.minimum(cat, 0), "These places speak against the cat, but with a minus: ReLU last."),
        (np.abs(cat), "abs puts for and against into one map. Keep only what is against."),
        (0 * cat, "All zero: the ReLU got only negative values. Change the sign before it."),
    ]
    classic += [
        (np.maximum(total, 0), f"This map speaks for {name}, which is another question.")
        for name, total in zip(PHOTOS, sums, strict=True)
    ]
    expect.close(
        _stretched(found),
        against,
        tolerance=0.02,
        classic=[(_stretched(wrong), words) for wrong, words in classic],
        otherwise="The shape is right, but this is not the map against the cat in the collage. "
        "Is the score a logit, before softmax?",
    )
