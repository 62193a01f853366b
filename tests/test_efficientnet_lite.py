import io
import math
import pickle
import shutil
import sys
from collections import OrderedDict
from types import ModuleType

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from helpers.activations import feature_maps
from helpers.cam import grad_cam
from helpers.classes import class_names, probabilities
from helpers.datasets import DATA, load_photo
from helpers.inputs import prepare
from helpers.models import conv_layers, efficientnet_lite, find_layer, load_efficientnet_lite
from tools.make_efficientnet_lite import CheckpointUnpickler, fold, read_checkpoint

# The four largest logits of three photos: the weights as published, float32 and with their batch
# normalization, taken through the net by NumPy in float64.
PUBLISHED = {
    "cat": {285: 9.012, 282: 8.885, 281: 8.229, 287: 6.519},
    "coffee": {967: 10.959, 968: 6.836, 925: 6.328, 504: 5.494},
    "astronaut": {450: 6.950, 560: 6.869, 573: 5.457, 422: 5.039},
}
BLOCKS = {  # kernel size and stride of each
    "1a": (3, 1), "2a": (3, 2), "2b": (3, 1), "3a": (5, 2), "3b": (5, 1),
    "4a": (3, 2), "4b": (3, 1), "4c": (3, 1), "5a": (5, 1), "5b": (5, 1), "5c": (5, 1),
    "6a": (5, 2), "6b": (5, 1), "6c": (5, 1), "6d": (5, 1), "7a": (3, 1),
}  # fmt: skip


@pytest.fixture(scope="module")
def net():
    return load_efficientnet_lite()


@pytest.fixture(scope="module")
def arrays():
    with np.load(DATA / "models/efficientnet_lite0.npz") as stored:
        return {name: np.float64(stored[name]) for name in stored.files}


def pixels(height, width):
    return load_photo("palace")[None, :height, :width]


@pytest.mark.parametrize(
    ("photo", "name", "probability"),
    [("coffee", "espresso", 0.94), ("cat", "Egyptian cat", 0.38), ("astronaut", "bobsled", 0.21)],
)
def test_real_photos_get_their_names(net, photo, name, probability):
    (given,) = probabilities(net, prepare(net, load_photo(photo, 224)[None]))
    assert class_names(net)[given.argmax()] == name
    assert given.max() == pytest.approx(probability, abs=0.01)
    assert given.sum() == pytest.approx(1, abs=1e-5)


def test_three_of_a_thousand_classes_are_this_cat(net):
    (given,) = probabilities(net, prepare(net, load_photo("cat", 224)[None]))
    names = [class_names(net)[i] for i in np.argsort(-given)[:3]]
    assert names == ["Egyptian cat", "tiger cat", "tabby"]


@pytest.mark.parametrize("photo", PUBLISHED)
def test_float16_and_folding_move_no_logit_by_more_than_a_twentieth(net, photo):
    (logits,) = net(prepare(net, load_photo(photo, 224)[None]), training=False).numpy()
    expected = PUBLISHED[photo]
    assert np.argsort(-logits)[:4].tolist() == [*expected]
    np.testing.assert_allclose(logits[[*expected]], [*expected.values()], atol=0.05)


def convolve(maps, kernel, bias, stride=1):
    """Correlate (h, w, c) with a kernel, zeros around it as TensorFlow's "same" has them."""
    size = kernel.shape[0]
    lacking = [
        max((math.ceil(length / stride) - 1) * stride + size - length, 0)
        for length in maps.shape[:2]
    ]
    padded = np.pad(maps, [*((n // 2, n - n // 2) for n in lacking), (0, 0)])
    windows = sliding_window_view(padded, (size, size), (0, 1))[::stride, ::stride]
    if kernel.shape[-1] == 1:
        return np.einsum("hwcij,ijc->hwc", windows, kernel[..., 0], optimize=True) + bias
    return np.einsum("hwcij,ijco->hwo", windows, kernel, optimize=True) + bias


def reference(arrays, image):
    """What each layer gives, in NumPy and float64, for an image (h, w, 3)."""
    given = {}

    def layer(name, maps, stride=1, highest=6.0, lowest=0.0):
        values = convolve(maps, arrays[f"{name}/kernel"], arrays[f"{name}/bias"], stride)
        given[name] = np.clip(values, lowest, highest)
        return given[name]

    maps = layer("stem_conv", image, 2)
    for name, (_, stride) in BLOCKS.items():
        wide = maps if name == "1a" else layer(f"block{name}_expand", maps)
        seen = layer(f"block{name}_depthwise", wide, stride)
        narrow = layer(f"block{name}_project", seen, highest=np.inf, lowest=-np.inf)
        maps = maps + narrow if stride == 1 and narrow.shape == maps.shape else narrow
    head = layer("head_conv", maps)
    given["logits"] = head.mean(axis=(0, 1)) @ arrays["logits/kernel"] + arrays["logits/bias"]
    return given


@pytest.mark.parametrize("size", [(64, 96), (37, 53)])
def test_every_layer_is_what_numpy_computes(net, arrays, size):
    images = (np.float64(pixels(*size)) - 127) / 128
    expected = reference(arrays, images[0])
    assert [*expected] == [*conv_layers(net), "logits"]
    kernels = {name: net.get_layer(f"block{name}_depthwise").kernel_size for name in BLOCKS}
    assert kernels == {name: (kernel, kernel) for name, (kernel, _) in BLOCKS.items()}
    for name, maps in zip(expected, feature_maps(net, images, conv_layers(net)), strict=False):
        np.testing.assert_allclose(maps[0], expected[name], atol=2e-4, err_msg=name)
    logits = net(np.float32(images), training=False).numpy()[0]
    np.testing.assert_allclose(logits, expected["logits"], atol=1e-3)


@pytest.mark.parametrize("size", [(64, 96), (240, 320), (33, 33)])
def test_any_size_works(net, size):
    images = prepare(net, pixels(*size))
    assert net(images, training=False).shape == (1, 1000)
    assert grad_cam(net, images).shape == (1, *(math.ceil(length / 32) for length in size))


@pytest.mark.parametrize("class_index", [None, 285, 463])
def test_grad_cam_is_the_class_activation_map_divided_by_the_places(net, class_index):
    images = prepare(net, np.stack([load_photo(name, 224) for name in ("cat", "coffee")]))
    (maps,) = feature_maps(net, images, ["head_conv"])
    kernel = net.get_layer("logits").get_weights()[0]
    classes = net(images, training=False).numpy().argmax(axis=1)
    classes = classes if class_index is None else [class_index, class_index]
    mapped = np.einsum("nhwc,cn->nhw", np.float64(maps), np.float64(kernel[:, classes]))
    expected = np.maximum(mapped, 0) / (7 * 7)
    np.testing.assert_allclose(grad_cam(net, images, class_index), expected, atol=1e-5)


def test_a_heatmap_is_drawn_on_the_head(net):
    assert find_layer(net) is net.get_layer("head_conv")


def test_pixels_are_prepared_as_the_net_was_trained():
    ends = efficientnet_lite.preprocess_input(np.array([0, 127, 255], np.float32))
    np.testing.assert_array_equal(ends, np.float32([-127 / 128, 0, 1]))


def test_pixels_that_were_not_prepared_are_refused(net):
    with pytest.raises(ValueError, match="prepare"):
        grad_cam(net, load_photo("cat", 64)[None])


def cut_off(path):
    path.write_bytes(path.read_bytes()[:5_000_000])


def change_a_byte(path):
    content = bytearray(path.read_bytes())
    content[4_000_000] ^= 1
    path.write_bytes(content)


def hide_an_object(path):
    np.savez(path, **{"stem_conv/kernel": np.array([print], dtype=object)})


@pytest.mark.parametrize("damage", [cut_off, change_a_byte, hide_an_object])
def test_a_damaged_file_is_told_in_a_sentence(tmp_path, monkeypatch, damage):
    (tmp_path / "models").mkdir()
    copy = tmp_path / "models/efficientnet_lite0.npz"
    shutil.copy(DATA / "models/efficientnet_lite0.npz", copy)
    damage(copy)
    monkeypatch.setattr(efficientnet_lite, "DATA", tmp_path)
    with pytest.raises(ValueError, match=r"efficientnet_lite0\.npz cannot be read: take it from"):
        load_efficientnet_lite()


def test_the_file_holds_a_kernel_and_a_bias_for_each_layer(net):
    with np.load(DATA / "models/efficientnet_lite0.npz") as stored:
        layers = [*conv_layers(net), "logits"]
        kinds = ("kernel", "bias")
        assert stored.files == [f"{layer}/{kind}" for layer in layers for kind in kinds]
        assert {stored[name].dtype for name in stored.files} == {np.dtype(np.float16)}
    assert (DATA / "models/efficientnet_lite0.npz").stat().st_size < 9_400_000


@pytest.mark.parametrize("depthwise", [False, True])
def test_folding_batch_normalization_changes_no_number(depthwise):
    rng = np.random.default_rng(0)
    weight = rng.normal(size=(4, 1 if depthwise else 3, 3, 3))
    gamma, beta, mean, var = rng.normal(size=(4, 4))
    image = rng.normal(size=(6, 5, 4 if depthwise else 3))
    plain = weight.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))
    normalized = (convolve(image, plain, 0) - mean) / np.sqrt(var**2 + 1e-3) * gamma + beta
    folded = convolve(image, *fold(weight, gamma, beta, mean, var**2))
    np.testing.assert_allclose(folded, normalized, rtol=1e-9)


@pytest.fixture
def torch(monkeypatch):
    """Stand-ins for the things that a file of PyTorch's names."""
    package, utils = ModuleType("torch"), ModuleType("torch._utils")
    package.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})
    rebuild = type("_rebuild_tensor_v2", (), {"__module__": "torch._utils"})
    utils._rebuild_tensor_v2 = rebuild
    monkeypatch.setitem(sys.modules, "torch", package)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)
    return package, rebuild


def write_checkpoint(path, torch, values, offset, shape, strides):
    package, rebuild = torch
    storage = ("storage", package.FloatStorage, "7", "cpu", len(values), None)

    class Tensor:
        def __reduce__(self):
            return rebuild, (torch, offset, shape, strides, False, OrderedDict())

    class Pickler(pickle.Pickler):
        def persistent_id(self, thing):
            return storage if thing is torch else None

    with path.open("wb") as file:
        for part in (1, 1001, {"little_endian": True}, OrderedDict(a=Tensor()), ["7"]):
            Pickler(file, protocol=2).dump(part)
        file.write(np.int64(len(values)).tobytes() + np.float32(values).tobytes())


def test_the_strides_of_a_checkpoint_are_honoured(tmp_path, torch):
    path = tmp_path / "weights.pth"
    write_checkpoint(path, torch, range(7), 1, (2, 3), (1, 2))
    with path.open("rb") as file:
        read = read_checkpoint(file)
    np.testing.assert_array_equal(read["a"], [[1, 3, 5], [2, 4, 6]])


def test_a_checkpoint_may_hold_tensors_and_nothing_else():
    with pytest.raises(pickle.UnpicklingError, match=r"builtins\.print is not allowed"):
        CheckpointUnpickler(io.BytesIO(pickle.dumps(print))).load()
