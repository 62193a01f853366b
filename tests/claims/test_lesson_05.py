"""What lesson 05 claims of its nets and photos, each with the control that could break it."""

import cv2
import numpy as np
import pytest

from helpers._keras import keras, tf
from helpers.activations import feature_maps
from helpers.cam import grad_cam
from helpers.classes import class_names, probabilities
from helpers.datasets import collage, load_fashion_mnist, load_photo
from helpers.inputs import prepare, prepare_photo
from helpers.models import load_efficientnet_lite, load_trained, load_vgg16


@pytest.fixture(scope="module")
def model():
    return load_vgg16("album")


@pytest.fixture(scope="module")
def net():
    return load_efficientnet_lite()


def kind(model, name: str) -> int:
    return class_names(model).index(name)


def squeezed(model, name: str) -> np.ndarray:
    photo = cv2.resize(load_photo(name), (224, 224), interpolation=cv2.INTER_AREA)
    return prepare(model, photo[None])


def gradients(model, images, score_of=tf.identity):
    layer = model.get_layer("block5_conv3").output
    both = keras.Model(model.input, [layer, model.output])
    with tf.GradientTape() as tape:
        maps, logits = both(images)
        score = score_of(logits)[:, kind(model, "windmill")]
    return maps[0].numpy(), tape.gradient(score, maps)[0].numpy()


def summed(maps, grads) -> np.ndarray:
    return np.maximum((maps * grads.mean(axis=(0, 1))).sum(axis=-1), 0).ravel()


def stretched(small: np.ndarray, photo: np.ndarray) -> np.ndarray:
    height, width = photo.shape[:2]
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("name", ["windmill3", "windmill13", "windmill"])
@pytest.mark.parametrize("fill", ["sky", "mean", "blur"])
def test_the_hottest_fifth_counts_and_a_tenth_may_go(model, name, fill):
    """Against the coldest fifth, and fifths of eight random smooth maps."""
    photo, rng = load_photo(name), np.random.default_rng(0)
    windmill = kind(model, "windmill")
    colours = {
        "sky": np.broadcast_to(photo[20:40, 200:300].mean((0, 1)), photo.shape),
        "mean": np.broadcast_to(photo.mean((0, 1)), photo.shape),
        "blur": cv2.GaussianBlur(photo, (0, 0), 20),
    }

    def score(pixels) -> float:
        painted = photo.copy()
        painted[pixels] = colours[fill][pixels]
        return model(prepare_photo(model, painted)).numpy()[0, windmill]

    (raw,) = grad_cam(model, prepare_photo(model, photo), windmill)
    heat, whole = stretched(raw, photo), score(np.zeros(photo.shape[:2], bool))
    hottest = score(heat > np.quantile(heat, 0.8))
    others = [score(heat < np.quantile(heat, 0.2))]
    for _ in range(8):
        noise = stretched(rng.normal(size=(7, 7)), photo)
        others.append(score(noise > np.quantile(noise, 0.8)))
    assert hottest < 0.65 * whole and hottest < min(others) - 2
    if name == "windmill3":
        assert 0.8 * whole < score(heat > np.quantile(heat, 0.9)) < 0.95 * whole


def test_the_heatmap_leaves_sky_and_ground_alone(model):
    (heat,) = grad_cam(model, squeezed(model, "windmill3"), kind(model, "windmill"))
    heat /= heat.max()
    assert heat[:2, 8:].max() < 0.2 and heat[11:].max() < 0.3  # sky at the right, the ground


def test_two_jaguars_glow_and_the_rocks_do_not(net):
    (heat,) = grad_cam(net, prepare_photo(net, load_photo("jaguar")), kind(net, "jaguar"))
    left, right = heat[1:6, 1:3].max(), heat[1:6, 4:6].max()
    assert min(left, right) > 0.4 * heat.max() and heat[0].max() < 0.3 * heat.max()


def test_the_pyramid_is_thatch_and_not_surely(net):
    shares = probabilities(net, prepare_photo(net, load_photo("pyramid")))[0]
    assert class_names(net)[shares.argmax()] == "thatch" and shares.max() < 0.5


def test_weights_of_a_pooled_head_are_those_of_the_linear_layer_for_every_photo(model):
    column = model.get_layer("logits").get_weights()[0][:, kind(model, "windmill")]
    for name in ("windmill3", "windmill13", "dog"):
        _, grads = gradients(model, squeezed(model, name))
        np.testing.assert_allclose(grads.mean(axis=(0, 1)), column / 196, atol=1e-7)


def test_weights_of_a_dense_head_belong_to_the_photo():
    """Of the logit, at maps after their own activation, so that only the layers above can do it."""
    fashion, data = load_trained("fashion_cnn"), load_fashion_mnist("subset")
    shirts = data.test_images[data.test_labels == 6][:20]
    maps = tf.constant(feature_maps(fashion, shirts, ["relu2"])[0])
    kernel, bias = fashion.layers[-1].get_weights()
    start = fashion.layers.index(fashion.get_layer("relu2")) + 1
    with tf.GradientTape() as tape:
        tape.watch(maps)
        rest = maps
        for layer in fashion.layers[start:-1]:
            rest = layer(rest)
        score = (rest @ kernel + bias)[:, 6]
    weights = tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2)).numpy()
    for other in weights[1:]:
        assert np.isclose(weights[0], other, rtol=1e-3).mean() < 0.05
    alike = np.corrcoef(weights)[np.triu_indices(20, 1)]
    assert alike.min() > 0.85 and alike.max() < 0.999


def test_softmax_shrinks_the_gradient_and_half_precision_loses_it(model):
    images = squeezed(model, "windmill13")
    maps, before = gradients(model, images)
    _, after = gradients(model, images, tf.nn.softmax)
    assert abs(before).max() > 1e4 * abs(after).max()
    assert np.corrcoef(summed(maps, before), summed(maps, after))[0, 1] > 0.9
    halved = [grads.astype(np.float16).astype(np.float32) for grads in (before, after)]
    assert np.mean(halved[1][after != 0] != 0) < 0.02
    kept, lost = (np.corrcoef(summed(maps, before), summed(maps, h))[0, 1] for h in halved)
    assert kept > 0.999 and lost < 0.9
    unsure = squeezed(model, "windmill")  # the control: where the net doubts, little is lost
    (_, before), (_, after) = gradients(model, unsure), gradients(model, unsure, tf.nn.softmax)
    assert abs(before).max() < 100 * abs(after).max()


@pytest.mark.parametrize(
    "names",
    [("windmill3", "clownfish", "hammer1", "dam1"), ("goldfish", "dam2", "windmill7", "scissors1")],
)
def test_the_last_layer_finds_the_right_photo_and_the_first_is_near_chance(model, names):
    scene = prepare(model, collage(list(names), cell=112)[None])

    def share(layer: str) -> float:
        shares = []
        for place, name in enumerate(names):
            word = name.rstrip("0123456789").replace("gold", "").replace("clown", "")
            (heat,) = grad_cam(model, scene, kind(model, word), layer)
            quarters = [q for half in np.split(heat, 2) for q in np.split(half, 2, axis=1)]
            shares.append(quarters[place].sum() / heat.sum())
        return float(np.mean(shares))

    first, fourth, last = (share(f"block{n}_conv{k}") for n, k in ((1, 2), (4, 3), (5, 3)))
    assert first < 0.35 and fourth < 2 / 3 < last


def test_anemones_make_the_fish_and_a_large_fish_does_so_too(model):
    photo, fish = load_photo("clownfish"), kind(model, "fish")
    is_fish = np.zeros(photo.shape[:2], bool)
    is_fish[18:106, 58:220] = True
    is_fish[190:225, 172:212] = True

    def scores(*photos) -> np.ndarray:
        return model(np.concatenate([prepare_photo(model, one) for one in photos])).numpy()

    for fill in (
        np.broadcast_to(photo.mean((0, 1)), photo.shape),
        cv2.GaussianBlur(photo, (0, 0), 25),
    ):
        no_fish, only_fish = photo.copy(), photo.copy()
        no_fish[is_fish] = fill[is_fish]
        only_fish[~is_fish] = fill[~is_fish]
        whole, without, alone = scores(photo, no_fish, only_fish)[:, fish]
        assert without > 0.75 * whole and alone < 0.3 * whole
    # the controls: the same fish enlarged, and anemones as small as it was, where it was
    enlarged = scores(photo[18:106, 58:220])[0]
    assert enlarged.argmax() == fish and enlarged[fish] > 0.85 * whole
    for top, left in ((106, 0), (112, 0), (120, 0), (152, 0), (120, 8), (152, 8)):
        small = np.full_like(photo, photo.mean((0, 1)).astype(np.uint8))
        small[18:106, 58:220] = photo[top : top + 88, left : left + 162]
        assert scores(small)[0, fish] < 0.3 * whole


@pytest.mark.parametrize("name", ["cow", "cat", "jaguar"])
def test_any_animal_is_a_fish_among_eight_words(model, name):
    logits = model(prepare_photo(model, load_photo(name))).numpy()[0]
    assert logits.argmax() == kind(model, "fish") and logits.max() > 9


def test_a_class_that_is_absent_lights_up_too(net):
    dog = prepare_photo(net, load_photo("dog"))
    shares = probabilities(net, dog)[0]
    for name in ("teapot", "jaguar", "thatch"):
        assert shares[kind(net, name)] < 0.01
        assert grad_cam(net, dog, kind(net, name)).max() > 0


def test_jet_darkens_where_the_numbers_rise_and_inferno_does_not():
    ramp = np.arange(256, dtype=np.uint8)[None]
    falls = {}
    for name in ("JET", "INFERNO"):
        colours = cv2.applyColorMap(ramp, getattr(cv2, f"COLORMAP_{name}"))
        lightness = cv2.cvtColor(np.float32(colours) / 255, cv2.COLOR_BGR2LAB)[0, :, 0]
        falls[name] = int((np.diff(lightness) < -0.05).sum())
    assert falls["INFERNO"] == 0 and falls["JET"] > 60


def test_a_place_sees_196_pixels(model):
    """By the net itself: pixels outside the window have no gradient, and its rim has one."""
    layer = model.get_layer("block5_conv3").output
    part = keras.Model(model.input, layer)
    image = tf.Variable(np.random.default_rng(0).normal(size=(1, 224, 224, 3)).astype("float32"))
    with tf.GradientTape() as tape:
        middle = tf.reduce_sum(part(image)[0, 6, 6])
    rows = np.flatnonzero(np.abs(tape.gradient(middle, image).numpy()).sum(axis=(0, 2, 3)))
    assert 190 <= np.ptp(rows) + 1 <= 196


def test_the_lesson_writes_grad_cam_itself(model):
    images = squeezed(model, "windmill3")
    maps, grads = gradients(model, images)
    (theirs,) = grad_cam(model, images, kind(model, "windmill"))
    np.testing.assert_allclose(summed(maps, grads), theirs.ravel(), atol=1e-6)
