"""Exercise 05.1: a thing that the net has no name for."""

from functools import cache

import numpy as np

from helpers.datasets import CLASS_NAMES, PHOTOS, load_fashion_mnist
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_05.data import vgg
from helpers.images import fit
from helpers.inputs import prepare

SHIRT = 4  # test image of Fashion-MNIST


def _logits(pixels: np.ndarray) -> np.ndarray:
    return vgg()(prepare(vgg(), pixels[None])).numpy()[0]


@cache
def _shirt_logits() -> np.ndarray:
    grey = load_fashion_mnist("subset").test_images[SHIRT]
    return _logits(fit(np.uint8(255 * np.repeat(grey, 3, axis=2)), 224))


@exercise(
    "05.1",
    "The answer is one of six names. Which ones does the list PHOTOS hold?",
    "argmax over the six logits gives an index; PHOTOS[index] is the name.",
    "Prepare the shirt as the cat was: prepare(model, shirt[None]). Then take the largest logit.",
)
def _name_of_the_shirt(answer: object) -> None:
    if not isinstance(answer, str):
        numbers = expect.array(answer)
        if numbers.size == 1 and numbers.item() in range(len(PHOTOS)):
            raise Mistake("This looks like an index. Give the name: PHOTOS[index].")
        if numbers.size == len(PHOTOS):
            raise Mistake("These are six numbers, one for each class. Which class has the largest?")
    elif answer.strip().lower() in ("t-shirt", *(name.lower() for name in CLASS_NAMES)):
        raise Mistake(
            "You and Fashion-MNIST know this name, the net does not: its head has six outputs, "
            f"{', '.join(PHOTOS)}, and it always answers with one of them."
        )
    order = [PHOTOS[index] for index in np.argsort(-_shirt_logits())]
    mistakes = [
        (order[-1], "This class has the smallest logit: argmax, not argmin."),
        ("cat", "The cat is what the net says of x, the cat's photo. Give it the shirt."),
    ]
    expect.name(answer, order[0], PHOTOS, mistakes)
