"""Occlusion against closed forms and against NumPy, window by window."""

import numpy as np
import pytest

from helpers import occlusion
from helpers._keras import keras
from helpers.models import build_fashion_cnn
from helpers.occlusion import occlusion_map
from tests.nets import maps_and_gradients, random_cnn

layers = keras.layers
RNG = np.random.default_rng(3)


def linear_net(height, width, channels=2, end=None):
    """Two logits, each a weighted sum of the pixels; returns the weights (h, w, c, 2), too."""
    weights = RNG.normal(size=(height, width, channels, 2)).astype(np.float32)
    flat = layers.Flatten()
    model = keras.Sequential(
        [keras.Input((height, width, channels)), flat, layers.Dense(2, activation=end)]
    )
    model.layers[-1].set_weights([weights.reshape(-1, 2), np.float32([0.5, -0.5])])
    return model, weights


def some_images(n, *shape):
    return RNG.random((n, *shape), np.float32)


def starts(side, patch, stride):
    """Every stride, and one patch at the far edge: written out as a person would."""
    begins = [begin for begin in range(side) if begin % stride == 0 and begin + patch <= side]
    return begins if begins[-1] + patch == side else [*begins, side - patch]


def by_hand(score, image, patch, stride, colour):
    """Mean of the falls of all patches over each pixel, in float64."""
    falls, times = np.zeros(image.shape[:2]), np.zeros(image.shape[:2])
    for top in starts(image.shape[0], patch[0], stride[0]):
        for left in starts(image.shape[1], patch[1], stride[1]):
            place = np.s_[top : top + patch[0], left : left + patch[1]]
            covered = np.float64(image)
            covered[place] = colour
            falls[place] += score(np.float64(image)) - score(covered)
            times[place] += 1
    assert times.all()
    return falls / times


@pytest.mark.parametrize("end", [None, "softmax"])
@pytest.mark.parametrize("fill", [0.0, "mean", -2.5])
def test_196_places_of_a_linear_net_are_known_on_paper(end, fill):
    model, weights = linear_net(28, 42, end=end)
    images = some_images(2, 28, 42, 2)
    raw = occlusion_map(model, images, [1, 0], fill=fill)
    assert raw.shape == (2, 28, 42) and raw.dtype == np.float32
    for found, image, k in zip(raw, np.float64(images), [1, 0], strict=True):
        colour = image.mean(axis=(0, 1)) if fill == "mean" else fill
        products = ((image - colour) * weights[..., k]).sum(axis=-1)
        tiles = products.reshape(14, 2, 14, 3).sum(axis=(1, 3))
        expected = np.kron(tiles, np.ones((2, 3)))
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
        assert len(np.unique(found)) == 196


@pytest.mark.parametrize(
    ("side", "patch", "stride"),
    [((37, 53), None, None), ((37, 53), 10, 4), ((37, 53), 37, 37), ((3, 40), 2, 1)],
)
def test_patches_of_any_size_cover_every_pixel(side, patch, stride):
    model, weights = linear_net(*side, channels=1)
    (image,) = images = some_images(1, *side, 1)
    usual = tuple(-(-length // 14) for length in side)
    patches, strides = ((given, given) if given else usual for given in (patch, stride))

    def score(pixels):
        return (pixels * weights[..., 1]).sum()

    expected = by_hand(score, image, patches, strides, 0.25)
    found = occlusion_map(model, images, 1, patch=patch, stride=stride, fill=0.25)[0]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("patch", "stride"), [(None, None), (3, 1), (3, 2), (4, None)])
def test_a_small_convnet_equals_numpy_in_float64(patch, stride):
    model = random_cnn()
    images = some_images(2, 8, 6, 2) - 0.5
    dense = np.float64(model.get_layer("out").get_weights()[0])

    def logit(pixels):
        maps, _ = maps_and_gradients(model, pixels, 2)
        return maps.reshape(4, 2, 3, 2, 5).max(axis=(1, 3)).ravel() @ dense[:, 2]

    found = occlusion_map(model, images, 2, patch=patch, stride=stride)
    size = (patch or 1, patch or 1)
    step = (stride or size[0], stride or size[1])
    for raw, image in zip(found, images, strict=True):
        expected = by_hand(logit, image, size, step, np.float64(image).mean(axis=(0, 1)))
        np.testing.assert_allclose(raw, expected, rtol=1e-4, atol=1e-5)


def test_the_class_is_the_one_predicted_without_a_patch():
    model, images = random_cnn(), some_images(6, 8, 6, 2)
    predicted = model.predict(images, verbose=0).argmax(axis=1)
    assert len(set(predicted)) > 1
    np.testing.assert_array_equal(
        occlusion_map(model, images), occlusion_map(model, images, predicted)
    )


def test_no_more_images_at_once_than_memory_has_room_for(monkeypatch):
    model, images = random_cnn(), some_images(1, 8, 6, 2)
    whole, sizes = occlusion_map(model, images, 0), []
    monkeypatch.setattr("helpers._keras.gradients.PIXELS", 5 * images.size)
    ask = occlusion.answers
    monkeypatch.setattr(
        occlusion, "answers", lambda net, some: sizes.append(len(some)) or ask(net, some)
    )
    np.testing.assert_allclose(occlusion_map(model, images, 0), whole, atol=1e-6)
    assert max(sizes) == 5 and sum(sizes) == 1 + 8 * 6


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"patch": 0}, "patches of 0 pixels"),
        ({"patch": 29}, "at most the side"),
        ({"patch": 4, "stride": 5}, "every 5"),
        ({"patch": 4, "stride": 0}, "at least 1"),
        ({"fill": "meen"}, "did you mean 'mean'"),
        ({"class_index": 10}, "choose 0 to 9"),
        ({"images": np.zeros((0, 28, 28, 1))}, "at least 1"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(change, words):
    images = np.ones((1, 28, 28, 1), np.float32)
    with pytest.raises(ValueError, match=words):
        occlusion_map(build_fashion_cnn(), **({"images": images} | change))


def test_a_progress_bar_is_shown_only_where_it_takes_long(monkeypatch, capsys):
    model, images = random_cnn(), some_images(1, 8, 6, 2)
    occlusion_map(model, images)
    assert not capsys.readouterr().err
    monkeypatch.setattr(occlusion, "PATIENCE", 0)
    occlusion_map(model, images, progress=False)
    assert not capsys.readouterr().err
    occlusion_map(model, images)
    assert "Occlusion" in capsys.readouterr().err
