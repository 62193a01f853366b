import json

import numpy as np
import pytest

from helpers import models
from helpers._keras import keras
from helpers.datasets import DATA, PHOTOS, load_fashion_mnist, load_photo
from helpers.images import random_crops
from tests.nets import nested, random_cnn

layers = keras.layers


def kinds(model):
    return [type(layer).__name__ for layer in model.layers]


def test_the_small_net_is_the_one_of_the_lesson():
    net = models.build_fashion_cnn()
    block = ["Conv2D", "BatchNormalization", "LeakyReLU", "MaxPooling2D"]
    head = ["Flatten", "Dense", "BatchNormalization", "LeakyReLU", "Dropout", "Dense"]
    assert kinds(net) == block * 2 + head
    assert net.layers[2].output.shape == (None, 28, 28, 32)
    assert net.layers[6].output.shape == (None, 14, 14, 64)
    assert net.get_layer("dropout").rate == 0.4
    penalty = net.get_layer("conv2").kernel_regularizer
    assert float(penalty.l1) == pytest.approx(1e-5) and float(penalty.l2) == pytest.approx(1e-4)


def test_the_deep_net_is_the_one_of_the_lesson():
    net = models.build_deep_fashion_cnn()
    convolutions = [layer for layer in net.layers if isinstance(layer, layers.Conv2D)]
    assert [c.filters for c in convolutions] == [32, 32, 64, 64, 128, 128, 256, 256]
    assert {c.kernel_size for c in convolutions} == {(2, 2)}
    assert kinds(net)[:3] == ["Conv2D", "ReLU", "BatchNormalization"]
    assert kinds(net).count("MaxPooling2D") == 3 and net.get_layer("dropout").rate == 0.5


def test_the_photo_net_has_eight_layers_with_maps():
    net = models.build_photo_cnn()
    assert kinds(net)[:8] == ["Conv2D", "MaxPooling2D"] * 4
    assert net.output_shape == (None, len(PHOTOS))


@pytest.mark.parametrize(("name", "least"), [("fashion_cnn", 0.905), ("deep_fashion_cnn", 0.92)])
def test_trained_nets_reach_their_accuracy_on_the_full_test_set(name, least):
    record = json.loads((DATA / f"models/{name}.json").read_text())
    data = load_fashion_mnist("full")
    net = models.load_trained(name)
    predicted = net.predict(data.test_images, batch_size=500, verbose=0).argmax(axis=1)
    accuracy = (predicted == data.test_labels).mean()
    assert accuracy >= least
    assert accuracy == pytest.approx(record["test_accuracy"], abs=0.001)
    assert record["test_images"] == 10000 and record["epochs"] == len(record["history"]["loss"])


def test_the_trained_photo_net_tells_new_crops_apart():
    net = models.load_trained("photo_cnn")
    for number, name in enumerate(PHOTOS):
        crops = random_crops(load_photo(name), 10, 150, seed=900 + number) / np.float32(255)
        predicted = net.predict(crops, verbose=0).argmax(axis=1)
        assert (predicted == number).mean() >= 0.8, name


def test_constant_learning_rate_is_on_record():
    record = json.loads((DATA / "models/fashion_cnn_constant.json").read_text())
    decayed = json.loads((DATA / "models/fashion_cnn.json").read_text())
    assert record["epochs"] == decayed["epochs"] == 20
    assert record["test_accuracy"] < decayed["test_accuracy"]


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="did you mean 'fashion_cnn'"):
        models.load_trained("fashion_cmm")
    with pytest.raises(ValueError, match="auto, imagenet, album, None"):
        models.load_vgg16("places")
    with pytest.raises(FileNotFoundError, match="train and save"):
        models.load_trained("deep_fashion_cnn", own=True)


def test_layers_are_found_by_name_index_and_in_nested_models():
    inner = random_cnn()
    outer = nested(inner)
    assert models.conv_layers(outer) == ["conv"]
    assert models.find_layer(outer, "conv") is inner.get_layer("conv")
    assert models.find_layer(outer) is inner.get_layer("conv")
    assert models.find_layer(inner, 1).name == "pool"
    with pytest.raises(ValueError, match="choose 0 to 3"):
        models.find_layer(inner, -1)


def test_linear_output_gives_logits_and_leaves_the_model_alone():
    net = random_cnn()
    images = np.random.default_rng(0).normal(size=(3, 8, 6, 2)).astype(np.float32)
    before = net.predict(images, verbose=0)
    logits = models.with_linear_output(net).predict(images, verbose=0)
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    np.testing.assert_allclose(raised / raised.sum(axis=1, keepdims=True), before, rtol=1e-4)
    np.testing.assert_array_equal(net.predict(images, verbose=0), before)
    linear = random_cnn(softmax=False)
    assert models.with_linear_output(linear) is linear
