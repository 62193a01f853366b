import warnings

import numpy as np
import pytest

from helpers._tensorflow import keras
from helpers.cam import grad_cam, to_heatmap
from tests.nets import maps_and_gradients, nested, random_cnn

layers = keras.layers
IMAGES = np.random.default_rng(1).normal(size=(4, 8, 6, 2)).astype(np.float32)


@pytest.fixture(scope="module")
def model():
    return random_cnn()


def reference(model, image, k):
    """Equations 1 and 2 of the paper, in float64."""
    maps, gradients = maps_and_gradients(model, image, k)
    return np.maximum((maps * gradients.mean(axis=(0, 1))).sum(axis=-1), 0)


@pytest.mark.parametrize("k", [0, 1, 2])
def test_grad_cam_equals_the_formula_in_float64(model, k):
    raw = grad_cam(model, IMAGES, k)
    assert raw.shape == (4, 8, 6) and raw.dtype == np.float32
    expected = np.stack([reference(model, image, k) for image in IMAGES])
    np.testing.assert_allclose(raw, expected, rtol=1e-5, atol=1e-6 * expected.max())


def test_one_class_for_each_image_and_the_predicted_one_by_default(model):
    predicted = model.predict(IMAGES, verbose=0).argmax(axis=1)
    np.testing.assert_array_equal(grad_cam(model, IMAGES), grad_cam(model, IMAGES, predicted))
    mixed = grad_cam(model, IMAGES, [0, 1, 2, 0])
    np.testing.assert_allclose(mixed[1], grad_cam(model, IMAGES[1:2], 1)[0], rtol=1e-5, atol=1e-7)


def test_softmax_logits_and_separate_softmax_layers_agree(model):
    linear = random_cnn(softmax=False)
    linear.set_weights(model.get_weights())
    ends = (layers.Softmax(), layers.Activation("softmax"))
    given = keras.Input((8, 6, 2))
    separate, activation = (keras.Sequential([given, *linear.layers, end]) for end in ends)
    expected = grad_cam(model, IMAGES, 1)
    for other in (linear, separate, activation):
        np.testing.assert_allclose(grad_cam(other, IMAGES, 1), expected, rtol=1e-5, atol=1e-7)
    assert model.get_layer("out").activation is keras.activations.softmax
    np.testing.assert_allclose(separate.predict(IMAGES, verbose=0).sum(axis=1), 1, rtol=1e-5)


def test_nested_models_work(model):
    outer = nested(model)
    np.testing.assert_allclose(
        grad_cam(outer, IMAGES, 2), grad_cam(model, IMAGES, 2), rtol=1e-5, atol=1e-7
    )


def test_new_weights_are_seen(model):
    changed = random_cnn()
    before = grad_cam(changed, IMAGES, 0)
    changed.set_weights([w * 2 for w in changed.get_weights()])
    expected = reference(changed, IMAGES[0], 0)
    np.testing.assert_allclose(grad_cam(changed, IMAGES, 0)[0], expected, rtol=1e-5, atol=1e-5)
    assert not np.allclose(before[0], expected)


def test_with_average_pooling_grad_cam_is_the_class_activation_map():
    keras.utils.set_random_seed(3)
    net = keras.Sequential(
        [
            keras.Input((None, None, 3)),
            layers.Conv2D(6, 3, activation="relu", name="conv"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(4, use_bias=False, name="out"),
        ]
    )
    images = np.random.default_rng(2).normal(size=(2, 12, 9, 3)).astype(np.float32)
    maps = keras.ops.convert_to_numpy(net.get_layer("conv")(images))
    weights = net.get_layer("out").get_weights()[0]
    expected = np.maximum(maps @ weights[:, 3], 0) / (maps.shape[1] * maps.shape[2])
    np.testing.assert_allclose(grad_cam(net, images, 3), expected, rtol=1e-5, atol=1e-7)


def test_saturated_softmax_still_gives_a_map(model):
    sure = random_cnn()
    sure.set_weights([w * (1 if w.ndim == 4 else 1000) for w in model.get_weights()])
    probabilities = sure.predict(IMAGES, verbose=0)
    assert probabilities.max(axis=1).min() > 0.9999
    assert (grad_cam(sure, IMAGES).max(axis=(1, 2)) > 0).any()


def test_a_map_of_zeros_is_said_and_holds_no_nan():
    net = random_cnn(softmax=False)
    net.get_layer("out").set_weights([np.zeros((60, 3)), np.zeros(3)])
    with pytest.warns(UserWarning, match="zero everywhere"):
        raw = grad_cam(net, IMAGES, 0)
    assert (raw == 0).all() and (to_heatmap(raw) == 0).all()


def test_to_heatmap_runs_from_0_to_1_and_keeps_flat_maps_flat():
    raw = np.stack([np.arange(6.0).reshape(2, 3), np.full((2, 3), 7.0), np.zeros((2, 3))])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        heat = to_heatmap(raw)
    np.testing.assert_allclose(heat[0], np.arange(6).reshape(2, 3) / 5, rtol=1e-6)
    assert (heat[1:] == 0).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"layer": "conf"}, "did you mean 'conv'"),
        ({"layer": "flatten"}, "no height and width"),
        ({"layer": "out"}, "no height and width"),
        ({"layer": 9}, "choose 0 to 3, the nearest is 3"),
        ({"class_index": 3}, "choose 0 to 2, the nearest is 2"),
        ({"class_index": -1}, "choose 0 to 2"),
        ({"images": IMAGES[0]}, r"\(8, 6, 2\)"),
        ({"images": IMAGES[:0]}, "at least 1"),
        ({"images": IMAGES[..., :1]}, r"wants \(n, 8, 6, 2\)"),
        ({"images": IMAGES * np.nan}, "NaN"),
    ],
)
def test_bad_input_is_named(model, change, words):
    with pytest.raises(ValueError, match=words):
        grad_cam(model, **({"images": IMAGES} | change))


def test_models_without_convolution_or_with_two_outputs_are_refused():
    dense = keras.Sequential([keras.Input((8, 6, 2)), layers.Flatten(), layers.Dense(3)])
    with pytest.raises(ValueError, match="no convolution layer"):
        grad_cam(dense, IMAGES)
    one = random_cnn()
    two = keras.Model(one.inputs[0], [one.outputs[0], one.get_layer("flatten").output])
    with pytest.raises(ValueError, match="2 outputs"):
        grad_cam(two, IMAGES)


def test_images_in_the_range_of_another_model_are_refused():
    from helpers.models import build_fashion_cnn

    net = build_fashion_cnn()
    with pytest.raises(ValueError, match="divide pixels by 255"):
        grad_cam(net, np.full((1, 28, 28, 1), 200.0))
