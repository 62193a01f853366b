"""Lesson 04: answers to its exercises and its quiz."""

from functools import cache

import keras
import numpy as np
import tensorflow as tf

from helpers.activations import feature_maps
from helpers.datasets import load_fashion_mnist, load_photo
from helpers.exercises.lessons.lesson_04.data import small_net
from helpers.inputs import prepare
from helpers.models import load_trained, load_vgg16
from helpers.patterns import gradient_ascent, to_pictures
from tests.exercises import Cases

LAYER = "block3_conv1"


@cache
def vgg():
    return load_vgg16(None)


def start():
    noise = np.random.default_rng(0).uniform(108, 148, (1, 64, 64, 3))
    return noise.astype(np.float32)


def rms(values):
    return tf.sqrt(tf.reduce_mean(values**2))


def scaled(gradient):
    return tf.math.divide_no_nan(gradient, rms(gradient))


def gradient_of(model, name, pixels, score, prepared=prepare):
    watched, pixels = keras.Model(model.input, model.get_layer(name).output), tf.constant(pixels)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        value = score(watched(prepared(model, pixels)))
    return tape.gradient(value, pixels)


def both(one, other, weight=1.0):
    return lambda maps: tf.reduce_mean(maps[..., one]) + weight * tf.reduce_mean(maps[..., other])


def two_filters() -> Cases:
    def step(model, name, pixels, score):
        return scaled(gradient_of(model, name, pixels, score))

    def right(model, name, pixels, one, other):
        return pixels + step(model, name, pixels, both(one, other))

    def through_sums(model, name, pixels, one, other):
        picked = [one, other]
        return pixels + step(
            model, name, pixels, lambda m: tf.reduce_sum(tf.gather(m, picked, axis=-1))
        )

    def two_tapes(model, name, pixels, one, other):
        means = [both(number, number) for number in (one, other)]
        total = sum(gradient_of(model, name, pixels, mean) for mean in means)
        return pixels + total / rms(total)

    def each_by_its_own(model, name, pixels, one, other):
        return pixels + sum(step(model, name, pixels, both(n, n)) for n in (one, other))

    def plain_pixels(model, name, pixels, one, other):
        gradient = gradient_of(model, name, pixels, both(one, other), lambda _, p: p)
        return pixels + scaled(gradient)

    def unwatched(model, name, pixels, one, other):
        watched, pixels = keras.Model(model.input, model.get_layer(name).output), pixels + 0
        with tf.GradientTape() as tape:
            score = both(one, other)(watched(prepare(model, tf.constant(pixels))))
        return tape.gradient(score, tf.constant(pixels)) / 2

    def with_the_helper(model, name, pixels, one, other):
        size = pixels.shape[1]
        return gradient_ascent(model, name, [one, other], size=size, steps=1).images[:1]

    return Cases(
        right=[
            right,
            through_sums,
            two_tapes,
            lambda m, n, p, a, b: right(m, n, p, b, a),
            lambda m, n, p, a, b: right(m, n, p, a, b).numpy()[0].tolist(),
        ],
        wrong=[
            (lambda m, n, p, a, b: right(m, n, p, a, a), "filter one alone"),
            (lambda m, n, p, a, b: right(m, n, p, b, b), "filter other alone"),
            (each_by_its_own, "its own RMS"),
            (
                lambda m, n, p, a, b: p + gradient_of(m, n, p, both(a, b)),
                "not divided|No pixel",
            ),
            (lambda m, n, p, a, b: 2 * p - right(m, n, p, a, b), "Both filters fall"),
            (lambda m, n, p, a, b: p + step(m, n, p, both(a, b, -1.0)), "take the sum"),
            (lambda m, n, p, a, b: step(m, n, p, both(a, b)), "step alone"),
            (lambda m, n, p, a, b: p + step(m, n, p, tf.reduce_mean), "All filters"),
            (plain_pixels, "use prepare"),
            (lambda m, n, p, a, b: right(m, n, p, 0, 1), "not by this step"),
            (lambda m, n, p, a, b: right(m, "early", p, 0, 1), "not by this step|step is for"),
            (lambda m, n, p, a, b: to_pictures(right(m, n, p, a, b).numpy()), "deprocessed"),
            (with_the_helper, "deprocessed|axes|should be"),
            (lambda m, n, p, a, b: p, "No pixel"),
            (lambda m, n, p, a, b: 0 * p, "not by this step"),
            (unwatched, "tape has not seen"),
            (lambda m, n, p, a, b: 1.0, "single number"),
            (lambda m, n, p, a, b: p[..., 0], "three channels"),
            (lambda m, n, p, a, b: p * np.nan, "divided by zero"),
            (lambda p: p, "stops with TypeError"),
            (start(), "the function itself"),
        ],
    )


def climb(model, name, pixels, score, steps=10, sign=1, scale=scaled):
    for _ in range(steps):
        pixels = pixels + sign * scale(gradient_of(model, name, pixels, score))
    return pixels


def one_place() -> Cases:
    def place(number, row, column):
        return lambda maps: maps[0, row, column, number]

    def right(model, name, pixels, number, row, column, **options):
        return climb(model, name, pixels, place(number, row, column), **options)

    def squared(model, name, pixels, number, row, column):
        def score(maps):
            return tf.reduce_sum(maps[:, row, column, number])

        return climb(model, name, pixels, score)

    def mean(model, name, pixels, number, row, column):
        return climb(model, name, pixels, both(number, number))

    return Cases(
        right=[
            right,
            squared,
            lambda *given: right(*given)[0].numpy(),
            lambda *given: right(*given).numpy().tolist(),
        ],
        wrong=[
            (mean, "climb the mean"),
            (lambda m, n, p, f, r, c: right(m, n, p, f, c, r), "changed places|No pixel"),
            (
                lambda m, n, p, f, r, c: climb(m, n, p, lambda x: tf.reduce_sum(x[0, r, c])),
                "All filters count",
            ),
            (lambda m, n, p, f, r, c: right(m, n, p, f, r - 1, c), "not as they|No pixel"),
            (lambda m, n, p, f, r, c: right(m, n, p, 0, r, c), "not as they|No pixel"),
            (lambda *given: right(*given, sign=-1), "falls|No pixel|not as they"),
            (lambda *given: right(*given, scale=tf.identity), "not divided|No pixel"),
            (lambda *given: right(*given, steps=1), "of 1 steps"),
            (lambda *given: right(*given, steps=9), "of 9 steps"),
            (lambda *given: right(*given, steps=40), "of 40 steps"),
            (lambda *given: np.uint8(np.clip(right(*given), 0, 255)), "deprocessed"),
            (lambda *given: to_pictures(right(*given).numpy()), "deprocessed"),
            (lambda m, n, p, f, r, c: right(m, n, start()[:, : p.shape[1], : p.shape[2]], f, r, c),
             "not as they"),
            (lambda m, n, p, f, r, c: p, "No pixel"),
            (lambda m, n, p, f, r, c: np.ones(p.shape[1:3]), "one number a place"),
            (lambda m, n, p, f, r, c: 1.0, "single number"),
            (lambda p: p, "stops with TypeError"),
            (start(), "the function itself"),
        ],
    )  # fmt: skip


def whose_pattern() -> Cases:
    def table(model, name, pictures, filters, reduce="mean"):
        (maps,) = feature_maps(model, prepare(model, pictures), [name])
        return getattr(maps[..., filters], reduce)(axis=(1, 2))

    def share(values, axis=1):
        return np.mean(values.argmax(axis=axis) == np.arange(len(values)))

    def right(*given):
        means = table(*given)
        return share(means / means.mean(axis=0))

    def by_sums(*given):
        sums = table(*given)
        return share(sums / sums.sum(axis=0))

    def in_loops(model, name, pictures, filters):
        watched = keras.Model(model.input, model.get_layer(name).output)
        means = [[watched(prepare(model, picture[None])).numpy()[..., number].mean()
                  for number in filters] for picture in pictures]  # fmt: skip
        means = np.array(means) / np.mean(means, axis=0)
        return sum(row.argmax() == i for i, row in enumerate(means)) / len(filters)

    def by_picture(*given):
        means = table(*given)
        return share(means / means.mean(axis=1, keepdims=True))

    def best_picture(*given):
        means = table(*given)
        return share(means / means.mean(axis=0), axis=0)

    def by_maximum(*given):
        strongest = table(*given, "max")
        return share(strongest / strongest.mean(axis=0))

    return Cases(
        right=[right, by_sums, in_loops, lambda *given: tf.constant(right(*given))],
        wrong=[
            (lambda *given: share(table(*given)), "Strong filters win"),
            (by_picture, "mean of each filter|Strong filters"),
            (best_picture, "best picture|should be"),
            (by_maximum, "take the mean|should be|Strong"),
            (lambda *given: 100 * right(*given), "percentage"),
            (lambda *given: right(*given) * len(given[3]), "count"),
            (lambda *given: 1 - right(*given), "miss|should be|Strong"),
            (lambda *given: 1.0, "should be|miss|Strong|best picture"),
            (lambda *given: 0.5, "should be|miss|Strong|best picture"),
            (lambda *given: 0.25, "should be|miss|Strong|best picture"),
            (lambda *given: table(*given), "2 axes"),
            (lambda m, n, p, f: f, "1 axes"),
            (lambda p: p, "stops with TypeError"),
            (0.75, "the function itself"),
        ],
    )


def cases() -> dict[str, Cases]:
    return {"04.1": two_filters(), "04.2": one_place(), "04.3": whose_pattern()}


def divisor() -> str:
    """Forty steps of one pixel against four hundred of a tenth."""
    few, many = (
        gradient_ascent(
            vgg(), "block2_conv1", [12], size=32, steps=steps, step_size=size, recipe="plain"
        )
        for steps, size in ((40, 1.0), (400, 0.1))
    )
    alike = np.corrcoef(few.images.ravel(), many.images.ravel())[0, 1]
    if many.activations[-1, 0] < 2 * many.activations[0, 0]:
        return "It stays grey, as each of her steps is too short"
    if alike > 0.9:
        return "Hardly: her steps are shorter, and there are more"
    return "It shows another motif, as other pixels move most"


def still() -> str:
    cat = load_photo("cat", 224)[None].astype(np.float32)
    (silent,) = feature_maps(vgg(), prepare(vgg(), start()), [LAYER])
    number = int(np.flatnonzero(silent.max(axis=(0, 1, 2)) == 0)[0])
    stuck = gradient_ascent(vgg(), LAYER, [number], steps=3, recipe="plain")
    assert not stuck.activations.any()
    moved = cat + scaled(gradient_of(vgg(), LAYER, cat, both(number, number)))
    before, after = (
        feature_maps(vgg(), prepare(vgg(), pixels), [LAYER])[0][..., number].mean()
        for pixels in (cat, moved)
    )
    if not before:
        return "Nothing: a filter that never moved is broken"
    if after > before:
        return "It climbs, as the ReLU is on at some places there"
    return "Nothing, unless it takes many more than 500 steps"


def seeds() -> str:
    grown = [gradient_ascent(vgg(), LAYER, [33], size=48, seed=seed, steps=20) for seed in range(2)]
    (low, first), (_, second) = (one.activations[[0, -1], 0] for one in grown)
    if min(first, second) < low + 1:
        return "The filter likes anything, so neither of them shows much"
    alike = np.corrcoef(*(one.images.ravel() for one in grown))[0, 1]
    if abs(alike) < 0.3 and max(first, second) < 1.2 * min(first, second):
        return "Trust what the two have in common, not the details"
    return "One of the two has failed, since a filter has one favourite"


def sure() -> str:
    data, net, deep = (
        load_fashion_mnist("subset"),
        load_trained("fashion_cnn"),
        load_trained("deep_fashion_cnn"),
    )
    shirt = gradient_ascent(net, "probabilities", [6], size=28).images
    assert net(prepare(net, shirt)).numpy()[0, 6] > 0.99

    def likeness(picture, kind):
        average = data.train_images[data.train_labels == kind].mean(axis=0)
        return np.corrcoef(picture.ravel(), average.ravel())[0, 1]

    if abs(likeness(shirt, 6)) > 0.3:
        return "A training image, remembered too faintly for our eyes"
    dress = gradient_ascent(deep, "probabilities", [3], size=28, steps=60, recipe="natural").images
    if likeness(dress, 3) < 0.4:
        return "That the network has no idea of what clothing looks like"
    return "That being sure and being right are two different things"


def large() -> str:
    """The wavelength of the strongest wave in patterns of two sizes."""
    lengths = []
    for size in (64, 256):
        grown = gradient_ascent(vgg(), "block2_conv1", [5], size=size, steps=10)
        power = abs(np.fft.rfft2(grown.images[0].mean(axis=-1) - 128)) ** 2
        frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None])
        lengths.append(power.sum() / (power * frequency).sum())
    if lengths[1] < 1.5 * lengths[0]:
        return "Stripes of the same size, on many more places"
    return "The same stripes, drawn eight times as large"


def recipe() -> str:
    """Neighbouring pixels of patterns of a random net, natural ones and free ones."""
    net = small_net(0)
    grown = {
        kind: gradient_ascent(net, 1, [0, 1], size=64, recipe=kind, steps=30)
        for kind in ("alive", "natural")
    }
    if (grown["natural"].activations[-1] <= grown["natural"].activations[0]).any():
        return "An even grey in every layer: without training nothing grows"

    def colour(images):
        return np.std(images - images.mean(axis=-1, keepdims=True)) / images.std()

    def roughness(images):
        return np.abs(np.diff(images.astype(float), axis=1)).mean() / images.std()

    natural, alive = grown["natural"].images, grown["alive"].images
    if colour(natural) < colour(alive) and roughness(natural) < roughness(alive):
        return "Smoother shapes and paler colours than free pixels give"
    return "Plumage and eyes, as the recipe knows photos"


def quiz_answers() -> dict[str, str]:
    return {
        "04-divisor": divisor(),
        "04-still": still(),
        "04-seeds": seeds(),
        "04-sure": sure(),
        "04-large": large(),
        "04-recipe": recipe(),
    }
