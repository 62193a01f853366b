"""Lesson 01: answers to its exercises and its quiz."""

import json
from functools import cache

import keras
import numpy as np
from keras import layers

from helpers.datasets import DATA, load_fashion_mnist
from helpers.models import build_fashion_cnn, load_trained
from tests.exercises import Cases


@cache
def on_test_images():
    data = load_fashion_mnist()
    says = load_trained("fashion_cnn").predict(data.test_images, batch_size=500, verbose=0)
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (data.test_labels, says.argmax(axis=1)), 1)
    return says, data.test_labels, confusion


def looked() -> Cases:
    confusion = on_test_images()[2]
    right = float(confusion[6, 6] / confusion[:, 6].sum())
    return Cases(
        right=[right, round(right, 2), np.array(right, np.float32), keras.ops.array(right)],
        wrong=[
            (confusion[6, 6] / confusion[6].sum(), "divides by the row"),
            (100 * right, "in percent"),
            (1 - right, "is wrong"),
            (confusion[1, 1] / confusion[:, 1].sum(), "column of Trouser"),
            (np.trace(confusion) / confusion.sum(), "accuracy over all"),
            (confusion[6, 6] / confusion.sum(), "divided by all test images"),
            (int(confusion[6, 6]), "counts images"),
            (confusion.diagonal() / confusion.sum(axis=0), "a single number"),
            (0.5, "not the share"),
        ],
    )


def net(*head, before=()):
    parts = []
    for number, filters in enumerate((32, 64), start=1):
        conv = layers.Conv2D(filters, 3, padding="same", name=f"conv{number}")
        parts += [conv, layers.BatchNormalization(), layers.LeakyReLU(), layers.MaxPooling2D()]
    return keras.Sequential([*before, *parts, *head])


def changed() -> Cases:
    first = [keras.Input((28, 28, 1))]

    def tail(units=64, normalise=True):
        middle = [layers.BatchNormalization()] if normalise else []
        last = layers.Dense(10, activation="softmax")
        return [layers.Dense(units), *middle, layers.LeakyReLU(), layers.Dropout(0.4), last]

    pool = layers.GlobalAveragePooling2D
    right = net(pool(), *tail(), before=first)
    kept = [pool(keepdims=True), layers.Flatten()]
    functional = keras.Model(right.inputs, right.outputs)
    cut = keras.Sequential([*first, layers.Conv2D(64, 3), pool(), *tail()])
    return Cases(
        right=[
            right,
            functional,
            net(*kept, *tail(), before=first),
            net(layers.AveragePooling2D(7), layers.Flatten(), *tail(), before=first),
        ],
        wrong=[
            (net(layers.Flatten(), *tail(), before=first), "Flatten has to go"),
            (build_fashion_cnn(), "Flatten has to go"),
            (net(layers.GlobalMaxPooling2D(), *tail(), before=first), "takes the largest"),
            (right.count_params(), "give the model itself"),
            (net(pool(), *tail()), "not built"),
            (net(pool(), *tail()[-1:], before=first), "Keep the rest of the head"),
            (net(*tail(), before=first), "still gets maps"),
            (net(pool(), *tail(32), before=first), "Keep the rest of the head"),
            (net(pool(), *tail(normalise=False), before=first), "something else has changed"),
            (cut, "something else has changed"),
            (net(layers.AveragePooling2D(3), layers.Flatten(), *tail(), before=first), "Flatten"),
            (net(pool(data_format="channels_first"), *tail(), before=first), "gets 7 numbers"),
        ],
    )


def limit_of(good, *, limits=range(50, 100), strict=True):
    """Make an answer: the first limit at which ``good(hit, confidence, chosen)`` is the share."""

    def answer(probabilities, labels, share):
        hit, confidence = probabilities.argmax(axis=1) == labels, probabilities.max(axis=1)
        for limit in limits:
            chosen = confidence > limit / 100 if strict else confidence >= limit / 100
            if chosen.any() and good(hit, confidence, chosen) >= share:
                return limit
        return 100

    return answer


def built() -> Cases:
    def share(hit, confidence, chosen):
        return hit[chosen].mean()

    right = limit_of(share)

    def slow(probabilities, labels, share):
        for limit in range(50, 100):
            kept = [
                (p, y) for p, y in zip(probabilities, labels, strict=True) if max(p) * 100 > limit
            ]
            if sum(np.argmax(p) == y for p, y in kept) >= share * len(kept):
                return np.int64(limit)

    return Cases(
        right=[
            right,
            limit_of(share, strict=False),
            limit_of(share, limits=range(100)),
            lambda *given: float(right(*given)),
            slow,
        ],
        wrong=[
            (lambda *given: right(*given) / 100, "in whole percents"),
            (limit_of(lambda hit, confidence, chosen: confidence[chosen].mean()), "surer than it"),
            (lambda probabilities, labels, share: 100 * share, "of that height"),
            (limit_of(share, limits=range(99, 0, -1)), "highest limit"),
            (limit_of(lambda hit, confidence, chosen: hit[chosen].sum() / len(hit)), "among the "),
            (lambda probabilities, labels, share: 96, "needs another limit than 96"),
            (lambda *given: None, "returns nothing"),
            (lambda probabilities, labels: 96, "TypeError"),
            (96, "give the function itself"),
            (lambda *given: [right(*given)], "a single number"),
        ],
    )  # fmt: skip


def cases() -> dict[str, Cases]:
    return {"01.1": looked(), "01.2": changed(), "01.3": built()}


def layers_that_grow() -> str:
    def weights(side):
        parts = [type(one).from_config(one.get_config()) for one in build_fashion_cnn().layers]
        made = keras.Sequential([keras.Input((side, side, 1)), *parts])
        return {layer.name: layer.count_params() for layer in made.layers}

    small, large = weights(28), weights(56)
    grown = [name for name in small if large[name] > small[name]]
    return f"{grown[0]} alone" if len(grown) == 1 else ", ".join(grown)


def quiz_answers() -> dict[str, str]:
    runs = {}
    for run in ("fashion_cnn", "fashion_cnn_constant"):
        runs[run] = json.loads((DATA / f"models/{run}.json").read_text())
    history = runs["fashion_cnn_constant"]["history"]
    best = int(np.argmin(history["val_loss"]))
    signs = [np.sign(history[which][-1] - history[which][best]) for which in ("loss", "val_loss")]
    losses = {
        (-1, 1): "The training loss falls, while the validation loss rises.",
        (-1, -1): "Both losses fall, the validation loss more slowly.",
        (1, 1): "Both losses rise.",
    }
    assert runs["fashion_cnn"]["test_accuracy"] > runs["fashion_cnn_constant"]["test_accuracy"]
    fit, constant = (run["history"]["accuracy"][-1] for run in runs.values())
    assert fit - constant > 0.02 and history["val_loss"][0] < history["loss"][0]

    says, labels, _ = on_test_images()
    confidence, hit = says.max(axis=1), says.argmax(axis=1) == labels
    band = (confidence > 0.9) & (confidence <= 0.99)
    assert round(100 * confidence[band].mean()) == 96
    right = hit[band].mean()
    assert (confidence[~hit] > 0.9).mean() > 1 / 3

    accuracies = np.random.default_rng(0).binomial(10_000, 0.92, (1000, 20)) / 10_000
    luck = accuracies.max(axis=1).mean() - 0.92
    return {
        "01-larger-images": layers_that_grow(),
        "01-overfitting": losses[tuple(signs)],
        "01-decay": "It became better too."
        if fit > constant
        else "It became worse: finer steps learn less by heart.",
        "01-confidence": "fewer than 90 of 100" if right < 0.9 else "about 96 of 100",
        "01-choose-by-test": "a little less"
        if luck > 0.002
        else "the same: no net was trained on the test images",
    }
