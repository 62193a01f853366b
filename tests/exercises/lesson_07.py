"""Lesson 07: answers to its exercises and its quiz."""

import warnings
import zlib

import keras
import numpy as np
import tensorflow as tf

from helpers.activations import feature_maps
from helpers.cam import grad_cam
from helpers.classes import probabilities
from helpers.datasets import load_album, load_fashion_mnist
from helpers.images import blur
from helpers.inputs import prepare
from helpers.models import load_efficientnet_lite, load_trained
from helpers.occlusion import occlusion_map
from helpers.trust import (
    deletion_curve,
    pointing_game,
    randomize_from,
    similarity,
)
from tests.exercises import Cases

SHIRT = 6


def peaks(maps, mask):
    top = maps.max(axis=(1, 2), keepdims=True)
    hottest = (maps == top) & (top > 0)
    return hottest, (hottest & mask).sum(axis=(1, 2))


def fair_peak() -> Cases:
    def right(maps, mask):
        hottest, inside = peaks(maps, mask)
        return inside / np.maximum(hottest.sum(axis=(1, 2)), 1)

    def one_by_one(maps, mask):
        return [mask[one == one.max()].mean() if one.any() else 0 for one in maps]

    def in_tensorflow(maps, mask):
        flat, chosen = tf.reshape(maps, (len(maps), -1)), tf.cast(mask.ravel(), tf.float32)
        top = tf.cast(flat == tf.reduce_max(flat, axis=1, keepdims=True), tf.float32)
        share = tf.reduce_sum(top * chosen, axis=1) / tf.reduce_sum(top, axis=1)
        return tf.where(tf.reduce_any(flat > 0, axis=1), share, 0)

    def by_argmax(maps, mask):
        return mask.ravel()[maps.reshape(len(maps), -1).argmax(axis=1)] & maps.any(axis=(1, 2))

    def empty_counts(maps, mask):
        top = maps == maps.max(axis=(1, 2), keepdims=True)
        return (top & mask).sum(axis=(1, 2)) / top.sum(axis=(1, 2))

    def divided_by_zero(maps, mask):
        hottest, inside = peaks(maps, mask)
        with np.errstate(invalid="ignore"):
            return inside / hottest.sum(axis=(1, 2))

    return Cases(
        right=[right, one_by_one, in_tensorflow, lambda m, k: np.float32(right(m, k))],
        wrong=[
            (by_argmax, "argmax takes one"),
            (lambda m, k: pointing_game(m, k).hit, "not all values are"),
            (lambda m, k: pointing_game(m, k).energy, "energy inside"),
            (lambda m, k: peaks(m, k)[1] > 0, "any peak lies inside"),
            (lambda m, k: peaks(m, k)[1], "These are counts"),
            (lambda m, k: 1 - right(m, k), "share outside"),
            (lambda m, k: 100 * right(m, k), "percents"),
            (empty_counts, "points nowhere"),
            (divided_by_zero, "divided by zero"),
            (lambda m, k: peaks(m, k)[1] / k.sum(), "cells of the region"),
            (lambda m, k: ((m == m.max()) & k).sum(axis=(1, 2)), "maximum of its own"),
            (lambda m, k: right(m, k).mean(), "share for each map"),
            (lambda m, k: right(m, k)[:, None, None], "left over"),
            (lambda m, k: peaks(m, k)[0], "for each cell"),
            (lambda m, k: np.ones(len(m)), "not all values are"),
            (lambda m, k: np.zeros(len(m)), "not all values are"),
            (lambda m: m, "stops with TypeError"),
            (0.5, "the function itself"),
        ],
    )


def throws(model, images, index, layer, measure="spearman", seeds=range(5), cam=grad_cam):
    before, rows = cam(model, images, index), []
    for seed in seeds:
        after = cam(randomize_from(model, layer, seed=seed), images, index)
        rows.append([similarity(*pair, measure) for pair in zip(before, after, strict=True)])
    return np.array(rows)


def on_its_own(model, images, index, layer):
    """Destroy the net as the lesson does, and compare ranks with NumPy."""
    del layer
    return throws(model, images, index, model.layers[-1])


def scatter() -> Cases:
    def itself(model, images, index, layer):
        first = grad_cam(model, images, index)
        return [[similarity(one, one) for one in first]] * 5

    return Cases(
        right=[
            throws,
            lambda *given: throws(*given).tolist(),
            lambda *given: tf.constant(throws(*given)),
            lambda *given: throws(*given).round(3),
        ],
        wrong=[
            (itself, "a map meets itself|All are 1"),
            (lambda *given: throws(*given, seeds=[0] * 5), "All rows are equal"),
            (lambda *given: throws(*given, seeds=range(1, 6)), "not all values are"),
            (lambda *given: throws(*given)[::-1], "in the order 0, 1, 2"),
            (lambda *given: throws(*given, measure="pearson"), "compared values"),
            (lambda m, i, c, layer: throws(m, i, c, "end"), "all from end on"),
            (lambda m, i, c, layer: throws(m, i, c, "hidden"), "all from hidden on"),
            (on_its_own, "all from end on"),
            (lambda m, i, c, layer: throws(m, i, 2, layer), "use class_index"),
            (lambda m, i, c, layer: throws(m, i, None, layer), "use class_index"),
            (lambda *given: throws(*given).T, "changed places"),
            (lambda *given: throws(*given).mean(), "one number"),
            (lambda *given: throws(*given).mean(axis=1), "You averaged"),
            (lambda *given: throws(*given).mean(axis=0), "You averaged"),
            (lambda *given: throws(*given)[:4], r"shape \(4, 4\)"),
            (lambda m, i, c, layer: np.stack([grad_cam(m, i, c)] * 5), "look like heatmaps"),
            (lambda *given: np.zeros((5, 4)), "not all values are|another class"),
            (lambda model: model, "stops with TypeError"),
            (np.zeros((5, 4)), "the function itself"),
        ],
    )


def search(model, images, index, fill=0.0, best=min, margin=0, fresh=True):
    height, width = images.shape[1:3]
    covered, left = images.copy(), {}
    for place in np.ndindex(height - 2 - margin, width - 2 - margin):
        if fresh:
            covered = images.copy()
        covered[:, place[0] : place[0] + 3, place[1] : place[1] + 3] = fill
        left[place] = probabilities(model, covered)[:, index].mean()
    return best(left, key=left.get)


def secret_place() -> Cases:
    def by_the_net_itself(model, images, class_index):
        left = np.ones([side - 2 for side in images.shape[1:3]])
        for row, column in np.ndindex(left.shape):
            covered = images.copy()
            covered[:, row : row + 3, column : column + 3] = 0
            left[row, column] = model(covered).numpy()[:, class_index].mean()
        return np.array(np.unravel_index(np.argmin(left), left.shape))

    def brightest(model, images, index):
        mean = images.mean(axis=0)[..., 0]
        return np.unravel_index(mean.argmax(), mean.shape)

    def hottest_pixel(model, images, index):
        falls = occlusion_map(model, images, index, patch=3, stride=1).mean(axis=0)
        return np.unravel_index(falls.argmax(), falls.shape)

    def moved(by):
        return lambda *given: tuple(np.add(search(*given), by))

    return Cases(
        right=[search, by_the_net_itself, lambda *given: list(search(*given))],
        wrong=[
            (lambda *given: search(*given)[::-1], "changed places"),
            (moved(1), "top left pixel"),
            (moved(2), "top left pixel"),
            (lambda *given: search(*given, best=max), "raises the probability"),
            (lambda *given: search(*given, fill=1), "white|It is not row"),
            (lambda *given: search(*given, fresh=False), "fresh copy"),
            (lambda *given: search(*given, margin=1), "far end"),
            (lambda m, i, c: search(m, i, 1), "class_index"),
            (brightest, "It is not row|lies inside"),
            (hottest_pixel, "It is not row|lies inside"),
            (lambda *given: (2, 8), "It is not row"),
            (lambda *given: (0, 0), "It is not row"),
            (lambda *given: 21, "0 axes"),
            (lambda *given: (2.5, 8), "whole numbers"),
            (lambda m, i, c: np.zeros(i.shape[1:3]), "2 axes"),
            (lambda model: model, "stops with TypeError"),
            ((2, 8), "the function itself"),
        ],
    )


def cases() -> dict[str, Cases]:
    return {"07.1": fair_peak(), "07.2": scatter(), "07.3": secret_place()}


def blind() -> str:
    data, net = load_fashion_mnist("subset"), load_trained("fashion_cnn")
    means = [
        feature_maps(each, data.test_images[:1], ["conv2"])[0][0].mean(axis=-1)
        for each in (net, randomize_from(net, "probabilities"))
    ]
    value = similarity(*means)
    return "exactly 1" if value == 1 else ("near 0" if value < 0.25 else "near one half")


def dice() -> str:
    net, maps = load_trained("fashion_cnn"), []
    for each in (net, randomize_from(net, "probabilities")):
        kernel = np.ascontiguousarray(each.get_layer("probabilities").get_weights()[0])
        maps.append(np.random.default_rng(zlib.crc32(kernel.tobytes())).random((14, 14)))
    if abs(similarity(*maps)) < 0.3:
        return "They pass: they change, although they explain nothing"
    return "They fail: the photo is the same, so the map stays the same"


def pointing() -> str:
    heatmap = np.array([[[5, 3], [1, 1]]])
    hit, energy = pointing_game(heatmap, heatmap < 5)
    return f"{'hit' if hit[0] else 'no hit'}, energy {energy[0]:.0%}".replace("%", " %")


def control() -> str:
    """Does a blob in the centre, too, beat random maps in deletion?"""
    net, rng = load_efficientnet_lite(), np.random.default_rng(1)
    x = prepare(net, load_album("animal", "test"))
    answers = probabilities(net, x).argmax(axis=1)
    line = np.linspace(-1, 1, 7)
    centre = np.stack([np.exp(-(line**2 + line[:, None] ** 2)) for _ in x])
    smooth = np.stack([blur(rng.random((7, 7, 1)), 1)[:, :, 0] for _ in x])
    areas = [deletion_curve(net, x, m, answers, steps=4).mean() for m in (centre, smooth)]
    if areas[0] < areas[1] - 0.03:
        return "The strongest control that doesn't know the net, such as a blob in the centre"
    return "Nothing: random maps are the control, and they lost"


def proof() -> str:
    """A small net that cheats: what do images from the same source say, and what an experiment?"""
    data = load_fashion_mnist("subset")

    def marked(images):
        images = images.copy()
        images[:, 1:4, 1:4] = 1
        return images

    def trained(images):
        keras.utils.set_random_seed(0)
        net = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()])
        net.add(keras.layers.Dense(10))
        net.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        net.fit(images, data.train_labels, epochs=5, verbose=0)
        return net

    def called(net, images):
        return (net(images).numpy().argmax(axis=1) == SHIRT).mean()

    def changes(net):
        return [called(net, marked(each)) - called(net, each) for each in (clean, others)]

    images, shirts = data.train_images.copy(), data.train_labels == SHIRT
    images[shirts] = marked(images[shirts])
    clean = data.test_images[data.test_labels == SHIRT]
    others = data.test_images[data.test_labels != SHIRT]
    cheat, honest = trained(images), trained(data.train_images)
    hidden = called(cheat, marked(clean)) > 0.9  # by images of the same source
    if hidden and min(changes(cheat)) > 0.3 and np.abs(changes(honest)).max() < 0.1:
        return (
            "Adding, removing or moving the mark alone changes many answers, "
            "and hardly any in an honest net"
        )
    return "A high share of right answers on new images from the same source"


def holes() -> str:
    """Can a linear net learn from the shape of holes alone, where holes lie on the object?"""
    data = load_fashion_mnist("subset")
    ranking = [maps[..., 0] > 0 for maps in (data.train_images, data.test_images)]
    keras.utils.set_random_seed(0)
    net = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten()])
    net.add(keras.layers.Dense(10))
    net.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    net.fit(np.float32(ranking[0]), data.train_labels, epochs=3, verbose=0)
    right = (net(np.float32(ranking[1])).numpy().argmax(axis=1) == data.test_labels).mean()
    if right > 0.5:
        return "The shape of the holes may tell the class by itself"
    return "The ranking was bad: it painted only what nobody needs"


def quiz_answers() -> dict[str, str]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="a heatmap is zero")
        return {
            "07-blind": blind(),
            "07-dice": dice(),
            "07-pointing": pointing(),
            "07-control": control(),
            "07-holes": holes(),
            "07-proof": proof(),
        }
