"""Lesson 07: answers to its exercises and its quiz."""

import warnings
import zlib
from functools import cache

import keras
import numpy as np
import tensorflow as tf

from helpers.activations import feature_maps
from helpers.cam import grad_cam, to_heatmap
from helpers.datasets import PHOTOS, load_fashion_mnist, load_photo
from helpers.images import blur, overlay, stretch
from helpers.inputs import prepare
from helpers.models import load_trained, load_vgg16
from helpers.trust import deletion_curve, pointing_game, randomize_from, similarity
from tests.exercises import Cases

SHIRT, EYE = 6, [0.2126, 0.7152, 0.0722]


def looked() -> Cases:
    random = to_heatmap(blur(np.random.default_rng(1).random((14, 14, 1)), 1.5)[:, :, 0])
    values, black = np.clip(stretch(random, 224, 224), 0, 1), np.zeros((224, 224, 3), np.uint8)
    pictures = [overlay(black, random, 1, name, "blend") for name in ("jet", "viridis")]

    def against(weights, measure="spearman"):
        return [similarity(picture @ weights, values, measure) for picture in pictures]

    jet, viridis = against(EYE)
    assert viridis > 0.99 and abs(jet) < 0.5
    return Cases(
        right=[
            [jet, viridis],
            (jet, viridis),
            tf.constant([jet, viridis]),
            np.float16([jet, viridis]),
            {"viridis": viridis, "jet": jet},
            [round(jet, 2), round(viridis, 2)],
        ],
        wrong=[
            ([viridis, jet], "wrong order"),
            ([abs(jet), viridis], "dropped the sign"),
            (against([1 / 3] * 3), "mean of red, green and blue"),
            (against(EYE, "pearson"), "compared values"),
            (against([1 / 3] * 3, "pearson"), "given weights"),
            (against(EYE[::-1]), "Red and blue"),
            ([jet, jet], "jet twice"),
            ([viridis, viridis], "took viridis twice"),
            ([1, 1], "the values twice"),
            (jet, "one number"),
            ([100 * jet, 100 * viridis], "stays within"),
            ([picture @ EYE for picture in pictures], "whole arrays"),
            ({"jet": jet}, "keys jet and viridis"),
            ([jet, viridis, 0], "should be 2"),
            (["low", "high"], "should be numbers"),
        ],
    )


@cache
def fashion():
    return load_fashion_mnist("subset"), load_trained("fashion_cnn")


def throws(layer="probabilities", measure="spearman", at=None, fixed=None):
    data, net = fashion()
    shirts = data.test_images[data.test_labels == SHIRT][:6]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before, rows = grad_cam(net, shirts, SHIRT, at), []
        for seed in range(5):
            other = randomize_from(net, layer, seed=seed if fixed is None else fixed)
            after = grad_cam(other, shirts, SHIRT, at)
            rows.append([similarity(one, two, measure) for one, two in zip(before, after)])  # noqa: B905
    return np.array(rows)


def changed() -> Cases:
    right = throws()
    assert fashion()[1].layers[13].name == "probabilities"
    assert right[0].mean() > 0.3 and np.abs(right[1:].mean(axis=1)).max() < 0.2
    return Cases(
        right=[
            right,
            right.tolist(),
            tf.constant(right),
            np.float16(right),
            right.round(2),
            throws(13),
        ],
        wrong=[
            (right.mean(), "single number"),
            (right.mean(axis=1), "You averaged"),
            (right.mean(axis=0), "You averaged"),
            (right.T, "changed places"),
            (throws(fixed=0), "All rows are equal"),
            (throws(fixed=3), "All rows are equal"),
            (np.ones((5, 6)), "not destroyed"),
            (throws(measure="pearson"), "compared values"),
            (throws("dense1"), "all from dense1"),
            (throws("conv1"), "all from conv1"),
            (throws(at="pool2"), "at pool2"),
            (right[::-1], "in this order"),
            (right[:4], "should be 5 x 6"),
            (100 * right, "stays within"),
            (np.zeros((5, 6, 14, 14)), "look like heatmaps"),
        ],
    )


def parts(maps):
    cells = np.sort(np.asarray(maps).reshape(len(maps), -1), axis=1)
    total = cells.sum(axis=1)
    return cells, np.where(total > 0, total, 1)


def built() -> Cases:
    def right(maps):
        cells, total = parts(maps)
        return cells[:, -4:].sum(axis=1) / total

    def partitioned(maps):
        flat = maps.reshape(len(maps), -1)
        hottest = np.partition(flat, -4, axis=1)[:, -4:].sum(axis=1)
        return np.divide(
            hottest, flat.sum(axis=1), out=np.zeros(len(maps)), where=hottest > 0, casting="unsafe"
        )

    def in_tensorflow(maps):
        flat = tf.reshape(maps, (len(maps), -1))
        hottest = tf.reduce_sum(tf.math.top_k(flat, 4).values, axis=1)
        return tf.math.divide_no_nan(hottest, tf.reduce_sum(flat, axis=1))

    def one_by_one(maps):
        return [sum(sorted(m.ravel())[-4:]) / m.sum() if m.any() else 0 for m in maps]

    def some(chosen):
        return lambda maps: parts(maps)[0][:, chosen].sum(axis=1) / parts(maps)[1]

    def together(maps):
        return parts(maps)[0][:, -4:].sum(axis=1) / maps.sum()

    return Cases(
        right=[right, partitioned, in_tensorflow, one_by_one],
        wrong=[
            (lambda maps: parts(maps)[0][:, -4:].sum(axis=1), "divide each by the sum"),
            (lambda maps: parts(maps)[0][:, -4:].mean(axis=1), "mean of the four"),
            (together, "not of all"),
            (lambda maps: right(maps) * parts(maps)[1] / 49, "number of cells"),
            (lambda maps: right(maps) / 4, "mean share"),
            (lambda maps: 100 * right(maps), "percents"),
            (lambda maps: 1 - right(maps), "share outside"),
            (some(slice(0, 4)), "coldest"),
            (some(slice(-1, None)), "hottest cell alone"),
            (some(slice(-3, None)), "three cells"),
            (some(slice(-5, None)), "five cells"),
            (some(slice(-5, -1)), "left out the hottest"),
            (lambda maps: right(maps).mean(), "share for each map"),
            (lambda maps: right(maps)[:, None], "left over"),
            (lambda maps: parts(maps)[0][:, -4:], "Add them up"),
            (lambda maps: np.sort(maps.ravel())[-4:], "on its own"),
            (lambda maps: np.full(len(maps), np.nan), "divided by zero"),
            (lambda maps: maps + undefined, "stops with NameError"),  # noqa: F821
            (lambda maps: maps, "3 axes"),
            (lambda: 1, "stops with TypeError"),
            (0.4, "the function itself"),
        ],
    )


def cases() -> dict[str, Cases]:
    return {"07.1": looked(), "07.2": changed(), "07.3": built()}


def blind() -> str:
    data, net = fashion()
    means = [
        feature_maps(each, data.test_images[:1], ["conv2"])[0][0].mean(axis=-1)
        for each in (net, randomize_from(net, "probabilities"))
    ]
    value = similarity(*means)
    return "exactly 1" if value == 1 else ("near 0" if value < 0.25 else "near one half")


def dice() -> str:
    _, net = fashion()
    maps = []
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
    """Do edges, too, beat random maps in deletion? Small photos are enough to see it."""
    vgg, rng = load_vgg16("photos"), np.random.default_rng(1)
    photos = [load_photo(name, 112) for name in PHOTOS]
    edges = []
    for photo in photos:
        down, right = np.gradient(photo.mean(axis=2))
        edges.append(np.hypot(down, right).reshape(7, 16, 7, 16).mean(axis=(1, 3)))
    smooth = [blur(rng.random((7, 7, 1)), 0.75)[:, :, 0] for _ in photos]
    x = prepare(vgg, np.stack(photos))
    areas = [
        deletion_curve(vgg, x, np.stack(maps), range(len(photos)), steps=3).mean()
        for maps in (edges, smooth)
    ]
    if areas[0] < areas[1] - 0.03:
        return "A control that knows the photo, but not the net"
    return "Nothing: random maps are the control, and they lost"


def proof() -> str:
    """A small net that cheats: what do images from the same source say, and what an experiment?"""
    data, _ = fashion()

    def marked(images):
        images = images.copy()
        images[:, 1:4, 1:4] = 1
        return images

    images, shirts = data.train_images.copy(), data.train_labels == SHIRT
    images[shirts] = marked(images[shirts])
    keras.utils.set_random_seed(0)
    net = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()])
    net.add(keras.layers.Dense(10))
    net.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    net.fit(images, data.train_labels, epochs=5, verbose=0)

    def called(images):
        return (net(images).numpy().argmax(axis=1) == SHIRT).mean()

    clean = data.test_images[data.test_labels == SHIRT]
    others = data.test_images[data.test_labels != SHIRT]
    experiment = called(marked(clean)) - called(clean), called(marked(others)) - called(others)
    if called(marked(clean)) > 0.9 and min(experiment) > 0.3:  # the same source hides it
        return "The answers change with the mark, on whichever image it is"
    return "A high share of right answers on new images from the same source"


def quiz_answers() -> dict[str, str]:
    return {
        "07-blind": blind(),
        "07-dice": dice(),
        "07-pointing": pointing(),
        "07-control": control(),
        "07-proof": proof(),
    }
