"""Dense layers that stay in their file, and VGG16 with 1,000 classes made of them."""

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from helpers import explorers, models
from helpers._keras import keras, tf
from helpers._keras.hooks import computing_in
from helpers.activations import feature_maps
from helpers.cam import grad_cam
from helpers.classes import class_names, probabilities
from helpers.models import stored_matrix, vgg16
from helpers.models.dense_on_disk import DenseOnDisk, differentiable_product
from helpers.models.stored_matrix import StoredMatrix
from helpers.patterns import gradient_ascent
from helpers.saliency import saliency
from helpers.trust import randomize_from
from tests import vgg16_1000

ROOT = Path(__file__).resolve().parents[1]
LAYOUTS = {
    "Keras' own file": "{}_{}_1:0",
    "Keras 2": "{}/{}:0",
    "Keras 3": "{}/{}",
}


def write_layer(path, kernel, bias, pattern="{}_{}_1:0", **storage):
    with h5py.File(path, "w") as file:
        group = file.create_group("fc")
        group["odd"] = np.zeros(3, np.uint8)  # what follows starts anywhere
        names = [pattern.format("fc", kind) for kind in "Wb"]
        group.attrs["weight_names"] = [name.encode() for name in names]
        group.create_dataset(names[0], data=kernel, **storage)
        group[names[1]] = bias


@pytest.fixture
def arrays():
    rng = np.random.default_rng(0)
    return rng.standard_normal((37, 6), np.float32), rng.standard_normal(6, np.float32)


@pytest.mark.parametrize(
    ("storage", "kind", "block"),
    [
        ({}, "<f4", 1),
        ({}, "<f4", 48),
        ({}, "<f4", 1 << 22),
        ({}, ">f4", 48),
        ({}, "<f2", 48),
        ({}, "<f8", 48),
        ({"chunks": (5, 4)}, "<f4", 48),
        ({"chunks": (5, 4)}, ">f4", 1),
        ({"compression": "gzip"}, "<f4", 48),
    ],
)
def test_blocks_give_the_whole_matrix(arrays, tmp_path, monkeypatch, storage, kind, block):
    monkeypatch.setattr(stored_matrix, "BLOCK", block)
    path, (kernel, bias) = tmp_path / "w.h5", arrays
    kernel = kernel.astype(kind)
    write_layer(path, kernel, bias, **storage)
    stored = StoredMatrix.find(path, "fc/fc_W_1:0")
    assert (stored.offset is None) == bool(storage)
    assert stored.count == {1: 37, 48: 5, 1 << 22: 1}[block]
    parts = [stored.block(number) for number in range(stored.count)]
    np.testing.assert_array_equal(np.concatenate(parts), kernel)
    product = differentiable_product(stored)
    rng = np.random.default_rng(1)
    left, weights = (rng.standard_normal((3, n), np.float32) for n in (37, 6))
    with tf.GradientTape() as tape:
        tape.watch(given := tf.constant(left))
        total = tf.reduce_sum(product(given) * weights)
    kernel = kernel.astype(np.float64)
    np.testing.assert_allclose(product(left), left @ kernel, rtol=1e-5, atol=1e-5)
    gradient = tape.gradient(total, given)
    np.testing.assert_allclose(gradient, weights @ kernel.T, rtol=1e-5, atol=1e-5)


def both(path, arrays, activation):
    """A net with the layer from the file, and one with Keras' own dense layer."""
    nets = []
    for layer in (
        DenseOnDisk(path, name="fc", activation=activation),
        keras.layers.Dense(6, activation=activation, name="fc"),
    ):
        inputs = keras.Input((37,))
        nets.append(keras.Model(inputs, keras.layers.Dense(2)(layer(inputs))))
    nets[1].get_layer("fc").set_weights(arrays)
    nets[0].layers[-1].set_weights(nets[1].layers[-1].get_weights())
    return nets


def gradient(net, images, compiled):
    def run(images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = net(images, training=False) ** 2
        return outputs, tape.gradient(outputs, images)

    return [t.numpy() for t in (tf.function(run) if compiled else run)(tf.constant(images))]


@pytest.mark.parametrize(
    ("layout", "activation", "compiled"),
    [
        ("Keras' own file", None, True),
        ("Keras' own file", "relu", False),
        ("Keras 2", "relu", True),
        ("Keras 3", "tanh", True),
    ],
)
def test_values_and_gradients_are_those_of_a_dense_layer(
    arrays, tmp_path, layout, activation, compiled
):
    write_layer(tmp_path / "w.h5", *arrays, LAYOUTS[layout])
    nets = both(tmp_path / "w.h5", arrays, activation)
    images = np.random.default_rng(3).standard_normal((5, 37), np.float32)
    for ours, keras_own in zip(*(gradient(net, images, compiled) for net in nets), strict=True):
        assert ours.shape == keras_own.shape
        np.testing.assert_allclose(ours, keras_own, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(
        nets[0].predict(images, verbose=0), nets[1].predict(images, verbose=0), rtol=1e-5, atol=1e-5
    )


def test_the_layer_stays_in_float32_and_keeps_its_shape(arrays, tmp_path):
    write_layer(tmp_path / "w.h5", *arrays)
    net = both(tmp_path / "w.h5", arrays, None)[0]
    layer = net.get_layer("fc")
    images = tf.constant(np.random.default_rng(3).standard_normal((5, 37), np.float32))
    with computing_in("bfloat16", net):
        low = layer(tf.cast(images, tf.bfloat16))
    assert low.dtype == tf.float32
    np.testing.assert_allclose(low, layer(images), atol=0.1)
    assert layer.output.shape == (None, 6) and layer(images).shape == (5, 6)
    kernel, bias = layer.get_weights()
    np.testing.assert_array_equal(kernel, arrays[0])
    np.testing.assert_array_equal(bias, arrays[1])
    with pytest.raises(ValueError, match="'fc' stays in its file"):
        layer.set_weights(arrays)
    copy = keras.models.clone_model(net)
    copy.set_weights(net.get_weights())
    np.testing.assert_array_equal(copy(images), net(images))


def test_a_layer_that_the_file_lacks_is_refused(arrays, tmp_path):
    write_layer(tmp_path / "w.h5", *arrays)
    with pytest.raises(ValueError, match="unknown layer in the file of weights 'fc9'; did you"):
        DenseOnDisk(tmp_path / "w.h5", name="fc9")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A file of the layout of Keras' own, 553 MB."""
    path = tmp_path_factory.mktemp("vgg16") / "vgg16_weights_tf_dim_ordering_tf_kernels.h5"
    vgg16_1000.write_file(path)
    yield path
    path.unlink()


@pytest.fixture(scope="module")
def net(file):
    patch = pytest.MonkeyPatch()
    patch.setattr(vgg16, "fetch", lambda asset: file.parent)
    yield models.load_vgg16("imagenet")
    patch.undo()


@pytest.fixture
def image():
    return vgg16_1000.photos(["cat"])


@pytest.fixture
def reads(monkeypatch):
    """Of which kernels the first block was read, in order."""
    names, block = [], StoredMatrix.block

    def noting(self, number):
        if number == 0:
            names.append(self.name.split("/")[0])
        return block(self, number)

    monkeypatch.setattr(StoredMatrix, "block", noting)
    return names


def test_the_net_is_built_like_keras_own(net):
    layers = [layer.name for layer in net.layers[1:]]
    assert layers[:2] == ["block1_conv1", "block1_conv2"] and len(models.conv_layers(net)) == 13
    assert layers[-5:] == ["block5_pool", "flatten", "fc1", "fc2", "predictions"]
    assert net.input_shape == (None, 224, 224, 3) and net.output_shape == (None, 1000)
    assert models.find_layer(net).name == "block5_conv3"
    assert models.with_linear_output(net) is net
    assert class_names(net)[281] == "tabby"


def test_a_batch_reads_the_kernels_once(net, image, reads):
    head = ["fc1", "fc2", "predictions"]
    probabilities(net, np.repeat(image, 3, axis=0))
    assert reads == head
    reads.clear()
    grad_cam(net, np.repeat(image, 2, axis=0))
    assert reads == head + head[::-1]
    reads.clear()
    feature_maps(net, image, ["block5_conv3"])
    assert reads == []
    saliency(net, image, 3)
    assert reads == head + head[::-1]


def test_patterns_grow_in_any_convolution(net):
    for layer in ("block1_conv1", "block5_conv3"):
        grown = gradient_ascent(net, layer, [3], size=224, steps=2, precision="float32")
        assert grown.images.shape == (1, 224, 224, 3)
        assert grown.activations[-1, 0] > grown.activations[0, 0]


def test_the_explorer_takes_the_net(net):
    explorer = explorers.explore_cam(net)
    before = explorer.picture
    explorer.class_index = 7
    explorer.layer = "block4_conv2"
    assert explorer.picture != before and "'cock'" in explorer.caption


def test_random_weights_are_refused(net):
    with pytest.raises(ValueError, match=r"stay in their file .* load_vgg16\(\"album\"\)"):
        randomize_from(net, "block5_conv1")


@pytest.fixture(scope="module")
def side_by_side(file, tmp_path_factory):
    """What the course's net and Keras' own compute from the same weights, each in a process."""
    results = {}
    for which in ("course", "keras"):
        path = tmp_path_factory.mktemp(which) / "results.npz"
        command = [sys.executable, "-m", "tests.vgg16_1000", which, str(file), str(path)]
        subprocess.run(command, cwd=ROOT, check=True)
        with np.load(path) as arrays:
            results[which] = dict(arrays)
    return results["course"], results["keras"]


def test_everything_equals_keras_own_net(side_by_side):
    course, keras_own = side_by_side
    compared = [name for name in course if not name.endswith(("_gb", "bfloat16"))]
    assert len(compared) == 14
    for name in compared:
        largest = np.abs(keras_own[name]).max()
        assert largest > 0 and np.ptp(keras_own[name]) > 0.01 * largest, name
        error = np.abs(course[name] - keras_own[name]).max() / largest
        assert error <= 1e-5, f"{name}: {error:.1e}"


def test_bfloat16_rounds_no_more_than_keras_own_net_does(side_by_side):
    """The scores of the masked images, whose errors the softmax after them would magnify."""
    exact = side_by_side[1]["scores float32"]
    ours, keras_own = (
        np.sqrt(np.mean((results["scores bfloat16"] - exact) ** 2)) / exact.std()
        for results in side_by_side
    )
    assert 0 < ours <= max(0.02, 1.5 * keras_own), f"{ours:.1e} and {keras_own:.1e}"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_lesson_with_1000_classes_needs_at_most_a_gigabyte(side_by_side):
    course, keras_own = side_by_side
    assert 0.3 < course["imports_gb"] < course["loaded_gb"] < course["lesson_gb"] <= 1.0
    assert keras_own["lesson_gb"] > course["lesson_gb"] + 0.2  # kernels in memory would be seen
