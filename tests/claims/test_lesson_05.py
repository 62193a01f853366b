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

SAILS = (
    (60, 35, 142, 85),
    (105, 85, 142, 145),
    (165, 80, 215, 120),
    (185, 120, 215, 165),
    (235, 100, 290, 185),
)
TOWERS = ((15, 110, 98, 172), (130, 140, 183, 185), (205, 150, 240, 187))
WHEEL = ((105, 55, 142, 105),)


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


@pytest.mark.parametrize("fill", ["sky", "mean", "noise"])
def test_sails_make_the_windmill_and_towers_do_not(model, fill):
    photo, rng = load_photo("windmill3"), np.random.default_rng(0)
    colour = {"sky": photo[20:40, 200:300].mean((0, 1)), "mean": photo.mean((0, 1))}

    def fall(boxes) -> float:
        logits = []
        for painted in ((), boxes):
            changed = photo.copy()
            for left, top, right, bottom in painted:
                area = changed[top:bottom, left:right]
                area[:] = colour.get(fill, rng.integers(0, 256, area.shape))
            small = cv2.resize(changed, (224, 224), interpolation=cv2.INTER_AREA)
            logits.append(model(prepare(model, small[None])).numpy()[0, kind(model, "windmill")])
        return logits[0] - logits[1]

    assert fall(SAILS) > 2 and fall(SAILS) > fall(TOWERS) + 2
    if fill == "sky":
        assert fall(TOWERS) < 0.5 and fall(WHEEL) < 0


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
    """Also of the logit; the probability would add a dependence on the photo of its own."""
    fashion, data = load_trained("fashion_cnn"), load_fashion_mnist("subset")
    shirts = data.test_images[data.test_labels == 6][:20]
    maps = tf.constant(feature_maps(fashion, shirts, ["conv2"])[0])
    kernel, bias = fashion.layers[-1].get_weights()
    with tf.GradientTape() as tape:
        tape.watch(maps)
        rest = maps
        for layer in fashion.layers[5:-1]:
            rest = layer(rest)
        score = (rest @ kernel + bias)[:, 6]
    weights = tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2)).numpy()
    alike = np.corrcoef(weights)[np.triu_indices(20, 1)]
    assert alike.max() < 0.97 and alike.min() < 0.85


def test_softmax_shrinks_the_gradient_and_half_precision_loses_it(model):
    images = squeezed(model, "windmill13")
    maps, before = gradients(model, images)
    _, after = gradients(model, images, tf.nn.softmax)
    assert abs(before).max() > 1e4 * abs(after).max()
    assert np.corrcoef(summed(maps, before), summed(maps, after))[0, 1] > 0.9
    half = after.astype(np.float16).astype(np.float32)
    assert np.mean(half != 0) < 0.01 < np.mean(after != 0)
    unsure = squeezed(model, "windmill")  # the control: where the net doubts, little is lost
    (_, before), (_, after) = gradients(model, unsure), gradients(model, unsure, tf.nn.softmax)
    assert abs(before).max() < 100 * abs(after).max()


@pytest.mark.parametrize(
    "names",
    [("windmill3", "clownfish", "hammer5", "dam1"), ("goldfish", "dam2", "windmill7", "scissors1")],
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
    assert first < 0.4 and fourth < 2 / 3 < last
