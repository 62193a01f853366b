"""Integrated gradients and guided backpropagation against closed forms and NumPy."""

import numpy as np
import pytest

from helpers._keras import keras, tf
from helpers._keras.gradients import answers, input_gradients
from helpers.models import build_fashion_cnn
from helpers.saliency import guided_backprop, integrated_gradients, saliency
from tests.nets import nested, random_cnn

layers = keras.layers
RNG = np.random.default_rng(7)
IMAGES = RNG.normal(size=(4, 8, 6, 2)).astype(np.float32)
WEIGHTS = RNG.normal(size=(48 * 2, 3)).astype(np.float32)


def quadratic_net():
    """Logits are weighted sums of squared pixels."""
    image = keras.Input((8, 6, 2))
    dense = layers.Dense(3, use_bias=False)
    model = keras.Model(image, dense(layers.Flatten()(keras.ops.square(image))))
    dense.set_weights([WEIGHTS])
    return model


@pytest.mark.parametrize("steps", [1, 5])
@pytest.mark.parametrize(
    "baseline", [0.0, 0.5, np.array([0.5, -1.0]), IMAGES[::-1], IMAGES[0] * 2], ids=np.shape
)
def test_integrated_gradients_of_squares_are_known_on_paper(steps, baseline):
    classes = np.array([2, 0, 1, 2])
    found = integrated_gradients(quadratic_net(), IMAGES, classes, baseline=baseline, steps=steps)
    weights = np.float64(WEIGHTS).T.reshape(3, 8, 6, 2)[classes]
    expected = weights * (np.float64(IMAGES) ** 2 - np.float64(baseline) ** 2)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    assert found.dtype == np.float32


@pytest.mark.parametrize("baseline", [0.0, -1.0])
def test_integrated_gradients_add_up_to_the_rise_of_the_logit(baseline):
    model = random_cnn()
    logits = answers(model, IMAGES)[1]
    chosen = logits.argmax(axis=1)
    rise = logits - answers(model, np.full_like(IMAGES, baseline))[1]
    found = integrated_gradients(model, IMAGES, baseline=baseline, steps=4096)
    expected = rise[np.arange(4), chosen]
    np.testing.assert_allclose(found.sum(axis=(1, 2, 3)), expected, rtol=0.01)


def test_integrated_gradients_of_many_steps_need_no_more_memory(monkeypatch):
    whole = integrated_gradients(random_cnn(), IMAGES, 1)
    monkeypatch.setattr("helpers._keras.gradients.PIXELS", 5 * IMAGES[0].size)
    sizes = []

    def noted(model, images, *rest):
        sizes.append(len(images))
        return input_gradients(model, images, *rest)

    monkeypatch.setitem(integrated_gradients.__globals__, "input_gradients", noted)
    np.testing.assert_allclose(
        integrated_gradients(random_cnn(), IMAGES, 1), whole, rtol=1e-4, atol=1e-5
    )
    assert max(sizes) == 5 and sum(sizes) == 4 * 64


@pytest.mark.parametrize(
    ("change", "words"),
    [({"steps": 0}, "at least 1"), ({"baseline": np.zeros(3)}, "a number, or an array")],
)
def test_a_way_that_is_none_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        integrated_gradients(random_cnn(), IMAGES, **change)


SPELLINGS = {
    "string": (lambda: layers.Activation("relu"), np.inf, 0),
    "function": (lambda: layers.Activation(keras.activations.relu), np.inf, 0),
    "layer": (layers.ReLU, np.inf, 0),
    "TensorFlow": (lambda: layers.Lambda(tf.nn.relu), np.inf, 0),
    "relu6": (lambda: layers.Activation("relu6"), 6, 0),
    "relu6 function": (lambda: layers.Activation(keras.ops.relu6), 6, 0),
    "relu6 layer": (lambda: layers.ReLU(max_value=6.0), 6, 0),
    "another end": (lambda: layers.ReLU(max_value=3.0), 3, 0),
    "leaky": (lambda: layers.LeakyReLU(negative_slope=0.2), np.inf, 0.2),
    "leaky layer": (lambda: layers.ReLU(negative_slope=0.2), np.inf, 0.2),
}


def two_layers(activation):
    """Dense 7, rectifier, dense 5, rectifier, dense 3, over all pixels."""
    keras.utils.set_random_seed(11)
    start = keras.initializers.RandomNormal(stddev=1.0)
    hidden = [layers.Dense(n, kernel_initializer=start, bias_initializer=start) for n in (7, 5)]
    net = [keras.Input((8, 6, 2)), layers.Flatten()]
    for dense in hidden:
        net += [dense, activation()]
    return keras.Sequential([*net, layers.Dense(3, activation="softmax")])


def by_hand(model, image, k, end, slope, guided=True):
    """The way back through both layers, in float64 (Springenberg et al., figure 1)."""
    (first, b1, second, b2, last, _) = (np.float64(w) for w in model.get_weights())
    rectify = lambda x: np.minimum(np.where(x > 0, x, slope * x), end)  # noqa: E731
    before1 = np.float64(image).ravel() @ first + b1
    before2 = rectify(before1) @ second + b2
    gradient = last[:, k]
    for before, weights in ((before2, second), (before1, first)):
        passed = np.maximum(gradient, 0) if guided else gradient
        gradient = weights @ (passed * np.where(before > 0, before < end, slope))
    return gradient.reshape(image.shape)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_guided_backprop_equals_numpy_in_every_spelling(spelling):
    activation, end, slope = SPELLINGS[spelling]
    model = two_layers(activation)
    for net in (model, nested(nested(model))):
        for k in range(3):
            found = guided_backprop(net, IMAGES, k)
            expected = np.stack([by_hand(model, image, k, end, slope) for image in IMAGES])
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
            plain = np.stack([by_hand(model, one, k, end, slope, guided=False) for one in IMAGES])
            assert np.abs(found - plain).max() > 1


def test_an_activation_inside_a_layer_is_guided():
    inside, behind = random_cnn(), keras.Sequential([keras.Input((8, 6, 2))])
    for layer in inside.layers:
        behind.add(layer)
        if layer.name == "conv":
            behind.add(layers.ReLU())  # a second ReLU changes nothing in either way
    np.testing.assert_allclose(
        guided_backprop(inside, IMAGES, 1), guided_backprop(behind, IMAGES, 1), atol=1e-6
    )
    positive = np.maximum(inside.get_layer("out").get_weights()[0], 0)
    inside.get_layer("out").set_weights([positive, np.zeros(3)])
    plain = input_gradients(inside, IMAGES, np.ones(4, np.int32))
    np.testing.assert_allclose(guided_backprop(inside, IMAGES, 1), plain, rtol=1e-5, atol=1e-6)


def test_guided_backprop_leaves_the_model_and_the_plain_gradient_as_they_were():
    model = two_layers(layers.ReLU)
    before, outputs = model.get_config(), model(IMAGES).numpy()
    plain = saliency(model, IMAGES, 0)
    guided_backprop(model, IMAGES, 0)
    np.testing.assert_array_equal(saliency(model, IMAGES, 0), plain)
    np.testing.assert_array_equal(saliency(two_layers(layers.ReLU), IMAGES, 0), plain)
    np.testing.assert_array_equal(model(IMAGES).numpy(), outputs)
    assert model.get_config() == before


def test_without_a_rectifier_guided_backprop_is_the_plain_gradient():
    model = two_layers(lambda: layers.Activation("elu"))
    plain = input_gradients(model, IMAGES, np.zeros(4, np.int32))
    np.testing.assert_array_equal(guided_backprop(model, IMAGES, 0), plain)


@pytest.mark.parametrize("method", [guided_backprop, integrated_gradients])
def test_the_predicted_class_is_explained_by_default(method):
    model, images = random_cnn(), RNG.normal(size=(9, 8, 6, 2)).astype(np.float32)
    predicted = model.predict(images, verbose=0).argmax(axis=1)
    assert len(set(predicted)) > 1
    np.testing.assert_array_equal(method(model, images), method(model, images, predicted))


@pytest.mark.parametrize("method", [guided_backprop, integrated_gradients])
def test_bad_questions_are_refused(method):
    model = build_fashion_cnn()
    for images, chosen, words in (
        (np.ones((1, 28, 28, 1)), 10, "choose 0 to 9"),
        (np.ones((0, 28, 28, 1)), 0, "at least 1"),
        (np.full((1, 28, 28, 1), np.nan), 0, "NaN"),
    ):
        with pytest.raises(ValueError, match=words):
            method(model, images, chosen)
