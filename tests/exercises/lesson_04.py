"""Lesson 04: answers to its exercises and its quiz."""

from functools import cache

import keras
import numpy as np
import tensorflow as tf

from helpers.activations import feature_maps
from helpers.datasets import load_fashion_mnist, load_photo
from helpers.inputs import prepare
from helpers.models import load_trained, load_vgg16, with_linear_output
from helpers.patterns import gradient_ascent, to_pictures
from tests.exercises import Cases

LAYER, FILTER = "block3_conv1", 33


@cache
def vgg():
    return load_vgg16(None)


@cache
def start():
    noise = np.random.default_rng(0).uniform(108, 148, (64, 64, 3))
    return tf.constant(noise[None], tf.float32)


def silent(layer):
    """Tiles whose activation in the noise is 0: a plain ascent never moves them."""
    (maps,) = feature_maps(vgg(), prepare(vgg(), start().numpy()), [layer])
    return np.flatnonzero(maps[0, :, :, :64].max(axis=(0, 1)) == 0)


def looked() -> Cases:
    stuck = silent("block4_conv1")
    mask = np.isin(np.arange(64), stuck)
    grown = np.flatnonzero(~mask)
    return Cases(
        right=[
            stuck,
            stuck.tolist(),
            set(stuck.tolist()),
            tuple(stuck[::-1]),
            mask,
            tf.constant(stuck),
        ],
        wrong=[
            (stuck + 1, "counted from 1"),
            (stuck % 8 * 8 + stuck // 8, "column by column"),
            (silent(LAYER), "tiles of block3_conv1"),
            (silent("block1_conv1").tolist(), "tiles of block1_conv1"),
            (grown, "tiles that did grow"),
            (len(stuck), "single number"),
            (np.stack([stuck // 8, stuck % 8], axis=1), "8 \\* row"),
            ([*stuck, grown[0]], "has grown"),
            (stuck[:-1], "there are more: 1 missing"),
            (stuck + 64, "from 0, top left"),
            ([0.5], "whole"),
        ],
    )


@cache
def grow(number=FILTER, seed=0, layer=LAYER, steps=20):
    return gradient_ascent(vgg(), layer, [number], size=48, seed=seed, steps=steps)


def changed() -> Cases:
    grown = [grow(seed=seed) for seed in range(3)]
    three = np.concatenate([one.images for one in grown])
    other = np.concatenate([three[:2], grow(1).images])
    noise = np.random.default_rng(0).integers(108, 148, (3, 48, 48, 3))
    return Cases(
        right=[
            three,
            list(three),
            [one.images for one in grown],
            three.astype(np.float32),
            tf.constant(three),
            three[::-1].tolist(),
        ],
        wrong=[
            (np.repeat(three[:1], 3, axis=0), "another seed"),
            (three[[0, 1, 0]], "another seed"),
            (grown, "take .images"),
            ([one.activations for one in grown], "not pictures"),
            (three[0], "one picture"),
            (three[:1], "one picture"),
            (three / 255, "leave the pictures in 0 to 255"),
            (three * 2.0, "within 0 and 255"),
            (np.moveaxis(three, -1, 1), "channel axis"),
            (other, "Picture 2 does not excite filter 33.*excites filter"),
            (noise, "still noise"),
            (three[:2], "should be 3"),
            (three[:, :8, :8], "receptive field"),
        ],
    )


def climb(pixels, score, steps=10, sign=1, divide=True):
    """Ten steps of an ascent; the score takes the maps of the layer."""
    listener = keras.Model(vgg().input, vgg().get_layer(LAYER).output)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            value = score(listener(prepare(vgg(), pixels)))
        gradient = tape.gradient(value, pixels)
        size = tf.sqrt(tf.reduce_mean(gradient**2)) if divide else 1
        pixels += sign * tf.math.divide_no_nan(gradient, size)
    return pixels


def built() -> Cases:
    def position(row, column, number=FILTER):
        return lambda maps: maps[0, row, column, number]

    def right(pixels, row, column):
        return climb(pixels, position(row, column))

    def mask(pixels, row, column):
        return np.abs(right(pixels, row, column) - pixels)[0].max(axis=2) > 0

    return Cases(
        right=[
            right,
            lambda p, r, c: right(p, r, c)[0].numpy(),
            lambda p, r, c: right(p, r, c).numpy().tolist(),
        ],
        wrong=[
            (lambda p, r, c: climb(p, lambda m: tf.reduce_mean(m[..., FILTER])), "climb the mean"),
            (lambda p, r, c: climb(p, position(c, r)), "changed places|No pixel"),
            (lambda p, r, c: climb(p, position(r - 1, c)), "another place|No pixel"),
            (lambda p, r, c: climb(p, position(r, c), sign=-1), "falls|No pixel|too little"),
            (lambda p, r, c: climb(p, position(r, c), divide=False, steps=1), "RMS"),
            (lambda p, r, c: climb(p, position(r, c), steps=1), "ten steps"),
            (lambda p, r, c: p, "No pixel"),
            (lambda p, r, c: right(start(), r, c), "does not start from|another place|No pixel"),
            (lambda p, r, c: to_pictures(right(p, r, c).numpy()), "deprocessed"),
            (mask, "map of changed pixels"),
            (lambda p, r, c: 1.0, "single number"),
            (lambda p, r, c: p * np.nan, "divided by zero"),
            (lambda p: p, "stops with TypeError"),
            (lambda p, r, c: p[:, :32], "should be 1 x 64"),
            (start(), "the function itself"),
        ],
    )


def cases() -> dict[str, Cases]:
    return {"04.1": looked(), "04.2": changed(), "04.3": built()}


def divisor() -> str:
    listener = keras.Model(vgg().input, vgg().get_layer(LAYER).output)
    with tf.GradientTape() as tape:
        tape.watch(start())
        value = tf.reduce_mean(listener(prepare(vgg(), start()))[..., 1])
    gradient = tape.gradient(value, start()).numpy().ravel()
    steps = [gradient / np.sqrt((gradient**2).mean()), gradient / np.abs(gradient).max()]
    lengths = [np.linalg.norm(step) for step in steps]
    if steps[0] @ steps[1] / np.prod(lengths) < 0.999:
        return "the direction: other pixels change most"
    if abs(lengths[0] / lengths[1] - 1) > 0.1:
        return "the length of the step, and nothing else"
    return "nothing, because the gradient is normalised either way"


def still() -> str:
    cat = prepare(vgg(), load_photo("cat", 224)[None])
    (maps,) = feature_maps(vgg(), cat, [LAYER])
    number = silent(LAYER)[0]
    if not maps[..., number].max():
        return "The filter is broken: it can never answer"
    if gradient_ascent(vgg(), LAYER, [number], steps=3, recipe="plain").activations.any():
        return "The steps are too short or too few"
    alive = gradient_ascent(vgg(), LAYER, [number], steps=3, recipe="alive").activations
    assert alive[-1] > alive[0] and alive[0] < 0
    return "Before the ReLU it is negative everywhere"


def seeds() -> str:
    grown = [grow(seed=seed) for seed in range(2)]
    ends = [one.activations[-1, 0] for one in grown]
    assert max(ends) < 1.2 * min(ends)
    alike = np.corrcoef(*(one.images.ravel() for one in grown))[0, 1]
    if alike > 0.5:
        return "nearly the same picture: a filter has one favourite"
    if alike < -0.5:
        return "negatives of each other: light and dark have changed places"
    return "the same motif, but in other places of the picture"


def sure() -> str:
    data, net = load_fashion_mnist(), load_trained("fashion_cnn")
    grown = gradient_ascent(net, "probabilities", [6], size=28).images / np.float32(255)
    shirts = data.test_images[:1000][data.test_labels[:1000] == 6]
    logits = with_linear_output(net)
    assert net(grown).numpy()[0].argmax() == 6
    assert logits(grown).numpy()[0, 6] > logits(shirts).numpy()[:, 6].max()
    train = data.train_images[data.train_labels == 6]
    if np.corrcoef(grown.ravel(), train.mean(axis=0).ravel())[0, 1] > 0.5:
        return "the ideal shirt, as the network imagines it"
    flat = train.reshape(len(train), -1)
    flat = (flat - flat.mean(axis=1, keepdims=True)) / flat.std(axis=1, keepdims=True)
    one = (grown.ravel() - grown.mean()) / grown.std()
    if (flat @ one).max() / one.size > 0.8:
        return "one of the training images, remembered"
    return "nothing like a shirt: confidence does not say what the network has seen"


def quiz_answers() -> dict[str, str]:
    return {
        "04-divisor": divisor(),
        "04-still": still(),
        "04-seeds": seeds(),
        "04-sure": sure(),
    }
