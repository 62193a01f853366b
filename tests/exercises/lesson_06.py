"""Lesson 06: answers to its exercises and its quiz."""

import warnings
from functools import cache

import keras
import numpy as np
import tensorflow as tf

from helpers.activations import feature_maps
from helpers.cam import grad_cam, grad_cam_plus_plus, layer_cam, to_heatmap
from helpers.datasets import load_fashion_mnist
from helpers.images import stretch
from helpers.models import load_trained, with_linear_output
from helpers.trust import pointing_game
from tests.exercises import Cases

FIRST = 100
METHODS = {"Grad-CAM": grad_cam, "Grad-CAM++": grad_cam_plus_plus, "Layer-CAM": layer_cam}
HALF = np.arange(28) >= 14 + np.zeros((28, 1))


@cache
def deep():
    return load_trained("deep_fashion_cnn")


@cache
def linear():
    return with_linear_output(deep())


@cache
def compiled():
    return tf.function(linear())


@cache
def fashion():
    data = load_fashion_mnist("subset")
    return data.test_images, np.int32(data.test_labels), list(data.class_names)


def logits_from(layer, maps):
    place = [one.name for one in linear().layers].index(layer)
    for one in linear().layers[place + 1 :]:
        maps = one(maps)
    return maps


def maps_and_gradients(layer, pictures, classes):
    maps = tf.constant(feature_maps(deep(), pictures, [layer])[0])
    with tf.GradientTape() as tape:
        tape.watch(maps)
        score = tf.gather(logits_from(layer, maps), classes, batch_dims=1)
    return maps.numpy(), tape.gradient(score, maps).numpy()


def draw(raw):
    middle = (4 * np.arange(7) + np.minimum(4 * np.arange(7) + 15, 27)) / 2
    spread = np.stack([np.interp(np.arange(28), middle, row) for row in np.eye(7)], axis=1)
    return spread @ raw @ spread.T


@cache
def scenes(guest: str) -> np.ndarray:
    images, labels, names = fashion()
    trousers, guests = (images[labels == names.index(n)][:40] for n in ("Trouser", guest))
    parts = np.roll(trousers, -6, axis=2)[:, :, :14], np.roll(guests, 6, axis=2)[:, :, 14:]
    return np.concatenate(parts, axis=2)


def looked() -> Cases:
    images, labels, _ = fashion()
    unread, read, per_map, silent, values = [], [], [], [], []
    for number in range(1, 9):
        A, g = maps_and_gradients(f"relu{number}", images[:FIRST], labels[:FIRST])
        unread.append(int((g == 0).all(axis=(0, 3)).sum()))
        read.append(int((g != 0).any(axis=(0, 3)).sum()))
        per_map.append(int((g == 0).all(axis=0).sum()))
        silent.append(int((A == 0).all(axis=(0, 3)).sum()))
        values.append((g == 0).sum())
    named = {f"relu{i + 1}": n for i, n in enumerate(unread)}
    assert silent != unread
    return Cases(
        right=[
            unread,
            tuple(unread),
            np.int8(unread),
            tf.constant(unread),
            named,
            dict(sorted(named.items(), reverse=True)),
            {name: n for name, n in named.items() if n},
            {i + 1: n for i, n in enumerate(unread)},
        ],
        wrong=[
            ("relu8", "Give eight numbers"),
            (unread[-1], "single number"),
            (read, "places that are read"),
            (unread[::-1], "turned around"),
            ([*unread[:-1], 7 + 7], "the corner"),
            (per_map, "once a map"),
            (values, "single values"),
            (silent, "You looked at the maps"),
            ([0] * 7 + [unread[-1] / 49], "shares"),
            ([unread[-1]], "shape"),
            ([*unread, 0], "shape"),
            ([0] * 8, "You looked at the maps"),
            ([0] * 7 + [12], "not all are right"),
            ({"bn8": 13}, "There is no 'bn8' here"),
        ],
    )


def shares(weigh, guest="Bag", layer="relu7", place=draw) -> list[float]:
    names, found = fashion()[2], []
    for name in ("Trouser", "Bag"):
        B, slope = maps_and_gradients(layer, scenes(guest), [names.index(name)] * 40)
        raw = np.maximum(np.einsum("nhwk,nk->nhw", B, weigh(slope)), 0)
        found.append(pointing_game(place(raw), HALF).energy.mean())
    return found


def of_method(method) -> list[float]:
    names = fashion()[2]
    found = [
        draw(method(deep(), scenes("Bag"), names.index(c), "relu7")) for c in ("Trouser", "Bag")
    ]
    return [pointing_game(one, HALF).energy.mean() for one in found]


def positive(slope):
    return np.maximum(slope, 0).mean(axis=(1, 2))


def changed() -> Cases:
    right = shares(positive)
    names = fashion()[2]
    maps_, slope = maps_and_gradients("relu7", scenes("Bag"), [names.index("Bag")] * 40)
    summed = draw(np.einsum("nhwk,nk->nhw", maps_, np.maximum(slope, 0).sum(axis=(1, 2))))
    bag = summed[:, HALF].sum() / summed.sum()  # sums in place of means, all scenes at once
    return Cases(
        right=[
            right,
            tuple(right),
            np.float32(right),
            tf.constant(right),
            [round(float(one), 2) for one in right],
            [right[0], bag],
            {"Bag": right[1], "Trouser": right[0]},
            {8: right[1], 1: right[0]},
        ],
        wrong=[
            (right[::-1], "Trouser first"),
            ([100 * one for one in right], "percent"),
            (right[1] - right[0], "single number"),
            (of_method(grad_cam), "Grad-CAM as it is"),
            (shares(lambda g: np.maximum(g.mean(axis=(1, 2)), 0)), "cut off the mean"),
            (shares(lambda g: np.abs(g).mean(axis=(1, 2))), "abs counts"),
            (shares(lambda g: np.maximum(-g, 0).mean(axis=(1, 2))), "negative part"),
            (shares(positive, guest="Trouser"), "two trousers"),
            (
                shares(positive, place=lambda r: np.stack([stretch(o, 28, 28) for o in r])),
                "stretched",
            ),
            (of_method(layer_cam), "Layer-CAM"),
            ([1 - one for one in right], "left half"),
            ([*right, 0.5], "shape"),
            ([0.1, 0.9], "not the right ones"),
            (["45%", "52%"], "should be numbers"),
        ],
    )


def built() -> Cases:
    def right(images, classes, value, score=None, rise=1):
        score = score or compiled()
        before = tf.gather(score(images), classes, batch_dims=1)
        fall = np.zeros((len(images), 28, 28))
        for i in range(0, 28, 7):
            for j in range(0, 28, 7):
                painted = images.copy()
                painted[:, i : i + 7, j : j + 7] = value
                after = tf.gather(score(painted), classes, batch_dims=1)
                tile = np.maximum(rise * (before - after), 0)
                fall[:, i : i + 7, j : j + 7] = tile[:, None, None]
        return fall

    def masked(images, classes, value):
        maps = []
        for n, image in enumerate(images):
            tile, fall = np.kron(np.arange(16).reshape(4, 4), np.ones((7, 7))), np.zeros((28, 28))
            for number in range(16):
                here = tile == number
                pair = np.stack([image, np.where(here[..., None], value, image)])
                before, after = compiled()(np.float32(pair)).numpy()[:, classes[n]]
                fall[here] = max(before - after, 0)
            maps.append(fall)
        return maps

    def no_relu(images, classes, value):
        return right(images, classes, value) - right(images, classes, value, rise=-1)

    def no_copy(images, classes, value):
        fall, before = np.zeros((len(images), 28, 28)), compiled()(images).numpy()
        for i, j in 7 * np.array([*np.ndindex(4, 4)]):
            images[:, i : i + 7, j : j + 7] = value
            after = compiled()(images).numpy()
            tile = np.maximum(before - after, 0)[np.arange(len(images)), classes]
            fall[:, i : i + 7, j : j + 7] = tile[:, None, None]
        return fall

    def chosen(images, classes, value):
        return right(images, compiled()(images).numpy().argmax(axis=1), value)

    return Cases(
        right=[
            right,
            masked,
            lambda i, c, v: right(i, c, v).tolist(),
            lambda i, c, v: tf.constant(right(i, c, v), tf.float32),
        ],
        wrong=[
            (no_relu, "negative values"),
            (lambda i, c, v: -no_relu(i, c, v), "sign is turned"),
            (lambda i, c, v: right(i, c, v, rise=-1), "the logit rises"),
            (lambda i, c, v: np.abs(no_relu(i, c, v)), "abs counts"),
            (lambda i, c, v: right(i, c, v, score=tf.function(deep())), "probabilities"),
            (no_copy, "copy them first"),
            (lambda i, c, v: no_copy(i.copy(), c, v), "stays painted"),
            (lambda i, c, v: right(i, c, 0), "You paint with 0"),
            (lambda i, c, v: right(i, c, 0.3), "You paint with 0.3"),
            (chosen, "the class that the net chose"),
            (lambda i, c, v: right(i, c, v).swapaxes(1, 2), "exchanged"),
            (lambda i, c, v: to_heatmap(right(i, c, v)), "stretched"),
            (lambda i, c, v: right(i, c, v)[:, ::7, ::7], "7 x 7 pixels"),
            (lambda i, c, v: right(i, c, v)[0], "counts the images is gone"),
            (lambda i, c, v: right(i, c, v)[..., None], "left over"),
            (lambda i, c, v: right(i, c, v).sum(axis=(1, 2)), "number for each image"),
            (lambda i, c, v: 1.0, "single number"),
            (lambda i, c, v: np.roll(right(i, c, v), 3, axis=2), "Sixteen tiles"),
            (lambda i: right(i, 0, 0), "stops with TypeError"),
            (right(*(fashion()[k][:2] for k in (0, 1)), 0.3), "the function itself"),
        ],
    )


def cases() -> dict[str, Cases]:
    return {"06.1": looked(), "06.2": changed(), "06.3": built()}


def negative() -> str:
    """A net of one map that is given, its value -2 at a place, its mean gradient -3."""
    maps = keras.Input((2, 2, 1))
    copied = keras.layers.Conv2D(1, 1, use_bias=False)
    average = keras.layers.GlobalAveragePooling2D()
    head = keras.layers.Dense(1, use_bias=False)
    model = keras.Model(maps, head(average(copied(maps))))
    model.set_weights([np.ones((1, 1, 1, 1)), np.array([[-3 * 4]])])  # 4 places share a weight
    given = np.float32([[[[-2], [1]], [[1], [1]]]])
    value = round(float(grad_cam(model, given, 0, 1)[0, 0, 0]))
    return {
        6: "+6: the map is bright where the filter is silent",
        0: "0: ReLU cuts negative values off",
    }.get(value, "−6: a silent filter that speaks against the class lowers the map")


def rim() -> str:
    images, labels, _ = fashion()
    A, g = maps_and_gradients("relu8", images[:FIRST], labels[:FIRST])
    edge = np.ones((7, 7), bool)
    edge[:6, :6] = False
    changed = A.copy()
    changed[:, edge] = 1000
    if not np.array_equal(logits_from("relu8", changed), logits_from("relu8", A)):
        return "The net reads these places for other classes"
    if np.abs(g[:, edge]).max() == np.abs(g).max():
        return "Its gradient is the largest of the layer"
    raw = grad_cam_plus_plus(deep(), images[:FIRST], labels[:FIRST], "relu8")
    if not pointing_game(raw, edge).hit.mean() > 0.9:  # before any stretching
        return "Stretching to the size of the image smears the heat outwards"
    return "Each map has one weight, painted wherever it is large"


def whose_map_moves() -> str:
    moved = {name: np.ptp(of_method(method)) for name, method in METHODS.items()}
    if np.ptp(list(moved.values())) < 0.1:
        return "All alike, because all three use the same maps and the same gradient"
    return {
        "Grad-CAM": "Grad-CAM, because what speaks against a class counts too",
        "Grad-CAM++": "Grad-CAM++, because it is the newer method and made for several objects",
        "Layer-CAM": "Layer-CAM, because each place has a weight of its own",
    }[max(moved, key=moved.get)]


def empty() -> str:
    images, _, names = fashion()
    bag, c = images[18:19], names.index("Bag")
    assert tf.nn.softmax(linear()(bag)).numpy()[0, c] > 0.99
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not grad_cam(deep(), bag, c, "relu6").any()
    A, g = maps_and_gradients("relu6", bag, [c])
    if not g.any():
        return "The gradient of the logit is zero, because the net is sure"
    if np.ptp(logits_from("relu6", np.concatenate([A, 0 * A])).numpy(), axis=0).max() < 1e-3:
        return "The net did not use relu6 for this image"
    if (A * g).sum() <= 0:
        return "Nothing in relu6 speaks for Bag"
    return "Little: a mean over places can hide what speaks for it"


def story() -> str:
    images, _, names = fashion()
    shoe = np.repeat(images[23:24], 3, axis=0)
    shoe[1, 10:16, 13:24] = 0.75  # the opening
    shoe[2, 10:16, 1:12] = 0.75  # the ground above the toe
    before, opening, ground = (names[c] for c in linear()(shoe).numpy().argmax(axis=1))
    assert (before, opening) == ("Sandal", "Ankle boot")
    if ground == before:
        return "The same patch on another place, which should not turn the answer"
    return "Nothing: the answer has turned"


def quiz_answers() -> dict[str, str]:
    return {
        "06-negative": negative(),
        "06-rim": rim(),
        "06-class": whose_map_moves(),
        "06-empty": empty(),
        "06-story": story(),
    }
