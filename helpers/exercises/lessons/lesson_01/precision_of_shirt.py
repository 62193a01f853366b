"""Exercise 01.1: a column of the confusion matrix."""

from functools import cache

import numpy as np

from helpers.datasets import fashion_mnist
from helpers.exercises import expect
from helpers.exercises.checks import exercise
from helpers.exercises.lessons.lesson_01.data import predicted

SHIRT, TROUSER = 6, 1


@cache
def _confusion() -> np.ndarray:
    """Images of the test set (true class, predicted class), as the course's net sorts them."""
    folder = fashion_mnist._fashion_mnist_folder("auto")[0]  # the test set alone: memory is short
    images = fashion_mnist._images(folder / "t10k-images-idx3-ubyte.gz")
    labels = fashion_mnist._labels(folder / "t10k-labels-idx1-ubyte.gz")
    confusion = np.zeros((10, 10))
    np.add.at(confusion, (labels, predicted(images).argmax(axis=1)), 1)
    return confusion


@exercise(
    "01.1",
    "The answers are the columns of confusion. Shirt has number 6 there.",
    "The sum of a column counts all images that got this answer: confusion[:, 6].sum().",
    "Divide confusion[6, 6] by the sum of its column.",
)
def _precision_of_shirt(answer: object) -> None:
    share = expect.array(answer, ())
    confusion = _confusion()
    hits, count = confusion.diagonal(), confusion.sum()
    precision, recall = hits / confusion.sum(axis=0), hits / confusion.sum(axis=1)
    right = precision[SHIRT]
    expect.close(
        share,
        right,
        tolerance=0.005,
        mistakes=[
            (recall[SHIRT], "This divides by the row: how many of the true shirts are found. You "
             "want the column: how many of the answers Shirt are right."),
            (100 * right, "This is in percent; give a number from 0 to 1."),
            (1 - right, "This is how often the answer Shirt is wrong."),
            (precision[TROUSER], "This is the column of Trouser. Shirt has number 1 only in the "
             "sorted matrix shown; in confusion it has number 6."),
            (hits.sum() / count, "This is the accuracy over all classes."),
            (hits[SHIRT] / count, "You divided by all test images; divide by those that are called "
             "Shirt."),
            (hits[SHIRT], "This counts images; divide it by all that are called Shirt."),
        ],
        otherwise="This is not the share. If you set net = mine, load the course's net again.",
    )  # fmt: skip
