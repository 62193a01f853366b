"""Checks of lesson 01: reading a confusion matrix, another head, a net that may abstain."""

from functools import cache

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise

SHIRT, TROUSER = 6, 1


def _predict(images: np.ndarray) -> np.ndarray:
    from helpers.models import load_trained

    return load_trained("fashion_cnn").predict(images, batch_size=500, verbose=0)


@cache
def _confusion() -> np.ndarray:
    """Images of the test set (true class, predicted class), as the course's net sorts them."""
    from helpers import datasets

    folder = datasets._fashion_mnist_folder("auto")[0]  # the test set alone: memory is short
    images = datasets._images(folder / "t10k-images-idx3-ubyte.gz")
    labels = datasets._labels(folder / "t10k-labels-idx1-ubyte.gz")
    says = _predict(images)
    confusion = np.zeros((10, 10))
    np.add.at(confusion, (labels, says.argmax(axis=1)), 1)
    return confusion


@exercise(
    "01.1",
    "The answers are the columns of confusion. Shirt has number 6 there.",
    "The sum of a column counts all images that got this answer: confusion[:, 6].sum().",
    "Divide confusion[6, 6] by the sum of its column.",
)
def _precision_of_shirt(answer: object) -> None:
    found = expect.array(answer, ())
    confusion = _confusion()
    right = confusion.diagonal()
    precision, recall = right / confusion.sum(axis=0), right / confusion.sum(axis=1)
    share = precision[SHIRT]
    expect.close(
        found,
        share,
        tolerance=0.005,
        classic=[
            (recall[SHIRT], "This divides by the row: how many of the true shirts are found. You "
             "want the column: how many of the answers Shirt are right."),
            (100 * share, "This is in percent; give a number from 0 to 1."),
            (1 - share, "This is how often the answer Shirt is wrong."),
            (precision[TROUSER], "This is the column of Trouser. Shirt has number 1 only in the "
             "sorted matrix shown; in confusion it has number 6."),
            (right.sum() / confusion.sum(), "This is the accuracy over all classes."),
            (right[SHIRT] / confusion.sum(), "You divided by all test images; divide by those "
             "that are called Shirt."),
            (right[SHIRT], "This counts images; divide it by all that are called Shirt."),
        ],
        otherwise="This is not the share. If you set net = mine, load the course's net again.",
    )  # fmt: skip


def _reaches_dense(model: object, dense: object) -> tuple[np.ndarray, np.ndarray]:
    """Give random images to a model; return the last true maps and what its Dense layer gets."""
    from helpers._recorder import all_layers
    from helpers._tensorflow import keras

    outputs = [layer.output for layer in all_layers(model)]
    maps = [out for out in outputs if len(out.shape) == 4 and out.shape[1] > 1]
    if not maps:
        raise Mistake("No layer of your model gives feature maps.")
    look = keras.Model(model.inputs[0], [maps[-1], dense.input])
    images = np.random.default_rng(0).random((4, 28, 28, 1), np.float32)
    found, gets = look(images, training=False)
    return found.numpy(), gets.numpy()


def _check_head(width: int) -> None:
    if width > 64 and width % 64 == 0:
        raise Mistake(
            f"The Dense layer still gets {width:,} numbers, one for each place of each map. "
            "Flatten has to go."
        )
    if width != 64:
        raise Mistake(f"The Dense layer gets {width} numbers, not one for each of the 64 maps.")


@exercise(
    "01.2",
    "head() gives a list of layers, and the first of them is Flatten.",
    "[layers.GlobalAveragePooling2D(), *head()[1:]] is the new head.",
    "Copy the line of build() that lists the parts, and put the new head in the place of *head().",
)
def _net_with_another_head(answer: object) -> None:
    from helpers._recorder import all_layers
    from helpers._tensorflow import keras
    from helpers.models import build_fashion_cnn

    if not isinstance(answer, keras.Model):
        kind = type(answer).__name__
        raise Mistake(f"Your answer is of type {kind}; give the model itself, a keras model.")
    if not answer.built or not answer.inputs:
        raise Mistake("Your model is not built: begin it with keras.Input((28, 28, 1)).")
    dense = [layer for layer in all_layers(answer) if isinstance(layer, keras.layers.Dense)]
    if [layer.units for layer in dense] != [64, 10]:
        raise Mistake(
            "Keep the rest of the head: Dense with 64 units, and Dense with 10 at the end."
        )
    if len(dense[0].input.shape) != 2:
        raise Mistake("The Dense layer still gets maps. Pool each of them to a single number.")
    _check_head(dense[0].input.shape[-1])
    maps, gets = _reaches_dense(answer, dense[0])
    if not np.allclose(gets, maps.mean(axis=(1, 2)), atol=1e-4):
        if np.allclose(gets, maps.max(axis=(1, 2)), atol=1e-4):
            raise Mistake("This takes the largest value of each map; take the mean.")
        raise Mistake("What the Dense layer gets is not the mean of each feature map.")
    old, new = build_fashion_cnn().count_params(), answer.count_params()
    right = old - 7 * 7 * 64 * 64 + 64 * 64
    if new != right:
        raise Mistake(
            f"Your model has {new:,} weights instead of {right:,}: besides the head something "
            "else has changed. Compare it with mine.summary()."
        )


@cache
def _unseen() -> tuple[np.ndarray, np.ndarray]:
    from helpers.datasets import load_fashion_mnist

    data = load_fashion_mnist("subset")
    return _predict(data.test_images), data.test_labels


def _limits(probabilities: np.ndarray, labels: np.ndarray, share: float) -> dict[str, float]:
    """Return the right limit, and what classic mistakes give instead, where they give one."""
    hit, confidence = probabilities.argmax(axis=1) == labels, probabilities.max(axis=1)
    answers = [(limit, confidence > limit / 100) for limit in range(50, 100)]
    answers = [(limit, chosen) for limit, chosen in answers if chosen.any()]
    good = [limit for limit, chosen in answers if hit[chosen].mean() >= share]
    trusting = [limit for limit, chosen in answers if confidence[chosen].mean() >= share]
    found = {"right": good[0], "highest": good[-1], "kept": hit[confidence > good[0] / 100].mean()}
    return found | {"trusting": trusting[0] if trusting else np.nan}


@exercise(
    "01.3",
    "Which images does the net answer at a limit of 70? Those with max(axis=1) > 0.7.",
    "Among those alone, the mean of argmax(axis=1) == labels is the share of right answers.",
    "Try the limits from 50 to 99 in turn and return the first whose share is reached.",
)
def _lowest_limit(answer: object) -> None:
    four = np.full((4, 10), 0.001)
    four[range(4), range(4)] = 0.555, 0.655, 0.855, 0.955
    expect.array(expect.call(answer, four.copy(), np.array([9, 1, 9, 3]), 1.0), ())
    for share in (0.942, 0.955, 0.965):
        probabilities, labels = _unseen()
        given = expect.array(expect.call(answer, probabilities.copy(), labels, share), ())
        limits = _limits(probabilities, labels, share)
        expect.close(
            given,
            limits["right"],
            classic=[
                (limits["right"] / 100, "This is a share; return the limit in whole percents."),
                (limits["trusting"], "You went by the mean confidence. The net is surer than it "
                 "is right: compare its answers with the labels."),
                (100 * share, "A confidence of that height does not mean that so many answers are "
                 "right: compare the answers with the labels."),
                (limits["highest"], "This is the highest limit; the lowest answers more images."),
                (limits["kept"], "This is the share of right answers; return the limit itself."),
            ],
            otherwise=f"For {share:.1%} right answers on 1,000 test images the course's net needs "
            f"another limit than {given:g}. Count right answers among the answered images only.",
        )  # fmt: skip
