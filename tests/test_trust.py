import numpy as np
import pytest

from helpers._tensorflow import keras
from helpers.cam import grad_cam
from helpers.trust import (
    deletion_curve,
    insertion_curve,
    pointing_game,
    randomize_from,
    similarity,
)
from tests.nets import nested, random_cnn

layers = keras.layers
RNG = np.random.default_rng(0)


def corner_net():
    """Logit of class 0: 40 times the mean brightness of the top left quarter; class 1: 30."""
    net = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(1, 1, use_bias=False, name="conv"),
            layers.Flatten(),
            layers.Dense(2, name="out"),
        ]
    )
    weights = np.zeros((8, 8, 2))
    weights[:4, :4, 0] = 40 / 16
    net.set_weights([np.ones((1, 1, 1, 1)), weights.reshape(64, 2), np.array([0, 30.0])])
    return net


def corner(value_inside, value_outside):
    picture = np.full((1, 8, 8), value_outside, np.float32)
    picture[:, :4, :4] = value_inside
    return picture


def test_deletion_falls_at_once_for_the_right_map_and_late_for_the_wrong_one():
    net, image = corner_net(), corner(1, 0)[..., None]
    right = deletion_curve(net, image, corner(1, 0), 0, steps=8)
    wrong = deletion_curve(net, image, corner(0, 1), 0, steps=8)
    assert right.shape == (1, 9)
    sure = 1 / (1 + np.exp(30 - 40))
    np.testing.assert_allclose(right[0, 0], sure, rtol=1e-5)
    np.testing.assert_allclose(right[0, 2:], 1 / (1 + np.exp(30 - 40 * 0.25)), rtol=1e-5)
    np.testing.assert_allclose(wrong[0, :7], sure, rtol=1e-5)
    assert right.mean() < wrong.mean()


def test_insertion_rises_at_once_for_the_right_map():
    net, image = corner_net(), corner(1, 0)[..., None]
    right, wrong = (
        insertion_curve(net, image, m, 0, steps=8) for m in (corner(1, 0), corner(0, 1))
    )
    assert right.mean() > wrong.mean()
    np.testing.assert_allclose(right[:, [0, -1]], wrong[:, [0, -1]], rtol=1e-5)
    np.testing.assert_allclose(right[0, 2], 1 / (1 + np.exp(30 - 40)), rtol=1e-5)


def test_curves_take_the_predicted_class_batches_and_softmax_models():
    net = random_cnn()
    images = RNG.normal(size=(3, 8, 6, 2)).astype(np.float32)
    heat = RNG.random((3, 4, 3))
    curves = deletion_curve(net, images, heat, steps=5)
    assert curves.shape == (3, 6)
    np.testing.assert_allclose(curves[:, 0], net.predict(images, verbose=0).max(axis=1), rtol=1e-5)
    with pytest.raises(ValueError, match="2 heatmaps for 3 images"):
        insertion_curve(net, images, heat[:2])


def test_pointing_game_counts_peaks_and_energy():
    maps = np.zeros((3, 4, 4))
    maps[0, 0, 0], maps[0, 3, 3] = 3, 1
    maps[1, 3, 3] = 2
    mask = np.zeros((4, 4), bool)
    mask[:2, :2] = True
    hit, energy = pointing_game(maps, mask)
    assert hit.tolist() == [True, False, False]
    np.testing.assert_allclose(energy, [0.75, 0, 0])
    with pytest.raises(ValueError, match="differ in size"):
        pointing_game(maps, mask[:3])
    with pytest.raises(ValueError, match="negative"):
        pointing_game(-maps, mask)


@pytest.mark.parametrize("wrap", [lambda net: net, nested])
def test_randomizing_goes_from_the_top_down_to_the_layer(wrap):
    net = wrap(random_cnn())
    old = [w.copy() for w in net.get_weights()]
    top, all_of_it = randomize_from(net, "out"), randomize_from(net, "conv")
    assert [
        np.array_equal(a, b) for a, b in zip(old[::2], top.get_weights()[::2], strict=True)
    ] == [
        True,
        False,
    ]
    for a, b in zip(old[::2], all_of_it.get_weights()[::2], strict=True):
        assert not np.array_equal(a, b) and 0.7 < b.std() / a.std() < 1.4
    for a, b in zip(old, net.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    images = RNG.normal(size=(1, 8, 6, 2)).astype(np.float32)
    assert not np.allclose(grad_cam(net, images, 0), grad_cam(all_of_it, images, 0))
    with pytest.raises(ValueError, match="did you mean 'conv'"):
        randomize_from(net, "con")


def test_similarity_measures():
    one = RNG.random((14, 14))
    for measure in ("spearman", "pearson", "ssim"):
        assert similarity(one, one, measure) == pytest.approx(1, abs=1e-5)
        assert abs(similarity(one, RNG.random((14, 14)), measure)) < 0.4
    assert similarity(one, one**3) == pytest.approx(1)
    assert similarity(one, -one) == pytest.approx(-1)
    assert similarity(one, np.zeros((14, 14))) == 0
    ties = np.array([[0, 0, 1], [2, 2, 2]])
    assert similarity(ties, np.array([[5, 5, 6], [7, 7, 7]])) == 1
    with pytest.raises(ValueError, match="spearman, pearson, ssim"):
        similarity(one, one, "speerman")
    with pytest.raises(ValueError, match="same"):
        similarity(one, one[:7])
