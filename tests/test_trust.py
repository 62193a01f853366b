import numpy as np
import pytest

from helpers._keras import keras
from helpers.cam import grad_cam
from helpers.models import conv_layers, describe
from helpers.models.spec import spec_of
from helpers.trust import (
    deletion_curve,
    insertion_curve,
    mean_interval,
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
    with pytest.raises(ValueError, match="want \\(n, height, width\\)"):
        insertion_curve(net, images, heat[0])
    with pytest.raises(ValueError, match="NaN"):
        deletion_curve(net, images, np.where(heat > 0.5, np.nan, heat))


def pooled(units, activation):
    """Logit of label k: 30 (k + 1) times the mean brightness, less 2."""
    net = keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            layers.Conv2D(1, 1, use_bias=False, name="conv"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(units, activation=activation, name="out"),
        ]
    )
    weights = 30.0 * np.arange(1, units + 1)[None]
    net.set_weights([np.ones((1, 1, 1, 1)), weights, np.full(units, -2.0)])
    return net


@pytest.mark.parametrize(("units", "label"), [(1, 0), (1, None), (3, 1), (3, None)])
def test_curves_of_sigmoids_are_those_of_the_label_itself(units, label):
    image = np.zeros((1, 4, 4, 1), np.float32)
    image[0, 0, 0] = 1  # painted over with 1/16, and so is one dark pixel after the other
    brightness = np.array([1 / 16, *np.arange(1, 17) / 256])
    weight = 30 * (units if label is None else label + 1)
    right = 1 / (1 + np.exp(2 - weight * brightness))
    curve = deletion_curve(pooled(units, "sigmoid"), image, image[..., 0], label, steps=16)
    np.testing.assert_allclose(curve, right[None], rtol=1e-5)
    back = insertion_curve(pooled(units, "sigmoid"), image, image[..., 0], label, steps=16)
    np.testing.assert_allclose(back[0, -1], right[0], rtol=1e-5)
    assert back[0, 1] > back[0, 0] + 0.01


def test_curves_refuse_a_number_that_is_no_probability():
    with pytest.raises(ValueError, match="not the probability"):
        deletion_curve(pooled(1, None), np.zeros((1, 4, 4, 1)), np.ones((1, 4, 4)))


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
        assert not np.array_equal(np.sort(a, None), np.sort(b, None))  # drawn anew, not shuffled
        assert 0.7 < b.std() / a.std() < 1.4
    for a, b in zip(old, net.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    images = RNG.normal(size=(1, 8, 6, 2)).astype(np.float32)
    assert not np.allclose(grad_cam(net, images, 0), grad_cam(all_of_it, images, 0))
    with pytest.raises(ValueError, match="did you mean 'conv'"):
        randomize_from(net, "con")


def test_masks_of_0_and_255_are_regions():
    maps = RNG.random((2, 5, 5))
    mask = maps > 0.5
    for numbers in (mask * np.uint8(255), np.where(mask, 255, 0), mask * 1.0):
        for played, right in zip(
            pointing_game(maps, numbers), pointing_game(maps, mask), strict=True
        ):
            np.testing.assert_array_equal(played, right)
            assert played.dtype == right.dtype
    with pytest.raises(ValueError, match="NaN"):
        pointing_game(np.where(mask, np.nan, maps), mask)


def every_kind():
    inputs = keras.Input((12, 12, 2))
    x = layers.Conv2D(4, 3, name="plain")(inputs)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.DepthwiseConv2D(3, name="depthwise")(x)
    x = layers.PReLU(name="prelu", alpha_initializer="random_normal")(x)
    x = layers.SeparableConv2D(6, 3, name="separable")(x)
    x = layers.Conv2DTranspose(3, 3, name="transposed")(x)
    x = layers.LayerNormalization(name="layer_norm")(x)
    x = layers.Dropout(0.5)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, layers.Dense(3, name="out")(x))


def changed(one, other, name):
    pairs = zip(one.get_layer(name).get_weights(), other.get_layer(name).get_weights(), strict=True)
    return [not np.array_equal(a, b) for a, b in pairs if a.ndim > 1 or np.ptp(a) > 0]


def test_randomizing_reaches_every_kind_of_layer_but_normalization():
    net = every_kind()
    for name in ("norm", "layer_norm"):
        layer = net.get_layer(name)
        layer.set_weights([RNG.random(w.shape) for w in layer.get_weights()])
    broken = randomize_from(net, "depthwise")
    assert changed(net, broken, "plain") == [False]
    for name in ("norm", "layer_norm"):
        assert not any(changed(net, broken, name))
    for name, kernels in (("depthwise", 1), ("prelu", 1), ("separable", 2), ("transposed", 1)):
        assert changed(net, broken, name) == [True] * kernels
    assert changed(net, broken, "out") == [True]
    again, other = randomize_from(net, "depthwise"), randomize_from(net, "depthwise", seed=1)
    assert changed(broken, again, "out") == [False] and changed(broken, other, "out") == [True]


def test_randomizing_tells_nested_layers_of_one_name_apart():
    inputs, parts = keras.Input((8, 6, 2)), []
    for seed, name in enumerate("ab"):
        net = random_cnn(seed=seed)
        parts.append(keras.Model(net.inputs[0], net.outputs[0], name=name))
    both = keras.Model(inputs, layers.Average()([part(inputs) for part in parts]))
    name = conv_layers(both)[1]
    assert name == "b/conv"
    broken = randomize_from(both, name)
    for part, right in (("a", False), ("b", True)):
        pair = both.get_layer(part), broken.get_layer(part)
        assert changed(*pair, "conv") == changed(*pair, "out") == [right]
    with pytest.raises(ValueError, match="a/conv"):
        randomize_from(both, "conv")


def test_a_randomized_copy_keeps_names_and_preprocessing():
    net = describe(random_cnn(), class_names=["a", "b", "c"], preprocess=np.negative)
    assert spec_of(randomize_from(net, "out")) == (("a", "b", "c"), np.negative)


def test_a_layer_class_that_cannot_be_copied_is_refused():
    class Apply(layers.Layer):
        def __init__(self, function):
            super().__init__()
            self.function = function

        def call(self, images):
            return self.function(images)

    net = keras.Sequential(
        [keras.Input((4, 4, 1)), Apply(lambda images: 2 * images), layers.Conv2D(1, 1, name="conv")]
    )
    with pytest.raises(ValueError, match="get_config"):
        randomize_from(net, "conv")


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
    with pytest.raises(ValueError, match="too small for ssim"):
        similarity(one[:6], one[:6], "ssim")


def test_interval_is_the_one_of_the_normal_distribution_where_many_are_drawn():
    values = RNG.normal(3, 2, 400)
    mean, low, high = mean_interval(values)
    half = 1.96 * values.std() / 20
    assert mean == pytest.approx(values.mean())
    assert (low, high) == (
        pytest.approx(mean - half, abs=0.02),
        pytest.approx(mean + half, abs=0.02),
    )


@pytest.mark.parametrize("values", [[1], [], [1, np.nan], [[1, 2], [3, 4]]])
def test_interval_wants_numbers_in_a_row(values):
    with pytest.raises(ValueError, match="two or more finite numbers"):
        mean_interval(values)
