"""What a net answers with is read from its own graph: every way to end, against closed forms.

All nets end in average pooling and one dense layer, so the gradient of a logit by a feature map is
its weight divided by the number of places, and Grad-CAM is known on paper.
"""

import threading

import numpy as np
import pytest

from helpers._keras import keras, tf
from helpers.cam import grad_cam, score_cam
from helpers.classes import class_names, probabilities
from helpers.inputs import check_images, prepare
from helpers.models import describe, with_linear_output
from helpers.saliency import saliency

layers = keras.layers
IMAGES = np.random.default_rng(0).random((2, 16, 16, 3), np.float32)
WEIGHTS = np.random.default_rng(5).normal(0, 60, (6, 4))  # so sure that a softmax saturates


def net(end, weights=WEIGHTS, bias=0.0):
    keras.utils.set_random_seed(4)
    inputs = keras.Input((16, 16, 3))
    maps = layers.Conv2D(6, 3, activation="relu", name="conv")(inputs)
    model = keras.Model(inputs, end(layers.GlobalAveragePooling2D()(maps)))
    dense = next(one for one in model.layers if isinstance(one, layers.Dense))
    dense.set_weights([weights, np.full(weights.shape[1], bias)])
    return model


def on_paper(model, weights, chosen):
    maps = np.float64(model.get_layer("conv")(IMAGES))
    columns = weights[:, np.broadcast_to(chosen, len(IMAGES))]
    return np.maximum(np.einsum("nhwc,cn->nhw", maps, columns) / 14**2, 0)


def softmax(logits):
    raised = np.exp(np.float64(logits) - np.max(logits, axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def dense(activation=None, **options):
    return layers.Dense(4, activation=activation, **options)


SOFTMAX = {
    "string": dense("softmax"),
    "layer": lambda x: layers.Softmax()(dense()(x)),
    "activation layer": lambda x: layers.Activation("softmax")(dense()(x)),
    "in float32 after all": lambda x: layers.Activation("softmax", dtype="float32")(dense()(x)),
    "function of TensorFlow": dense(tf.nn.softmax),
    "layer of a function": lambda x: layers.Activation(tf.nn.softmax)(dense()(x)),
    "operation": lambda x: keras.ops.softmax(dense()(x)),
    "lambda layer": lambda x: layers.Lambda(tf.nn.softmax)(dense()(x)),
    "logarithm": dense("log_softmax"),
    "then a reshape": lambda x: layers.Reshape((4,))(dense("softmax")(x)),
    "then dropout": lambda x: layers.Dropout(0.3)(dense("softmax")(x)),
    "along another axis": lambda x: layers.Reshape((4,))(
        layers.Softmax(axis=1)(layers.Reshape((4, 1))(dense()(x)))
    ),
    "then a cast": lambda x: keras.ops.cast(dense("softmax")(x), "float32"),
}


@pytest.fixture(params=SOFTMAX)
def spelling(request):
    return net(SOFTMAX[request.param])


def test_the_score_is_taken_before_softmax_in_any_spelling(spelling):
    logits = net(dense())(IMAGES).numpy()
    expected = on_paper(spelling, WEIGHTS, logits.argmax(axis=1))
    np.testing.assert_allclose(grad_cam(spelling, IMAGES), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(probabilities(spelling, IMAGES), softmax(logits), atol=1e-5)
    np.testing.assert_allclose(
        saliency(spelling, IMAGES), saliency(net(dense()), IMAGES), rtol=1e-4
    )


def test_with_linear_output_gives_the_logits_in_any_spelling(spelling):
    expected = net(dense())(IMAGES)
    np.testing.assert_allclose(with_linear_output(spelling)(IMAGES), expected, rtol=1e-4)


@pytest.mark.parametrize("bias", [0.0, 8.0, 40.0])
@pytest.mark.parametrize("activation", ["sigmoid", tf.math.sigmoid])
def test_one_sigmoid_is_the_score_of_its_class(activation, bias):
    weights = np.array([[1.0], [-0.5], [0.7], [0.3], [0.2], [-0.1]])
    model = net(layers.Dense(1, activation=activation), weights, bias)
    expected = on_paper(model, weights, 0)
    np.testing.assert_allclose(grad_cam(model, IMAGES), expected, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(probabilities(model, IMAGES), model(IMAGES), atol=1e-6)
    assert class_names(describe(model, class_names=["cat", "dog"])) == ("dog",)


def test_several_labels_are_independent_of_each_other():
    weights = np.random.default_rng(2).normal(0, 3, (6, 3))
    model = net(layers.Dense(3, activation="sigmoid"), weights)
    np.testing.assert_allclose(probabilities(model, IMAGES), model(IMAGES), atol=1e-6)
    for label in range(3):
        expected = on_paper(model, weights, label)
        np.testing.assert_allclose(grad_cam(model, IMAGES, label), expected, rtol=1e-4, atol=1e-7)


def test_a_number_is_explained_and_is_no_probability():
    weights = WEIGHTS[:, :1]
    model = net(layers.Dense(1), weights)
    np.testing.assert_allclose(grad_cam(model, IMAGES), on_paper(model, weights, 0), rtol=1e-4)
    with pytest.raises(ValueError, match="one number, not the probability"):
        probabilities(model, IMAGES)


def average(x):
    return layers.Average()([dense("softmax")(x), dense("softmax")(x)])


def pooled(x):
    maps = dense("softmax")(layers.Reshape((1, 1, 6))(x))
    return layers.GlobalAveragePooling2D()(maps)


@pytest.mark.parametrize("end", [average, pooled])
def test_probabilities_of_unknown_origin_are_refused_with_the_way_round(end):
    model = net(end)
    for ask in (grad_cam, saliency):
        with pytest.raises(ValueError, match="before softmax or sigmoid"):
            ask(model, IMAGES)
    with pytest.raises(ValueError, match="not recognised"):
        with_linear_output(model)


def test_numbers_that_are_no_probabilities_are_refused():
    with pytest.raises(ValueError, match="are no probabilities"):
        probabilities(net(dense("tanh")), IMAGES)


def test_an_output_for_each_pixel_is_refused():
    inputs = keras.Input((16, 16, 3))
    model = keras.Model(inputs, layers.Conv2D(4, 3, activation="softmax")(inputs))
    for ask in (grad_cam, saliency, class_names):
        with pytest.raises(ValueError, match="output for each pixel"):
            ask(model, IMAGES) if ask is not class_names else ask(model)


def test_softmax_inside_a_nested_net_is_seen_through():
    inner = net(dense("softmax"))
    outer = keras.Sequential([keras.Input((16, 16, 3)), layers.RandomFlip(), inner])
    np.testing.assert_allclose(grad_cam(outer, IMAGES, 2), grad_cam(inner, IMAGES, 2), rtol=1e-5)
    logits = net(dense())(IMAGES)
    linear = with_linear_output(outer)
    np.testing.assert_allclose(linear(IMAGES, training=False), logits, rtol=1e-4)


def test_a_net_is_explained_as_it_is_now():
    model = net(dense("softmax"))
    before = grad_cam(model, IMAGES, 1)
    model.get_layer("conv").activation = keras.activations.tanh
    maps = np.float64(model.get_layer("conv")(IMAGES))
    expected = np.maximum(maps @ WEIGHTS[:, 1] / 14**2, 0)
    np.testing.assert_allclose(grad_cam(model, IMAGES, 1), expected, rtol=1e-3, atol=1e-5)
    assert not np.allclose(before, expected)
    model.layers[-1].activation = keras.activations.sigmoid
    np.testing.assert_allclose(probabilities(model, IMAGES), model(IMAGES), atol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_goes_in_and_float32_comes_out(policy):
    def end(x):
        return layers.Activation("softmax", dtype="float32")(layers.Dense(4, dtype=policy)(x))

    model = net(end)
    model.get_layer("conv").dtype_policy = policy
    for raw in (grad_cam(model, IMAGES), saliency(model, IMAGES)):
        assert raw.dtype == np.float32 and np.isfinite(raw).all() and raw.any()
    assert model.get_layer("conv").dtype_policy.name == policy


def test_functions_that_are_run_eagerly_change_nothing():
    expected = grad_cam(net(dense("softmax")), IMAGES, 1)
    tf.config.run_functions_eagerly(True)
    try:
        np.testing.assert_allclose(grad_cam(net(dense("softmax")), IMAGES, 1), expected, rtol=1e-5)
    finally:
        tf.config.run_functions_eagerly(False)


def test_threads_that_trace_one_net_leave_it_as_it_was():
    model, results = net(dense("softmax")), []
    call = model.get_layer("conv").call
    work = [threading.Thread(target=lambda: results.append(grad_cam(model, IMAGES, 1)))] * 1
    work += [threading.Thread(target=lambda: results.append(saliency(model, IMAGES)))]
    work += [
        threading.Thread(target=lambda: results.append(score_cam(model, IMAGES, 1, progress=False)))
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert len(results) == len(work)
    assert model.get_layer("conv").call == call and "call" not in vars(model.get_layer("conv"))


def test_names_and_preprocessing_are_those_that_were_told():
    model = net(dense("softmax"))
    assert class_names(model) == ("class 0", "class 1", "class 2", "class 3")
    describe(model, class_names="abcd", preprocess=lambda pixels: pixels - 100)
    assert class_names(model) == class_names(with_linear_output(model)) == ("a", "b", "c", "d")
    assert prepare(model, np.full((1, 16, 16, 3), 200, np.uint8)).max() == 100
    with pytest.raises(ValueError, match="run from"):
        check_images(model, IMAGES)
    with pytest.raises(ValueError, match="3 class names for a model of 4"):
        describe(model, class_names="abc")


def test_pixels_are_left_to_a_net_that_rescales_them_and_else_their_range_is_asked_for():
    pixels = IMAGES * 255
    own = keras.Sequential([keras.Input((16, 16, 3)), layers.Rescaling(1 / 255), net(dense())])
    np.testing.assert_array_equal(prepare(own, pixels), pixels)
    with pytest.warns(UserWarning, match="describe"):
        np.testing.assert_allclose(prepare(net(dense()), pixels), IMAGES, rtol=1e-6)
