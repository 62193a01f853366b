"""What lesson 04 claims of patterns, each with the control that could break it."""

from functools import cache

import numpy as np
import pytest

from helpers._keras import keras, tf
from helpers.datasets import load_fashion_mnist, load_patterns, load_photo
from helpers.inputs import prepare
from helpers.models import (
    build_deep_fashion_cnn,
    conv_layers,
    load_trained,
    load_vgg16,
)
from helpers.patterns import gradient_ascent, to_pictures

LAYER, HONEYCOMB = "block3_conv1", 33
TROUSER, PULLOVER, DRESS, SANDAL, SHIRT, BAG = 1, 2, 3, 5, 6, 8


@pytest.fixture(scope="module")
def model():
    return load_vgg16(None)


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(108, 148, (1, 64, 64, 3)).astype(np.float32)


def rms(values):
    return tf.sqrt(tf.reduce_mean(values**2))


def largest(values):
    return tf.reduce_max(abs(values))


def gradient_of(model, pixels, number):
    watched, pixels = keras.Model(model.input, model.get_layer(LAYER).output), tf.constant(pixels)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        activation = tf.reduce_mean(watched(prepare(model, pixels))[..., number])
    return tape.gradient(activation, pixels), float(activation)


def ascend(model, pixels, scale, step_size=1.0):
    for _ in range(40):
        gradient, _ = gradient_of(model, pixels, HONEYCOMB)
        pixels = pixels + step_size * gradient / scale(gradient)
    return np.asarray(pixels)


def alike(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def before_relu(model, name: str, pixels):
    layer = model.get_layer(name)
    inputs = keras.Model(model.input, layer.input)(prepare(model, pixels))
    return tf.nn.conv2d(inputs, layer.kernel, 1, "SAME") + layer.bias


def test_the_stored_patterns_excite_their_own_filters(model):
    """Each more than any of the other five pictures does; the order shuffled would fail."""
    patterns = load_patterns()
    assert len(patterns) == 6 and all(one.shape == (192, 192, 3) for one in patterns.values())
    pixels = np.stack(list(patterns.values())).astype(np.float32)
    means = np.asarray(before_relu(model, "block5_conv3", pixels)).mean(axis=(1, 2))
    table = means[:, list(patterns)]
    assert (table.argmax(axis=0) == np.arange(6)).all()


def test_the_pattern_of_a_linear_filter_is_its_kernel():
    kernel = np.float32([[-1, -1, -1], [0, 0, 0], [1, 1, 1]])
    patch = tf.zeros((3, 3))
    for _ in range(10):
        with tf.GradientTape() as tape:
            tape.watch(patch)
            response = tf.reduce_sum(patch * kernel)
        gradient = tape.gradient(response, patch)
        patch += gradient / rms(gradient)
    np.testing.assert_allclose(patch, kernel * 10 / np.sqrt(6 / 9), rtol=1e-5)


def test_the_divisor_changes_the_speed_and_only_other_noise_the_picture(model):
    by_rms = ascend(model, noise(0), rms)
    assert alike(by_rms, ascend(model, noise(0), tf.math.reduce_std)) > 0.99
    short, long = (ascend(model, noise(0), largest, size) for size in (1.0, 5.0))
    assert alike(by_rms, long) > 0.9 and alike(by_rms, long) > alike(by_rms, short) > 0.5
    moved = [float(rms(grown - noise(0))) for grown in (by_rms, short)]
    assert moved[1] < moved[0] / 2
    assert abs(alike(by_rms, ascend(model, noise(1), rms))) < 0.2


@pytest.mark.parametrize("block", [2, 3, 4])
def test_twelve_long_steps_show_the_motifs_of_twenty_five(model, block):
    """The control: patterns of other filters are much less like them."""
    name, filters, options = f"block{block}_conv1", [0, 1, 2, HONEYCOMB], {"recipe": "plain"}
    few = gradient_ascent(model, name, filters, steps=12, step_size=2, **options).images
    many = gradient_ascent(model, name, filters, steps=25, **options).images
    table = np.corrcoef(few.reshape(4, -1), many.reshape(4, -1))[:4, 4:]
    assert table.diagonal().min() > 0.85 > 0.75 > (table - 2 * np.eye(4)).max()


def test_layer_5_of_the_texts_is_decided_early_and_grows_on(model):
    assert conv_layers(model)[5] == "block3_conv2" != model.layers[5].name
    early = {}
    six = gradient_ascent(
        model,
        "block3_conv2",
        range(6),
        steps=150,
        recipe="plain",
        on_step=lambda step, pictures: early.setdefault(step, pictures),
    )
    assert (six.activations[150] > 2 * six.activations[40]).all()
    for picture, at_40, at_2 in zip(six.images, early[40], early[2], strict=True):
        assert alike(picture, at_40) > max(0.5, alike(picture, at_2) + 0.1)


def test_stuck_filters_have_no_gradient_in_noise_and_respond_to_the_cat(model):
    grown = gradient_ascent(model, LAYER, range(64), steps=2, recipe="plain")
    stuck = np.flatnonzero(grown.activations.max(axis=0) == 0)
    assert 0 < len(stuck) < 10
    top = tf.reduce_max(before_relu(model, LAYER, noise(0)), axis=(0, 1, 2)).numpy()[:64]
    assert np.flatnonzero(top < 0).tolist() == stuck.tolist()
    cat = load_photo("cat", 224)[None].astype(np.float32)
    assert (tf.reduce_max(before_relu(model, LAYER, cat), axis=(0, 1, 2)).numpy()[stuck] > 0).all()
    assert not np.any(gradient_of(model, noise(0), int(stuck[0]))[0])
    assert np.all(np.abs(gradient_of(model, noise(0), HONEYCOMB)[0]).max() > 0)
    alive = gradient_ascent(model, LAYER, stuck, steps=5)
    assert (alive.activations[-1] > alive.activations[0]).all()


def test_without_relu_the_first_layer_grows_one_even_colour(model):
    def unevenness(recipe: str) -> float:
        images = gradient_ascent(model, "block1_conv1", range(16), recipe=recipe, steps=60).images
        return float(np.median(images[:, 8:-8, 8:-8].std(axis=(1, 2)).mean(axis=-1)))

    assert unevenness("alive") < unevenness("plain") / 2


def grow(model, name, number, size=64, shake=4, steps=30):
    """The lesson's own natural recipe."""
    colours = np.float32([[0.26, 0.09, 0.02], [0.27, 0.0, -0.05], [0.27, -0.09, 0.03]])
    colours /= np.linalg.norm(colours, axis=0).max()
    vertical, across = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]
    falling = 1 / np.maximum(np.hypot(vertical, across), 1 / size)

    def picture_of(waves):
        spectrum = tf.complex(waves[0], waves[1]) * falling.astype("complex64") * size / 4
        channels = tf.transpose(tf.signal.irfft2d(spectrum, [size, size]), (1, 2, 0))
        return 255 * tf.sigmoid(channels @ tf.transpose(colours))[None]

    rng = np.random.default_rng(0)
    waves = keras.Variable(rng.normal(0, 0.01, (2, 3, size, size // 2 + 1)), dtype="float32")
    adam = keras.optimizers.Adam(0.05)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            shift = rng.integers(-shake, shake + 1, 2)
            moved = tf.roll(picture_of(waves.value), shift, axis=(1, 2))
            activation = tf.reduce_mean(before_relu(model, name, moved)[..., number])
        adam.apply([-tape.gradient(activation, waves.value)], [waves])
    return np.uint8(picture_of(waves.value)[0]), float(activation)


def roughness(picture: np.ndarray) -> float:
    return np.abs(np.diff(picture.astype(float), axis=0)).mean() / picture.std()


def colourfulness(picture: np.ndarray) -> float:
    return np.std(picture - picture.mean(axis=-1, keepdims=True)) / picture.std()


def test_the_natural_recipe_of_the_lesson_is_that_of_the_helper(model):
    picture, activation = grow(model, LAYER, 1)
    helper = gradient_ascent(model, LAYER, [1], size=64, steps=30, recipe="natural")
    assert helper.activations[-1, 0] == pytest.approx(activation, rel=0.25)
    pixels = gradient_ascent(model, LAYER, [1], size=64, steps=30)
    assert roughness(picture) < roughness(pixels.images[0])
    assert colourfulness(picture) < colourfulness(pixels.images[0])


def test_four_starts_give_four_pictures_that_excite_the_filter_alike(model):
    options = {"size": 96, "steps": 30, "recipe": "natural"}
    grown = [gradient_ascent(model, "block4_conv3", [230], seed=seed, **options) for seed in (0, 1)]
    (low, one), (_, other) = (each.activations[[0, -1], 0] for each in grown)
    assert min(one, other) > 5 * max(low, 1) and max(one, other) < 1.15 * min(one, other)
    assert abs(alike(grown[0].images, grown[1].images)) < 0.3


def dream(model, photo, size=(120, 160), steps=6):
    seen = keras.Model(model.input, model.get_layer("block4_conv3").output)
    base, change = tf.image.resize(photo[None], size, antialias=True), tf.zeros((1, *size, 3))

    def excitement(change):
        return tf.reduce_mean(seen(prepare(model, base + change)) ** 2)

    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(change)
            value = excitement(change)
        gradient = tape.gradient(value, change)
        change += 2 * gradient / rms(gradient)
    control = np.random.default_rng(0).normal(0, float(rms(change)), change.shape)
    return [float(excitement(each)) for each in (0 * change, change, np.float32(control))], change


def test_a_dream_amplifies_what_the_layer_sees_and_noise_of_that_size_does_not(model):
    (before, dreamt, noisy), change = dream(model, load_photo("windmill3"))
    assert dreamt > 4 * before and noisy < 1.5 * before
    strength = np.abs(change[0]).mean(axis=-1)
    assert strength[50:80, 10:50].mean() > 1.2 * strength[:30].mean()  # the first mill, the sky


@cache
def averages() -> np.ndarray:
    data = load_fashion_mnist("subset")
    labels = data.train_labels
    return np.stack([data.train_images[labels == kind].mean(axis=0) for kind in range(10)])


@cache
def small():
    return load_trained("fashion_cnn")


@cache
def deep():
    return load_trained("deep_fashion_cnn")


@cache
def drawn(net, recipe: str) -> np.ndarray:
    return gradient_ascent(
        net, "probabilities", range(10), size=28, steps=100, recipe=recipe
    ).images


def test_only_the_deep_net_with_the_natural_recipe_draws_something_like_a_dress():
    dress = averages()[DRESS]
    best = alike(drawn(deep(), "natural")[DRESS], dress)
    assert best > 0.65
    for net, recipe in ((small(), "alive"), (deep(), "alive"), (small(), "natural")):
        assert alike(drawn(net, recipe)[DRESS], dress) < best - 0.2, recipe
    keras.utils.set_random_seed(0)
    assert alike(drawn(build_deep_fashion_cnn(), "natural")[DRESS], dress) < 0.4  # untrained
    for kind in set(range(10)) - {DRESS}:  # nor is every drawing like a dress
        assert alike(drawn(deep(), "natural")[kind], dress) < best - 0.1, kind
    noisy = drawn(small(), "alive")
    sure = small()(prepare(small(), noisy)).numpy()
    assert np.diag(sure).min() > 0.99 and abs(alike(noisy[DRESS], dress)) < 0.2


def test_bag_comes_out_shirt_fails_and_even_the_dress_is_near_the_average_t_shirt():
    best = drawn(deep(), "natural")
    assert alike(best[BAG], averages()[BAG]) > 0.5 and alike(best[SHIRT], averages()[SHIRT]) < 0.1
    assert alike(best[DRESS], averages()[0]) > alike(best[DRESS], averages()[DRESS]) - 0.15
    nearest = [max(range(10), key=lambda other: alike(one, averages()[other])) for one in best]
    own = {kind for kind in range(10) if nearest[kind] == kind}
    assert 3 <= len(own) <= 6 and not own & {TROUSER, SANDAL, SHIRT}


def test_the_average_shirt_is_called_a_pullover_and_the_average_dress_a_dress():
    answers = deep()(averages()).numpy().argmax(axis=1)
    assert answers[SHIRT] == PULLOVER and answers[DRESS] == DRESS
    assert alike(averages()[SHIRT], averages()[PULLOVER]) > 0.9
    assert alike(averages()[DRESS], averages()[PULLOVER]) < 0.75


def test_deprocessing_sets_mean_and_spread_but_not_the_motif(model):
    grown = ascend(model, noise(0), rms)
    picture = to_pictures(grown)[0]
    assert abs(picture.mean() - 128) < 2 and picture.std() == pytest.approx(60, abs=6)
    assert alike(picture.astype(float), grown) > 0.95
