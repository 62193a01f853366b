import warnings

import numpy as np
import pytest

from helpers._keras import keras
from helpers.cam import grad_cam, grad_cam_plus_plus, layer_cam, score_cam, to_heatmap
from helpers.saliency import saliency, smooth_grad
from tests.nets import maps_and_gradients, nested, random_cnn

layers = keras.layers
IMAGES = np.random.default_rng(1).normal(size=(4, 8, 6, 2)).astype(np.float32)


@pytest.fixture(scope="module")
def model():
    return random_cnn()


def grad_cam_in_float64(maps, gradients):
    """Selvaraju et al., equations 1 and 2."""
    return np.maximum((maps * gradients.mean(axis=(0, 1))).sum(axis=-1), 0)


def grad_cam_plus_plus_in_float64(maps, gradients):
    """Chattopadhay et al., equations 10 and 19, as they stand."""
    square, cube = gradients**2, gradients**3
    below = 2 * square + maps.sum(axis=(0, 1)) * cube
    alpha = np.where(square > 0, square / np.where(square > 0, below, 1), 0)
    weights = (alpha * np.maximum(gradients, 0)).sum(axis=(0, 1))
    return np.maximum((maps * weights).sum(axis=-1), 0)


def layer_cam_in_float64(maps, gradients):
    """Jiang et al., equations 5 to 7."""
    return np.maximum((np.maximum(gradients, 0) * maps).sum(axis=-1), 0)


FAMILY = {
    grad_cam: grad_cam_in_float64,
    grad_cam_plus_plus: grad_cam_plus_plus_in_float64,
    layer_cam: layer_cam_in_float64,
}


def reference(model, image, k, method=grad_cam):
    return FAMILY[method](*maps_and_gradients(model, image, k))


@pytest.mark.parametrize("k", [0, 1, 2])
@pytest.mark.parametrize("method", FAMILY)
def test_the_family_equals_the_papers_in_float64(model, method, k):
    raw = method(model, IMAGES, k)
    assert raw.shape == (4, 8, 6) and raw.dtype == np.float32
    expected = np.stack([reference(model, image, k, method) for image in IMAGES])
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
    net = average_pooling_net()
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


@pytest.mark.parametrize("scale", [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6])
def test_grad_cam_plus_plus_is_exact_for_gradients_of_any_size(model, scale):
    """An absolute epsilon in the denominator would shrink the weights of small gradients."""
    faint = random_cnn()
    kernel, bias, dense, out = model.get_weights()
    faint.set_weights([kernel, bias, dense * scale, out])
    raw = grad_cam_plus_plus(faint, IMAGES, 1)
    expected = np.stack([reference(faint, i, 1, grad_cam_plus_plus) for i in IMAGES])
    assert expected.max() > 0
    np.testing.assert_allclose(raw, expected, rtol=1e-5, atol=1e-6 * expected.max())


def average_pooling_net():
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input((None, None, 3)),
            layers.Conv2D(6, 3, activation="relu", name="conv"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(4, use_bias=False, name="out"),
        ]
    )


def test_with_average_pooling_grad_cam_plus_plus_has_a_closed_form():
    net = average_pooling_net()
    images = np.random.default_rng(2).normal(size=(2, 12, 9, 3)).astype(np.float32)
    maps = np.float64(keras.ops.convert_to_numpy(net.get_layer("conv")(images)))
    weights = np.float64(net.get_layer("out").get_weights()[0][:, 3])
    positions = maps.shape[1] * maps.shape[2]
    sums = maps.sum(axis=(1, 2))
    channel = np.maximum(weights, 0) / (2 + sums * weights / positions)
    expected = np.maximum(np.einsum("nhwc,nc->nhw", maps, channel), 0)
    np.testing.assert_allclose(grad_cam_plus_plus(net, images, 3), expected, rtol=1e-5, atol=1e-7)


def score_cam_by_hand(net, image, maps, k):
    """Wang et al., algorithm 1, one channel after the other."""
    import cv2

    rises = []
    blank = net(np.zeros_like(image)[None])[0, k]
    for c in range(maps.shape[-1]):
        one = maps[..., c]
        span = np.ptp(one)
        mask = (one - one.min()) / span if span > 0 else np.zeros_like(one)
        mask = cv2.resize(mask, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        rises.append(float(net((image * mask[..., None])[None])[0, k] - blank))
    weights = np.exp(np.array(rises) - max(rises))
    return np.maximum(maps @ (weights / weights.sum()), 0)


def test_score_cam_equals_the_algorithm_done_by_hand():
    net = average_pooling_net()
    images = np.random.default_rng(5).normal(size=(2, 14, 10, 3)).astype(np.float32)
    maps = keras.ops.convert_to_numpy(net.get_layer("conv")(images))
    raw = score_cam(net, images, [1, 3], precision="float32", progress=False)
    for n, k in enumerate((1, 3)):
        expected = score_cam_by_hand(net, images[n], maps[n], k)
        np.testing.assert_allclose(raw[n], expected, rtol=1e-4, atol=1e-6)
    rough = score_cam(net, images, [1, 3], precision="bfloat16", progress=False)
    assert np.abs(to_heatmap(rough) - to_heatmap(raw)).max() < 0.05


def test_score_cam_asks_for_the_predicted_class_by_default(model):
    predicted = model.predict(IMAGES, verbose=0).argmax(axis=1)
    one, other = (score_cam(model, IMAGES, k, progress=False) for k in (None, predicted))
    np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(
        score_cam(nested(model), IMAGES, predicted, progress=False), one, rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("k", [0, 2])
def test_saliency_equals_the_gradient_in_float64(model, k):
    found = saliency(model, IMAGES, k)
    assert found.shape == (4, 8, 6)
    kernel = np.float64(model.get_layer("conv").get_weights()[0])
    for n, image in enumerate(IMAGES):
        maps, gradients = maps_and_gradients(model, image, k)
        gradients = np.pad(gradients * (maps > 0), ((1, 1), (1, 1), (0, 0)))
        expected = np.zeros(image.shape)
        for y in range(8):
            for x in range(6):
                window = gradients[y : y + 3, x : x + 3][::-1, ::-1]
                expected[y, x] = np.einsum("hwo,hwio->i", window, kernel)
        np.testing.assert_allclose(found[n], np.abs(expected).max(axis=-1), rtol=1e-4, atol=1e-6)


def test_smooth_grad_is_the_mean_gradient_of_noisy_copies(model):
    np.testing.assert_allclose(
        smooth_grad(model, IMAGES, 1, samples=2, noise=0.0), saliency(model, IMAGES, 1), rtol=1e-5
    )
    one, again, other = (smooth_grad(model, IMAGES, samples=3, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


@pytest.mark.parametrize("method", [*FAMILY, score_cam, saliency, smooth_grad])
def test_every_method_refuses_bad_input(method, model):
    for change, words in (
        ({"class_index": 3}, "choose 0 to 2"),
        ({"class_index": [0, 1]}, "2 classes for 4 images"),
        ({"images": IMAGES[:0]}, "at least 1"),
        ({"images": IMAGES * np.nan}, "NaN"),
    ):
        with pytest.raises(ValueError, match=words):
            method(model, **({"images": IMAGES} | change))
    two = keras.Model(model.inputs[0], [model.outputs[0], model.get_layer("flatten").output])
    with pytest.raises(ValueError, match="2 outputs"):
        method(two, IMAGES)


@pytest.mark.parametrize("method", [*FAMILY, score_cam])
def test_every_map_of_zeros_is_said(method):
    net = random_cnn(softmax=False)
    kernel, _, dense, out = net.get_weights()
    net.set_weights([kernel * 0, np.full(5, -1.0), dense, out])
    with pytest.warns(UserWarning, match="zero everywhere"):
        assert (method(net, IMAGES, 0) == 0).all()


def test_agreement_with_tf_keras_vis_where_it_follows_the_paper(model):
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.layercam import Layercam

    linear = random_cnn(softmax=False)
    linear.set_weights(model.get_weights())
    linear = keras.Model(linear.inputs[0], linear.outputs[0])
    score = lambda output: tuple(output[n][1] for n in range(len(IMAGES)))  # noqa: E731
    for method, theirs in ((grad_cam, Gradcam), (layer_cam, Layercam)):
        maps = theirs(linear, clone=True)(
            score, IMAGES, penultimate_layer="conv", expand_cam=False, normalize_cam=False
        )
        np.testing.assert_allclose(method(model, IMAGES, 1), maps, rtol=1e-5, atol=1e-6)


def test_the_net_of_lesson_05_gives_the_heatmaps_worked_out_on_paper():
    """Two filters set by hand, one bright spot and one bright edge; exact in float32."""
    spot = [[0, -1, 0], [-1, 4, -1], [0, -1, 0]]
    edge = [[-1, -1, -1], [0, 0, 0], [1, 1, 1]]
    tiny = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(2, 3, activation="relu", use_bias=False, name="filters"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2, use_bias=False, name="logits"),
        ]
    )
    head = np.array([[2, -1], [-1, 2]])
    tiny.set_weights([np.stack([spot, edge], axis=-1)[:, :, None], head])
    picture = np.zeros((6, 6), np.float32)
    picture[1, 4] = picture[4:] = 1
    on_paper = np.zeros((2, 4, 4))
    on_paper[0, 0, 3] = 8 / 16
    on_paper[1, 2], on_paper[1, 3] = 6 / 16, 5 / 16
    given = np.repeat(picture[None, :, :, None], 2, axis=0)
    np.testing.assert_array_equal(grad_cam(tiny, given, [0, 1]), on_paper)
    given[:, 1, 4] = 0
    with pytest.warns(UserWarning, match="zero everywhere"):
        assert (grad_cam(tiny, given, 0) == 0).all()
