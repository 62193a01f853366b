"""Lesson 05: answers to its exercises and its quiz."""

import warnings
from functools import cache

import keras
import numpy as np
import tensorflow as tf

from helpers.activations import feature_maps
from helpers.cam import grad_cam, to_heatmap
from helpers.datasets import PHOTOS, collage, load_fashion_mnist, load_photo
from helpers.images import fit
from helpers.inputs import prepare
from helpers.models import load_vgg16
from tests.exercises import Cases

FOUR = ["cat", "coffee", "palace", "flower"]
CAT = PHOTOS.index("cat")


@cache
def vgg():
    return load_vgg16("photos")


def looked() -> Cases:
    grey = load_fashion_mnist("subset").test_images[4]
    shirt = fit(np.uint8(255 * np.repeat(grey, 3, axis=2)), 224)
    logits = vgg()(prepare(vgg(), shirt[None])).numpy()[0]
    order = np.argsort(-logits)
    first, second, last = PHOTOS[order[0]], PHOTOS[order[1]], PHOTOS[order[-1]]
    return Cases(
        right=[first, first.upper(), f" {first} ", np.str_(first)],
        wrong=[
            (int(order[0]), "looks like an index"),
            (order[0], "looks like an index"),
            (logits, "six numbers"),
            ("shirt", "always answers with one of them"),
            ("T-shirt", "always answers with one of them"),
            (last, "smallest logit"),
            (second, "It is not"),
            ("cat", "Give it the shirt|smallest logit"),
            ("dog", "There is no 'dog' here"),
            (shirt, "should be a name"),
        ],
    )


def changed() -> Cases:
    x = prepare(vgg(), collage(FOUR)[None])
    both = keras.Model(vgg().input, [vgg().get_layer("block5_conv3").output, vgg().output])
    with tf.GradientTape() as tape:
        maps, logits = both(x)
        score = -logits[:, CAT]
    weights = tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2))
    total = tf.einsum("nhwk,nk->nhw", maps, weights)
    right, for_cat = tf.nn.relu(total), np.maximum(-total, 0)
    photo = grad_cam(vgg(), prepare(vgg(), load_photo("cat", 224)[None]), CAT)
    return Cases(
        right=[
            right,
            right.numpy()[0],
            right.numpy()[0].tolist(),
            to_heatmap(right.numpy()),
            np.float16(to_heatmap(right.numpy()[0])),
        ],
        wrong=[
            (for_cat[0], "speaks for the cat"),
            (to_heatmap(for_cat), "speaks for the cat"),
            (total, "ReLU is missing"),
            (-total, "weighted sum for the cat"),
            (-for_cat, "changed the sign after"),
            (np.minimum(-total, 0), "with a minus"),
            (np.abs(total), "abs puts"),
            (np.zeros_like(for_cat), "All zero"),
            (photo, "Take the collage"),
            (grad_cam(vgg(), x, PHOTOS.index("palace")), "speaks for palace"),
            (0.01, "single number"),
            (maps, "4 axes"),
            (np.random.default_rng(0).random((28, 28)), "before softmax"),
        ],
    )


def built() -> Cases:
    kernel = vgg().get_layer("logits").get_weights()[0]

    def parts(images, index):
        (maps,) = feature_maps(vgg(), images, ["block5_conv3"])
        return maps, maps @ kernel[:, index], maps.shape[1] * maps.shape[2]

    def right(images, index):
        _, total, places = parts(images, index)
        return np.maximum(total / places, 0)

    def convolved(images, index):
        maps, _, places = parts(images, index)
        return tf.nn.relu(tf.einsum("nhwk,k->nhw", maps, kernel[:, index])) / places

    def no_relu(images, index):
        _, total, places = parts(images, index)
        return total / places

    def positive_weights(images, index):
        maps, _, places = parts(images, index)
        return maps @ np.maximum(kernel[:, index], 0) / places

    def all_classes(images, index):
        maps, _, places = parts(images, index)
        return np.maximum(maps @ kernel / places, 0)

    return Cases(
        right=[
            right,
            convolved,
            lambda images, index: right(images, index).tolist(),
            lambda images, index: grad_cam(vgg(), images, index),
        ],
        wrong=[
            (no_relu, "apply ReLU at the end"),
            (lambda i, c: np.maximum(parts(i, c)[1], 0), "divide by the number of places"),
            (lambda i, c: parts(i, c)[1], "then apply ReLU"),
            (lambda i, c: np.maximum(parts(i, c)[1], 0) / 196, "224 x 224 pixels only"),
            (lambda i, c: np.maximum(parts(i, c)[1], 0) / 512, "not by the places"),
            (lambda i, c: to_heatmap(right(i, c)), "stretched|not all values"),
            (lambda i, c: right(i, c) / right(i, c).max(), "stretched"),
            (positive_weights, "dropped the negative weights"),
            (lambda i, c: parts(i, c)[0].mean(axis=-1), "weight them"),
            (lambda i, c: right(i, CAT), "use class_index"),
            (lambda i, c: right(i, c)[0], "counts the images is gone"),
            (lambda i, c: right(i, c)[..., None], "left over"),
            (lambda i, c: parts(i, c)[0], "one map a filter"),
            (lambda i, c: parts(i, c)[0].mean(axis=(1, 2)), "places are gone"),
            (lambda i, c: 1.0, "single number"),
            (all_classes, "4 axes"),
            (lambda images: right(images, CAT), "stops with TypeError"),
            (right(prepare(vgg(), load_photo("cat", 64)[None]), CAT), "the function itself"),
        ],
    )


def cases() -> dict[str, Cases]:
    return {"05.1": looked(), "05.2": changed(), "05.3": built()}


def tiny_net(head):
    """The lesson's net of two filters, wired by hand."""
    spot = [[0, -1, 0], [-1, 4, -1], [0, -1, 0]]
    edge = [[-1, -1, -1], [0, 0, 0], [1, 1, 1]]
    filters = keras.layers.Conv2D(2, 3, activation="relu", use_bias=False)
    average = keras.layers.GlobalAveragePooling2D()
    linear = keras.layers.Dense(2, use_bias=False)
    tiny = keras.Sequential([keras.Input((6, 6, 1)), filters, average, linear])
    tiny.set_weights([np.stack([spot, edge], axis=-1)[:, :, None], np.array(head)])
    return tiny


def by_hand() -> str:
    """Two maps given, a linear layer on their averages: the heatmap at one place."""
    maps = keras.Input((4, 4, 2))
    copied = keras.layers.Conv2D(2, 1, use_bias=False)
    average = keras.layers.GlobalAveragePooling2D()
    linear = keras.layers.Dense(2, use_bias=False)
    model = keras.Model(maps, linear(average(copied(maps))))
    model.set_weights([np.eye(2)[None, None], np.array([[3, -1], [-2, 1]])])
    given = np.zeros((1, 4, 4, 2), np.float32)
    given[0, 1, 1], given[0, 2, 2] = (2, 4), (1, 0)
    value = round(16 * float(grad_cam(model, given, 0)[0, 1, 1]))
    return f"{value}/16".replace("-", "−") if value else "0"


def after_softmax() -> str:
    x = prepare(vgg(), load_photo("cat", 224)[None])
    logits = tf.constant(np.float64(vgg()(x).numpy()))
    with tf.GradientTape() as tape:
        tape.watch(logits)
        probability = tf.nn.softmax(logits)[:, CAT]
    slope = float(np.abs(tape.gradient(probability, logits)).max())  # before softmax it is 1
    assert probability[0] > 0.99
    if slope < 0.01:
        return "It becomes far smaller, because the probability can hardly rise any more"
    if slope > 1:
        return "It becomes larger, because the net is surer than for any other class"
    return "It stays the same, because softmax keeps the order of the classes"


def absent() -> str:
    x = prepare(vgg(), load_photo("astronaut", 224)[None])
    shares = tf.nn.softmax(vgg()(x)).numpy()[0]
    assert shares.argmax() != CAT and shares[CAT] < 0.005
    if not to_heatmap(grad_cam(vgg(), x, CAT)).max():
        return "The heatmap is faulty: without a cat it must be empty"
    return "It speaks more for cat than the other places do, even if all speak little"


def best_layer() -> str:
    x, shares = prepare(vgg(), collage(FOUR, 112)[None]), {}
    for layer in ("block1_conv2", "block3_conv3", "block5_conv3"):
        heatmap = grad_cam(vgg(), x, CAT, layer)[0]
        side = len(heatmap) // 2
        shares[layer] = heatmap[:side, :side].sum() / heatmap.sum()
    reasons = {
        "block1_conv2": "because its map is the finest",
        "block3_conv3": "because the middle is the best of both",
        "block5_conv3": "because its filters answer to parts of few things",
    }
    best = max(shares, key=shares.get)
    assert max(shares.values()) > 2 * min(shares.values())
    return f"{best}, {reasons[best]}"


def empty() -> str:
    picture = np.zeros((1, 6, 6, 1), np.float32)
    picture[0, 4:] = 1
    tiny = tiny_net([[2, -1], [-1, 2]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not grad_cam(tiny, picture, 0).any()
    (maps,) = feature_maps(tiny, picture, [0])
    if not maps.any():
        return "All feature maps are zero"
    weights = tiny.get_weights()[1][:, 0] / 16
    if not weights.any():
        return "The gradient of the logit is zero"
    assert (maps @ weights).max() <= 0
    return "Nowhere is the weighted sum above zero"


def quiz_answers() -> dict[str, str]:
    return {
        "05-by-hand": by_hand(),
        "05-softmax": after_softmax(),
        "05-absent": absent(),
        "05-layer": best_layer(),
        "05-empty": empty(),
    }
