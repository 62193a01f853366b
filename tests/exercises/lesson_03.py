"""Lesson 03: answers to its exercises and its quiz."""

from functools import cache

import keras
import numpy as np
import tensorflow as tf

from helpers.activations import feature_maps, mosaic, strongest_images
from helpers.datasets import load_album, load_photo
from helpers.inputs import prepare
from helpers.models import conv_layers, load_vgg16
from tests.exercises import Cases


@cache
def vgg():
    return load_vgg16(None)


def zeros(maps) -> float:
    return np.mean(np.asarray(maps) == 0)


def lesson_zeros(net, photo) -> list[float]:
    """Do what the lesson's function of this name does."""
    names = conv_layers(vgg())
    return [zeros(one) for one in feature_maps(net, prepare(vgg(), photo[None]), names)]


def silent() -> Cases:
    def quiet(maps) -> np.ndarray:
        return np.all(np.asarray(maps) == 0, axis=(1, 2))

    def right(model, images, layers):
        return [quiet(maps).all(axis=0).mean() for maps in feature_maps(model, images, layers)]

    def many_outputs(model, images, layers):
        look = keras.Model(model.input, [model.get_layer(name).output for name in layers])
        return {
            name: float(np.mean(tf.reduce_max(maps, axis=(0, 1, 2)).numpy() == 0))
            for name, maps in zip(layers, look(images), strict=True)
        }

    def of(measure):
        return lambda model, images, layers: [
            measure(maps) for maps in feature_maps(model, images, layers)
        ]

    return Cases(
        right=[right, many_outputs, lambda *given: np.array(right(*given))],
        wrong=[
            (lambda *given: [0.5] * len(given[2]), "not all shares"),
            (lambda *given: [0.0] * len(given[2]), "not all shares"),
            (of(zeros), "asks for channels"),
            (lambda model, images, layers: lesson_zeros(model, images[0]), "stops with ValueError"),
            (lambda model, images, layers: feature_maps(model, images, layers), "more than one"),
            (lambda model, images, layers: right(vgg(), images, layers), "stops with ValueError"),
            (lambda model, images, layers: right(model, images[:1], layers), "first image alone"),
            (lambda model, images, layers: right(model, images, layers[::-1]), "another order"),
            (of(lambda maps: quiet(maps).mean()), "mean over the images"),
            (of(lambda maps: quiet(maps).any(axis=0).mean()), "silent on some image"),
            (of(lambda maps: quiet(maps).all(axis=0).sum()), "divide by the channels"),
            (lambda *given: 1 - np.array(right(*given)), "awake somewhere"),
            (lambda *given: 100 * np.array(right(*given)), "percents"),
            (lambda *given: np.mean(right(*given)), "single number"),
            ([0.1, 0.2], "give the function itself"),
        ],
    )


def covered() -> Cases:
    def cover(image, place, size, step, colour=None, half=True, inside=True):
        top, left = (step * at + half * (step // 2 - size // 2) for at in place)
        changed = image.copy()
        if inside:
            top, left, bottom, right = max(top, 0), max(left, 0), top + size, left + size
        else:
            bottom, right = top + size, left + size
        changed[top:bottom, left:right] = image.mean(axis=(0, 1)) if colour is None else colour
        return changed

    def places(look, image):
        one = np.asarray(look(image[None])[0])
        pair = [np.unravel_index(end, one.shape) for end in (one.argmax(), one.argmin())]
        return pair, len(image) // len(one)

    def answer(**options):
        def made(look, image, size):
            pair, step = places(look, image)
            return [cover(image, place, size, step, **options) for place in pair]

        return made

    right = answer()

    def by_mask(look, image, size):
        pair, step = places(look, image)
        rows, columns = np.indices(image.shape[:2]) + 0.5
        made = []
        for row, column in pair:
            near = (abs(rows - (row + 0.5) * step) < size / 2) & (
                abs(columns - (column + 0.5) * step) < size / 2
            )
            made.append(np.where(near[..., None], image.mean(axis=(0, 1)), image))
        return np.array(made)

    def in_place(look, image, size):
        pair, step = places(look, image)
        changed = cover(image, pair[0], size, step)
        image[:] = changed
        return [changed, changed]

    def other(places_of):
        def made(look, image, size):
            pair, step = places(look, image)
            return [cover(image, place, size, step) for place in places_of(pair)]

        return made

    def wide(look, image, size):
        return right(look, image, 2 * size)

    def unscaled(look, image, size):
        pair, _ = places(look, image)
        return [cover(image, place, size, 1) for place in pair]

    return Cases(
        right=[right, by_mask, lambda *given: tf.constant(np.array(right(*given)))],
        wrong=[
            (lambda look, image, size: [image, image], "nothing is covered"),
            (lambda look, image, size: np.zeros((2, *image.shape)), "other pixels"),
            (other(lambda pair: pair[::-1]), "changed places: the brightest"),
            (other(lambda pair: [pair[0], pair[0]]), "Both cover the brightest"),
            (other(lambda pair: [pair[1], pair[1]]), "Both cover the darkest"),
            (other(lambda pair: [place[::-1] for place in pair]), "Rows and columns"),
            (answer(colour=0), "black"),
            (lambda look, image, size: answer(colour=image.mean())(look, image, size), "grey"),
            (answer(half=False), "begins at the place"),
            (answer(inside=False), "border|other pixels"),
            (lambda *given: [right(*given)[0], given[1]], "second image is as it was"),
            (wide, "twice as wide"),
            (unscaled, "pixel of the image"),
            (in_place, "work on a copy"),
            (lambda *given: right(*given)[0], "one image; return two"),
            (lambda look, image, size: look(image[None])[0], "axes"),
            ([1, 2], "give the function itself"),
        ],
    )


def sparser() -> Cases:
    def shares(model, images, layers):
        return np.array([zeros(maps) for maps in feature_maps(model, images, layers)])

    def right(model, images, layers):
        copy = keras.models.clone_model(model)
        return list(shares(model, images, layers) - shares(copy, images, layers))

    def drawn(model, images, layers):
        copy = keras.models.clone_model(model)
        rng = np.random.default_rng(3)
        for layer in copy.layers:
            if layer.weights:
                kernel = rng.normal(size=layer.kernel.shape) / 10
                layer.set_weights([kernel, np.zeros(layer.bias.shape)])
        return tf.constant(shares(model, images, layers) - shares(copy, images, layers))

    def one_image(model, images, layers):
        return right(model, images[:1], layers)

    def copied(model, images, layers):
        copy = keras.models.clone_model(model)
        copy.set_weights(model.get_weights())
        return shares(model, images, layers) - shares(copy, images, layers)

    def spoiled(model, images, layers):
        model.set_weights([0.9 * array for array in model.get_weights()])
        return right(model, images, layers)

    def untrained(model, images, layers):
        return shares(keras.models.clone_model(model), images, layers)

    return Cases(
        right=[right, drawn, lambda *given: np.array(right(*given))],
        wrong=[
            (lambda *given: [0.4] * len(given[2]), "not the right ones"),
            (lambda *given: [0.0] * len(given[2]), "about zero"),
            (shares, "subtract those of the copy"),
            (untrained, "untrained copy alone"),
            (lambda *given: -np.array(right(*given)), "sign"),
            (lambda *given: 100 * np.array(right(*given)), "percents"),
            (lambda model, images, layers: right(model, images, layers[::-1]), "another order"),
            (one_image, "first image alone|not the right ones"),
            (copied, "about zero"),
            (spoiled, "work on a copy"),
            (lambda model, images, layers: right(vgg(), images, layers), "stops with ValueError"),
            (lambda model, images, layers: lesson_zeros(model, images[0]), "stops with ValueError"),
            (lambda *given: np.mean(right(*given)), "single number"),
            (lambda model, images, layers: feature_maps(model, images, layers), "whole maps"),
            ([0.4, 0.4], "give the function itself"),
        ],
    )


def cases() -> dict[str, Cases]:
    return {"03.1": silent(), "03.2": covered(), "03.3": sparser()}


def black() -> str:
    layers = [keras.layers.Conv2D(8, 3, activation="relu", use_bias=False) for _ in range(3)]
    net = keras.Sequential([keras.Input((16, 16, 3)), *layers])
    values = [maps.max() for maps in feature_maps(net, np.zeros((1, 16, 16, 3)), [0, 1, 2])]
    return (
        "Zero at every place of every map, down to the last layer"
        if not np.any(values)
        else "Zero in the first layer, and other values in deeper layers"
    )


def name() -> str:
    """Look whether maximum and mean of the lesson's filter disagree about the album."""
    photos = [load_album(kind, "test", 224) for kind in ("fish", "monument")]
    images = prepare(vgg(), np.concatenate(photos))
    firsts = [
        set(strongest_images(vgg(), images, "block4_conv2", 192, 4, by)[0])
        for by in ("mean", "max")
    ]
    return (
        "Cropping around the brightest places by maximum"
        if firsts[0] != firsts[1]
        else "Taking the next fifty photos by the mean as well"
    )


def pooled() -> str:
    values = np.zeros((1, 4, 4, 1), np.float32)
    values[0, [0, 1, 2, 3], [1, 2, 0, 3]] = 5
    share = zeros(keras.layers.MaxPooling2D()(values))
    return {0: "None, four values are left", 0.75: "Three quarters, as before"}.get(
        share, "More than three quarters"
    )


def control() -> str:
    keras.utils.set_random_seed(0)
    cat = prepare(vgg(), load_photo("cat", 112)[None])
    last = feature_maps(keras.models.clone_model(vgg()), cat, [17])
    half = 0.4 < zeros(last[0]) < 0.6
    return (
        "Your number is no evidence that training made it sparse"
        if half
        else "Deep layers are always sparse, with training and without"
    )


def quiz_answers() -> dict[str, str]:
    one = np.random.default_rng(0).random((14, 14, 1))
    quiet, loud = np.split(mosaic(np.concatenate([one, 10 * one], axis=2), 2, margin=0), 2, axis=1)
    alike = np.allclose(quiet, loud, atol=1e-5)
    return {
        "03-black": black(),
        "03-loud": "Not at all" if alike else "The strong one is brighter",
        "03-pooling": pooled(),
        "03-name": name(),
        "03-bright": "No other place has a higher value of this one filter",
        "03-control": control(),
    }
