"""Training: what it learns, what it refuses, and that the fast way is the same way."""

from contextlib import nullcontext

import numpy as np
import pytest

from helpers import models
from helpers._keras import keras, tf
from helpers._keras.fast import computing_fast
from helpers._keras.memory import can_be_shared
from helpers.datasets import load_fashion_mnist
from tests.nets import nested

layers = keras.layers


def test_training_on_shared_memory_changes_nothing():
    data = load_fashion_mnist("subset")
    lent, copied = data.train_images[:200], data.train_images[:200].copy()
    unaligned = np.empty(copied.size + 1, np.float32)[1:].reshape(copied.shape)
    unaligned[:] = copied
    assert can_be_shared(lent) and not can_be_shared(unaligned)
    assert not can_be_shared(lent.astype(np.float64)) and not can_be_shared(lent[:, ::2])
    losses = []
    for images in (lent, unaligned):
        keras.utils.set_random_seed(5)
        net = models.build_fashion_cnn()
        losses.append(models.train(net, images, data.train_labels[:200], epochs=1, held_out=0))
    np.testing.assert_allclose(losses[0]["loss"], losses[1]["loss"], rtol=1e-3)
    np.testing.assert_array_equal(lent, copied)


def test_training_refuses_what_cannot_be_trained_on():
    with pytest.raises(ValueError, match="3 images, 2 labels"):
        models.train(models.build_fashion_cnn(), np.zeros((3, 28, 28, 1)), np.zeros(2), held_out=0)
    with pytest.raises(ValueError, match="more images than are held out"):
        models.train(models.build_fashion_cnn(), np.zeros((3, 28, 28, 1)), np.zeros(3), held_out=3)


def bars():
    """Images (120, 8, 8, 1) with a bright bar at one of three heights, and which it is."""
    labels = np.arange(120) % 3
    images = np.random.default_rng(0).random((120, 8, 8, 1)).astype(np.float32) * 0.3
    for k in range(3):
        images[labels == k, 2 * k : 2 * k + 2] += 0.6
    return images, labels


def net(units=3, activation="softmax", known_input=True, **normalization):
    keras.utils.set_random_seed(0)
    begin = [keras.Input((8, 8, 1))] if known_input else []
    middle = [layers.Conv2D(4, 3), layers.BatchNormalization(**normalization), layers.ReLU()]
    return keras.Sequential([*begin, *middle, layers.Flatten(), layers.Dense(units, activation)])


OPTIONS = {"epochs": 4, "held_out": 20, "batch_size": 10, "learning_rate": 0.01}


@pytest.mark.parametrize("fast", [False, True])
def test_training_learns_repeats_and_returns_its_curves(fast):
    curves = [models.train(net(), *bars(), fast=fast, **OPTIONS) for _ in range(2)]
    assert sorted(curves[0]) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert curves[0]["loss"] == pytest.approx(curves[1]["loss"], rel=1e-3)
    assert curves[0]["loss"][-1] < curves[0]["loss"][0] and curves[0]["val_accuracy"][-1] == 1


@pytest.mark.parametrize(
    "spelled",
    [
        lambda labels: labels[:, None],
        lambda labels: labels.tolist(),
        lambda labels: labels.astype(float),
        lambda labels: np.eye(3)[labels],
        lambda labels: np.eye(3, dtype=bool)[labels],
    ],
)
def test_labels_in_any_spelling_teach_the_same(spelled):
    images, labels = bars()
    expected = models.train(net(), images, labels, **OPTIONS)
    assert expected["val_accuracy"][-1] == 1
    assert models.train(net(), images, spelled(labels), **OPTIONS) == expected


def test_logits_teach_the_same_as_probabilities():
    images, labels = bars()
    curves = [models.train(net(3, end), images, labels, **OPTIONS) for end in ("softmax", None)]
    np.testing.assert_allclose(curves[0]["loss"], curves[1]["loss"], rtol=1e-4)
    assert curves[1]["val_accuracy"][-1] == 1


def binary_cross_entropy(outputs, labels):
    outputs = np.float64(outputs)
    return -np.mean(labels * np.log(outputs) + (1 - labels) * np.log(1 - outputs))


@pytest.mark.parametrize("units", [1, 3])
def test_sigmoids_learn_labels_that_are_independent(units):
    images, labels = bars()
    targets = np.stack([labels == 0, labels < 2, labels > 0], axis=1)[:, :units].astype(int)
    model = net(units, "sigmoid")
    curves = models.train(model, images, targets, **OPTIONS | {"epochs": 8})
    outputs = model.predict(images[-20:], verbose=0)
    assert curves["val_loss"][-1] == pytest.approx(
        binary_cross_entropy(outputs, targets[-20:]), rel=1e-3
    )
    assert curves["val_accuracy"][-1] == pytest.approx(((outputs > 0.5) == targets[-20:]).mean())
    assert curves["val_accuracy"][-1] > 0.95


def refused(match, model, images, labels):
    before = model.get_weights()
    with pytest.raises(ValueError, match=match) as caught:
        models.train(model, images, labels, **OPTIONS)
    assert len(str(caught.value).splitlines()) == 1
    for kept, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, now)


def test_labels_that_cannot_be_learned_are_refused_before_training():
    images, labels = bars()
    refused("labels run from 1 to 3, .* from 0 to 2; np.unique", net(), images, labels + 1)
    refused("labels run from -1 to 1", net(1, "sigmoid"), images, labels - 1)
    refused("whole numbers", net(), images, labels + 0.5)
    refused("whole numbers", net(), images, np.where(labels == 1, np.nan, labels))
    refused("whole numbers; np.unique", net(), images, np.array(["a", "b", "c"])[labels])
    refused(r"shape \(120, 3\).* single 1", net(), images, np.ones((120, 3)))
    refused("3 sigmoids, which are independent", net(3, "sigmoid"), images, labels)


def test_nets_that_are_no_classifiers_are_refused_before_training():
    images, labels = bars()
    for activation in ("linear", "softmax"):
        refused("behind a sigmoid", net(1, activation), images, labels % 2)
    refused("how .* ends is not recognised", net(3, "tanh"), images, labels)
    pixels = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(3, 1, activation="softmax")])
    refused("end it in GlobalAveragePooling2D", pixels, images, labels)


def test_images_that_cannot_be_learned_from_are_refused_before_training():
    images, labels = bars()
    refused(r"wants \(n, 8, 8, 1\)", net(), images[..., 0], labels)
    refused(
        "NaN", net(), np.where(np.arange(120)[:, None, None, None] == 7, np.nan, images), labels
    )
    whole = np.uint8(images * 255)
    refused("give images / 255", net(), whole, labels)
    described = models.describe(net(), preprocess=lambda pixels: pixels / 127.5 - 1)
    refused("wants -1 to 1", described, whole, labels)
    rescaling = keras.Sequential([keras.Input((8, 8, 1)), layers.Rescaling(1 / 255), net()])
    assert models.train(rescaling, whole, labels, **OPTIONS)["val_accuracy"][-1] == 1


@pytest.mark.parametrize("fast", [False, True])
def test_a_sequential_learns_its_input_from_the_images(fast):
    model = net(known_input=False)
    assert models.train(model, *bars(), fast=fast, **OPTIONS)["val_accuracy"][-1] == 1
    assert model.input_shape == (None, 8, 8, 1)


@pytest.mark.parametrize(
    "normalization",
    [
        {},
        {"scale": False},
        {"center": False},
        {"scale": False, "center": False},
        {"momentum": 0.0},
        {"epsilon": 0.1},
        {"trainable": False},
    ],
)
def test_fused_normalization_keeps_the_statistics_that_keras_keeps(normalization):
    images = tf.constant(bars()[0][:1])
    results = []
    for fast in (False, True):
        model = net(**normalization)
        with computing_fast(model) if fast else nullcontext():
            outputs = tf.function(lambda x, model=model: model(x, training=True))(images)
        results.append([outputs, *model.layers[1].get_weights()])
    for slow, quick in zip(*results, strict=True):
        np.testing.assert_allclose(slow, quick, atol=0.01)
    np.testing.assert_allclose(results[0][-1], results[1][-1], rtol=0.015)  # variances


def test_fast_training_leaves_the_net_as_it_was_apart_from_its_weights():
    inner = net()
    model, (images, labels) = nested(inner), bars()
    attributes = [dict(vars(layer)) for layer in inner.layers]
    assert models.train(model, images, labels, fast=True, **OPTIONS)["val_accuracy"][-1] == 1
    for layer, before in zip(inner.layers, attributes, strict=True):
        assert vars(layer).keys() == before.keys() and layer.compute_dtype == "float32"
    assert model(images[:1]).dtype == "float32"
    assert not model.compiled  # functions compiled in the training would stay in bfloat16


def test_fast_arithmetic_is_the_same_within_bfloat16():
    model = models.build_deep_fashion_cnn()
    images = load_fashion_mnist("subset").test_images[:20]
    plain = model(images, training=False)
    with computing_fast(model):
        quick = tf.function(lambda x: model(x, training=False))(images)
    assert quick.dtype == "float32" and 0 < np.abs(plain - quick).max() < 0.02
