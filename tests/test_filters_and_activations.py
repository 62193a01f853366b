import numpy as np
import pytest

from helpers._keras import keras
from helpers.activations import feature_maps, mosaic, strongest_images
from helpers.filters import kernels, to_unit_range
from helpers.models import build_fashion_cnn, load_vgg16
from tests.nets import maps_and_gradients, nested, random_cnn

IMAGES = np.random.default_rng(1).normal(size=(3, 8, 6, 2)).astype(np.float32)


def test_kernels_are_the_layers_weights():
    net = random_cnn()
    found = kernels(net, "conv")
    np.testing.assert_array_equal(found, net.get_layer("conv").get_weights()[0])
    assert found.shape == (3, 3, 2, 5)
    np.testing.assert_array_equal(kernels(nested(net)), found)
    with pytest.raises(ValueError, match="Valid: conv"):
        kernels(net, "pool")


def test_unit_range_per_layer_keeps_proportions_and_per_filter_fills_the_range():
    weights = np.stack([np.full((3, 3, 1), 0.1), np.linspace(-2, 1, 9).reshape(3, 3, 1)], axis=-1)
    shared = to_unit_range(weights)
    np.testing.assert_allclose(shared, weights / 4 + 0.5, rtol=1e-6)
    own = to_unit_range(weights, per="filter")
    np.testing.assert_allclose(own[..., 0], 1)
    np.testing.assert_allclose(own[..., 1], weights[..., 1] / 4 + 0.5, rtol=1e-6)
    assert (to_unit_range(np.zeros((3, 3, 1, 2))) == 0.5).all()
    with pytest.raises(ValueError, match="layer, filter"):
        to_unit_range(weights, per="kernel")
    with pytest.raises(ValueError, match="kh, kw, in, out"):
        to_unit_range(weights[0])


def test_feature_maps_equal_a_convolution_by_hand():
    net = random_cnn()
    conv, dense = feature_maps(net, IMAGES, ["conv", 3])
    for image, maps in zip(IMAGES, conv, strict=True):
        np.testing.assert_allclose(maps, maps_and_gradients(net, image, 0)[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(dense, net.predict(IMAGES, verbose=0), rtol=1e-5)


def test_feature_maps_of_nested_models_and_many_images():
    net = random_cnn()
    many = np.random.default_rng(2).normal(size=(70, 8, 6, 2)).astype(np.float32)
    (inner,), (outer,) = (feature_maps(m, many, ["pool"]) for m in (net, nested(net)))
    assert inner.shape == (70, 4, 3, 5)
    np.testing.assert_allclose(inner, outer, rtol=1e-5)


def test_all_maps_of_vgg16_equal_keras_own_model_with_many_outputs():
    vgg = load_vgg16(None)
    image = np.random.default_rng(0).uniform(-100, 100, (1, 64, 48, 3)).astype(np.float32)
    names = [layer.name for layer in vgg.layers[1:]]
    many = keras.Model(vgg.input, [layer.output for layer in vgg.layers[1:]])
    for ours, theirs in zip(feature_maps(vgg, image, names), many(image), strict=True):
        theirs = keras.ops.convert_to_numpy(theirs)
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4 * theirs.max())


def test_bad_layers_and_images_are_named():
    net = build_fashion_cnn()
    image = np.zeros((1, 28, 28, 1))
    with pytest.raises(ValueError, match="did you mean 'relu"):
        feature_maps(net, image, ["relu9"])
    with pytest.raises(ValueError, match=r"\(28, 28, 1\).*wants \(n, 28, 28, 1\)"):
        feature_maps(net, image[0], ["conv1"])
    with pytest.raises(ValueError, match="divide pixels by 255"):
        feature_maps(net, image + 255, ["conv1"])


def test_mosaic_places_standardises_and_keeps_orientation():
    rng = np.random.default_rng(0)
    maps = rng.normal(5, 2, (4, 3, 6)).astype(np.float32)
    maps[..., 1] = 3
    picture = mosaic(maps, columns=4, margin=2)
    assert picture.shape == (10, 18)
    standard = (maps[..., 5] - maps[..., 5].mean()) / maps[..., 5].std()
    np.testing.assert_allclose(picture[6:10, 5:8], np.clip(standard / 4 + 0.5, 0, 1), atol=1e-5)
    assert (picture[:4, 5:8] == 0).all() and (picture[4:6] == 0).all()
    assert picture.min() >= 0 and picture.max() <= 1
    silent = mosaic(np.zeros((4, 4, 3)))
    assert (silent == 0).all()
    with pytest.raises(ValueError, match="one image"):
        mosaic(maps[None])


@pytest.mark.parametrize(("by", "summary"), [("max", np.max), ("mean", np.mean)])
def test_strongest_images_are_the_strongest_in_order(by, summary):
    net = random_cnn()
    many = np.random.default_rng(3).normal(size=(300, 8, 6, 2)).astype(np.float32)
    indices, values = strongest_images(net, many, "conv", 2, k=5, by=by)
    (maps,) = feature_maps(net, many, ["conv"])
    expected = summary(maps[..., 2], axis=(1, 2))
    np.testing.assert_allclose(values, np.sort(expected)[::-1][:5], rtol=1e-5)
    np.testing.assert_allclose(expected[indices], values, rtol=1e-5)
    with pytest.raises(ValueError, match="did you mean 'mean'"):
        strongest_images(net, many, "conv", 2, by="means")
    with pytest.raises(ValueError, match="choose 0 to 4"):
        strongest_images(net, many, "conv", 5)
