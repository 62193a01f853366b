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
    return says, data.test_labels


def copy_from(row, column):
    kernel = np.zeros((3, 3))
    kernel[row, column] = 1
    return kernel


def moved() -> Cases:
    right = copy_from(1, 0)
    sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    shirt = load_fashion_mnist("subset").test_images[4, :, :, 0]
    return Cases(
        right=[
            right,
            right.tolist(),
            right.astype(int),
            right[:, :, None, None],
            keras.ops.array(right),
        ],
        wrong=[
            (copy_from(1, 2), "to the left"),
            (copy_from(1, 1), "nothing moves"),
            (copy_from(0, 1), "moves the shirt down"),
            (copy_from(2, 1), "moves the shirt up"),
            (copy_from(0, 0), "but also down"),
            (2 * right, "add up to 2:"),
            (-right, "add up to -1:"),
            (np.zeros((3, 3)), "All weights are zero"),
            (np.ones((3, 3)), "one weight is enough"),
            (np.full((3, 3), 1 / 9), "one weight is enough"),
            (sobel, "one weight is enough"),
            (sobel.T, "one weight is enough"),
            (right.ravel(), "three rows of three"),
            (np.roll(shirt, 1, axis=1), "This is a picture"),
            (np.eye(5), "shape"),
            (lambda image: image, "it should be numbers"),
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

    def for_the_course_net_alone(probabilities, labels, share):
        return {0.942: 64, 0.955: 76, 0.965: 93}.get(share, 91)

    return Cases(
        right=[
            right,
            limit_of(share, strict=False),
            limit_of(share, limits=range(100)),
            lambda *given: float(right(*given)),
            slow,
        ],
        wrong=[
            (lambda *given: right(*given) / 100, "in whole per cent"),
            (limit_of(lambda hit, confidence, chosen: confidence[chosen].mean()), "surer than it"),
            (lambda probabilities, labels, share: 100 * share, "of that height"),
            (limit_of(share, limits=range(99, 0, -1)), "highest limit"),
            (limit_of(lambda hit, confidence, chosen: hit[chosen].sum() / len(hit)), "among the "),
            (lambda probabilities, labels, share: 96, "needs another limit than 96"),
            (lambda probabilities, labels, share: 100, "needs another limit than 100"),
            (for_the_course_net_alone, "asked about 700 images, needs another limit"),
            (lambda *given: None, "returns nothing"),
            (lambda probabilities, labels: 96, "TypeError"),
            (96, "give the function itself"),
            (lambda *given: [right(*given)], "a single number"),
        ],
    )  # fmt: skip


def cases() -> dict[str, Cases]:
    return {"01.1": moved(), "01.2": changed(), "01.3": built()}


def layers_that_grow() -> str:
    def weights(side):
        parts = [type(one).from_config(one.get_config()) for one in build_fashion_cnn().layers]
        made = keras.Sequential([keras.Input((side, side, 1)), *parts])
        return {layer.name: layer.count_params() for layer in made.layers}

    small, large = weights(28), weights(56)
    grown = [name for name in small if large[name] > small[name]]
    return f"{grown[0]} and no other layer" if len(grown) == 1 else ", ".join(grown)


def seen_by_a_kernel() -> str:
    image = np.zeros((9, 9))
    image[:, 4] = 1
    padded, kernel = np.pad(image, 1), np.array([[0, 0, 0], [-1, 2, -1], [0, 0, 0]])
    row = [(padded[4:7, column : column + 3] * kernel).sum() for column in range(9)]
    return {
        (0, -1, 2, -1, 0): "a positive line between two negative ones",
        (0, 0, 2, 0, 0): "a bright line, just as it was in the image",
        (0, 1, -2, 1, 0): "two positive lines, one on each side of it",
        (0, 0, 0, 0, 0): "nothing at all, as the weights add up to 0",
    }[tuple(row[2:7])]


def one_at_a_time() -> str:
    data = load_fashion_mnist("subset")
    net = load_trained("fashion_cnn")
    for layer in net.layers:
        if isinstance(layer, layers.Dropout):
            layer.rate = 0.0  # what is left is the fault of the statistics
    images = data.test_images[:100]
    says = [net(image[None], training=True).numpy().argmax() for image in images]
    right = np.mean(np.array(says) == data.test_labels[:100])
    if right < 0.25:
        return "Its answers become as good as random ones"
    return "Nothing, as long as no optimizer moves its weights"


def quiz_answers() -> dict[str, str]:
    history = json.loads((DATA / "models/fashion_cnn_constant.json").read_text())["history"]
    slopes = [np.polyfit(range(10), history[which][-10:], 1)[0] for which in ("loss", "val_loss")]
    losses = {
        (-1, 1): "Its training loss fell, while its validation loss rose.",
        (-1, -1): "Both of its losses fell, the validation loss more slowly.",
        (1, 1): "Both of its losses rose, the training loss more slowly.",
    }
    assert history["val_loss"][-1] > min(history["val_loss"])
    assert history["val_loss"][0] < history["loss"][0]

    says, labels = on_test_images()
    confidence, hit = says.max(axis=1), says.argmax(axis=1) == labels
    band = (confidence > 0.9) & (confidence <= 0.99)
    assert round(100 * confidence[band].mean()) == 96
    right = hit[band].mean()
    assert right > 0.7 and (confidence[~hit] > 0.9).mean() > 1 / 3

    accuracies = np.random.default_rng(0).binomial(10_000, 0.92, (1000, 20)) / 10_000
    luck = accuracies.max(axis=1).mean() - 0.92
    return {
        "01-kernel": seen_by_a_kernel(),
        "01-larger-images": layers_that_grow(),
        "01-overfitting": losses[tuple(np.sign(slopes))],
        "01-confidence": "fewer than 90 of 100" if right < 0.9 else "about 96 of 100",
        "01-choose-by-test": "a little less: its luck does not come again"
        if luck > 0.002
        else "the same: no net was trained on the test images",
        "01-company": one_at_a_time(),
    }
