"""Exercise 05.2: what in the collage speaks against the cat."""

from functools import cache

import numpy as np

from helpers.datasets import PHOTOS, collage
from helpers.exercises import expect
from helpers.exercises.checks import exercise
from helpers.exercises.lessons.lesson_05.data import evidence, vgg
from helpers.inputs import prepare

FOUR = ("cat", "coffee", "palace", "flower")
PHOTO = "14 x 14 places: this is the cat's photo, x. Take the collage, scene_x."
WRONG_SHAPES = {
    (): "This is a single number. Give the map; the solution measures it.",
    (14, 14): PHOTO,
    (1, 14, 14): PHOTO,
}


@cache
def _scene() -> list[np.ndarray]:
    """Weighted sums of the collage, before ReLU, one for each class."""
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
    heatmap, sums = expect.array(answer), _scene()
    cat = sums[PHOTOS.index("cat")]
    if heatmap.shape == (1, *cat.shape):
        heatmap = heatmap[0]
    expect.array(heatmap, cat.shape, WRONG_SHAPES)
    against = _stretched(np.maximum(-cat, 0))
    mistakes = [
        (np.maximum(cat, 0), "This map speaks for the cat. Change the sign of the score."),
        (cat, "This is the weighted sum for the cat: turn its sign, then cut off with ReLU."),
        (-cat, "The sign is right, but there are negative values: the ReLU is missing."),
        (-np.maximum(cat, 0), "You changed the sign after the ReLU. It has to come before."),
        (np.minimum(cat, 0), "These places speak against the cat, but with a minus: ReLU last."),
        (np.abs(cat), "abs puts for and against into one map. Keep only what is against."),
        (0 * cat, "All zero: the ReLU got only negative values. Change the sign before it."),
    ]
    mistakes += [
        (np.maximum(total, 0), f"This map speaks for {name}, which is another question.")
        for name, total in zip(PHOTOS, sums, strict=True)
    ]
    expect.close(
        _stretched(heatmap),
        against,
        tolerance=0.02,
        mistakes=[(_stretched(wrong), message) for wrong, message in mistakes],
        otherwise="The shape is right, but this is not the map against the cat in the collage. "
        "Is the score a logit, before softmax?",
    )
