"""Layers of any Keras net: found, looked into and told apart, against tapes and closed forms."""

import numpy as np
import pytest

from helpers._keras import keras, tf
from helpers._keras.steps import once
from helpers.activations import feature_maps
from helpers.cam import grad_cam
from helpers.filters import kernels
from helpers.models import conv_layers, find_layer
from helpers.patterns import gradient_ascent
from tests.nets import nested

layers = keras.layers
IMAGES = np.random.default_rng(0).random((2, 12, 12, 3), np.float32)


def small(**options):
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((12, 12, 3), **options),
            layers.Conv2D(4, 3, activation="relu", name="conv"),
            layers.GlobalAveragePooling2D(name="mean"),
            layers.Dense(3, activation="softmax", name="out"),
        ]
    )


def on_paper(model, images, chosen=1):
    """Grad-CAM at ``conv`` of a net with average pooling and one dense layer."""
    maps = np.float64(model.get_layer("conv")(images))
    weights = np.float64(model.layers[-1].get_weights()[0][:, chosen])
    return np.maximum(maps @ weights / maps[0, ..., 0].size, 0)


def test_the_default_layer_is_the_last_one_with_an_extent():
    inputs = keras.Input((16, 16, 3))
    maps = layers.Conv2D(8, 3, padding="same", name="spatial")(inputs)
    squeezed = layers.GlobalAveragePooling2D(keepdims=True)(maps)
    squeezed = layers.Conv2D(2, 1, activation="relu", name="squeeze")(squeezed)
    excited = layers.Conv2D(8, 1, activation="sigmoid", name="excite")(squeezed)
    end = layers.GlobalAveragePooling2D()(layers.Multiply()([maps, excited]))
    model = keras.Model(inputs, layers.Dense(4, activation="softmax")(end))
    assert find_layer(model).name == "spatial"
    assert (
        find_layer(
            keras.applications.MobileNetV3Small(weights=None, input_shape=(64, 64, 3), classes=2)
        ).output.shape[1]
        == 2
    )


@pytest.mark.parametrize(
    "kind", [layers.DepthwiseConv2D, layers.SeparableConv2D, layers.Conv2DTranspose]
)
def test_every_kind_of_convolution_counts(kind):
    last = kind(3, name="last") if kind is layers.DepthwiseConv2D else kind(5, 3, name="last")
    model = keras.Sequential([keras.Input((12, 12, 3)), layers.Conv2D(4, 3), last])
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(2))
    assert conv_layers(model)[-1] == "last" and find_layer(model) is last
    assert grad_cam(model, IMAGES).shape == (2, *last.output.shape[1:3])


def test_kernels_have_their_filters_on_the_last_axis():
    """Each kernel, laid by hand over the layer's own input, gives the layer's output."""
    stack = [
        layers.Conv2D(8, 3, activation="relu", name="conv"),
        layers.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise"),
        layers.SeparableConv2D(6, 3, depth_multiplier=2, name="separable"),
        layers.Conv2D(6, 3, groups=3, name="grouped"),
    ]
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((12, 12, 3)), *stack])
    maps = feature_maps(model, IMAGES, [layer.name for layer in stack])
    for layer, seen, given in zip(stack[1:], maps[1:], maps, strict=False):
        weights = np.float64(kernels(model, layer.name))
        assert weights.shape[:2] == (3, 3) and weights.shape[-1] == seen.shape[-1]
        chosen = 3
        read = weights.shape[2]
        first = {"depthwise": chosen // 2, "separable": 0, "grouped": chosen // 2 * read}[
            layer.name
        ]
        patch = given[0, 2:5, 1:4, first : first + read]
        np.testing.assert_allclose(
            (patch * weights[..., chosen]).sum(), seen[0, 2, 1, chosen], rtol=1e-4, atol=1e-6
        )
    up = keras.Sequential([keras.Input((4, 4, 5)), layers.Conv2DTranspose(6, 3, name="up")])
    assert kernels(up, "up").shape == (3, 3, 5, 6)


def test_a_layer_that_another_model_uses_too_is_looked_at_in_this_one():
    model = small()
    expected = on_paper(model, IMAGES)
    other = keras.Input((20, 20, 3))
    keras.Model(other, model.get_layer("conv")(other))
    keras.Sequential([keras.Input((4,)), model.get_layer("out")])
    np.testing.assert_allclose(grad_cam(model, IMAGES, 1), expected, rtol=1e-4, atol=1e-7)


def test_of_a_layer_that_is_called_twice_everything_is_of_the_last_call():
    twice = layers.Conv2D(3, 3, padding="same", activation="relu", name="twice")
    head = layers.Dense(4)
    inputs = keras.Input((12, 12, 3))
    pooled = layers.GlobalAveragePooling2D()(twice(twice(inputs)))
    model = keras.Model(inputs, head(pooled))
    second = np.float64(twice(twice(IMAGES)))
    (maps,) = feature_maps(model, IMAGES, ["twice"])
    np.testing.assert_allclose(maps, second, rtol=1e-5)
    weights = np.float64(head.get_weights()[0][:, 1])
    expected = np.maximum(second @ weights / 144, 0)
    np.testing.assert_allclose(grad_cam(model, IMAGES, 1), expected, rtol=1e-4, atol=1e-7)


def test_layers_of_the_same_name_are_told_apart_and_put_back():
    first, second = (small() for _ in range(2))
    first.name, second.name = "first", "second"
    inputs = keras.Input((12, 12, 3))
    model = keras.Model(inputs, layers.Concatenate()([first(inputs), second(inputs)]))
    assert conv_layers(model) == ["first/conv", "second/conv"]
    with pytest.raises(ValueError, match=r"Valid: first/conv, second/conv$"):
        find_layer(model, "conv")
    maps = feature_maps(model, IMAGES, ["first/conv", "second/conv", "second/conv"])
    np.testing.assert_allclose(maps[1], second.get_layer("conv")(IMAGES), rtol=1e-5)
    np.testing.assert_array_equal(maps[1], maps[2])
    assert all("call" not in vars(one.get_layer("conv")) for one in (first, second))


def test_a_hook_puts_back_what_it_found():
    model = small()
    layer = model.get_layer("conv")
    own = layer.call
    layer.call = lambda *args, **kwargs: 2 * own(*args, **kwargs)
    mine = layer.call
    (maps,) = feature_maps(model, IMAGES, ["conv", "conv"])[:1]
    np.testing.assert_allclose(maps, 2 * own(tf.constant(IMAGES)), rtol=1e-5)
    assert layer.call is mine


@pytest.mark.parametrize("how", ["called", "fitted", "fixed"])
def test_the_batch_that_built_a_net_does_not_bind_it(how):
    model = small(batch_size=1) if how == "fixed" else keras.Sequential(small().layers)
    if how == "called":
        model(np.repeat(IMAGES, 2, axis=0))
    if how == "fitted":
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(np.repeat(IMAGES, 4, axis=0), np.arange(8) % 3, batch_size=4, verbose=0)
    for images in (IMAGES[:1], IMAGES):
        expected = on_paper(model, images)
        np.testing.assert_allclose(grad_cam(model, images, 1), expected, rtol=1e-4, atol=1e-7)


def test_many_images_are_taken_batch_by_batch():
    images = np.random.default_rng(1).random((150, 12, 12, 3), np.float32)
    model = small()
    expected = on_paper(model, images)
    np.testing.assert_allclose(grad_cam(model, images, 1), expected, rtol=1e-4, atol=1e-7)


def exchanged(model, what):
    conv = model.get_layer("conv")
    if what == "layer":
        model.pop()
        model.add(layers.Dense(3, name="other"))
    elif what == "weight":
        vars(conv)["bias"] = keras.Variable(np.zeros(4, np.float32))
    elif what == "own call":
        conv.call = conv.call
    elif what == "attribute gone":
        del conv.groups
    else:
        name, value = what
        setattr(conv, name, value)


@pytest.mark.parametrize(
    "what",
    [
        "layer",
        "weight",
        "own call",
        "attribute gone",
        ("activation", tf.nn.tanh),
        ("strides", (2, 2)),
        ("trainable", False),
        ("dtype_policy", "mixed_bfloat16"),
    ],
)
@pytest.mark.parametrize("nest", [lambda model: model, nested])
def test_what_was_compiled_is_thrown_away_when_anything_is_exchanged(what, nest):
    inner = small()
    model, builds = nest(inner), []
    for _ in range(2):
        once(model, ("key",), lambda: builds.append(None))
    assert len(builds) == 1
    inner.get_layer("conv").set_weights([w + 1 for w in inner.get_layer("conv").get_weights()])
    once(model, ("key",), lambda: builds.append(None))
    assert len(builds) == 1, "the steps read weights when they run"
    exchanged(inner, what)
    once(model, ("key",), lambda: builds.append(None))
    assert len(builds) == 2


class Subclassed(keras.Model):
    def __init__(self, parts):
        super().__init__(name="subclassed")
        self.parts = parts

    def call(self, images):
        for part in self.parts:
            images = part(images)
        return images


def test_a_subclassed_net_works_inside_a_functional_one_and_is_refused_alone():
    parts = small().layers
    alone = Subclassed(parts)
    alone(IMAGES)
    for ask in (grad_cam, lambda model, images: feature_maps(model, images, ["conv"])):
        with pytest.raises(ValueError, match=r"keras\.Model\(inputs, model\(inputs\)\)"):
            ask(alone, IMAGES)
    inputs = keras.Input((12, 12, 3))
    around = keras.Model(inputs, alone(inputs))
    expected = on_paper(small(), IMAGES)
    np.testing.assert_allclose(grad_cam(around, IMAGES, 1), expected, rtol=1e-4, atol=1e-7)


def fresh():
    return keras.Sequential([layers.Conv2D(4, 3)])


def two_inputs():
    inputs = [keras.Input((12, 12, 3)), keras.Input((12, 12, 3))]
    return keras.Model(inputs, layers.Add()(inputs))


def dict_outputs():
    inputs = keras.Input((12, 12, 3))
    return keras.Model(inputs, {"a": layers.Flatten()(inputs), "b": inputs})


@pytest.mark.parametrize(
    ("build", "words"),
    [(fresh, "does not know its input"), (two_inputs, "2 inputs"), (dict_outputs, "2 outputs")],
)
def test_what_cannot_be_looked_into_is_refused_in_a_sentence(build, words):
    for ask in (grad_cam, lambda model, images: feature_maps(model, images, [0])):
        with pytest.raises(ValueError, match=words):
            ask(build(), IMAGES)


def test_layers_filters_and_classes_are_chosen_by_anything_that_is_a_whole_number():
    model = small()
    expected = grad_cam(model, IMAGES, 2, "conv")
    for layer in (0, np.int64(0), 0.0, model.get_layer("conv"), None):
        np.testing.assert_array_equal(grad_cam(model, IMAGES, np.int64(2), layer), expected)
    assert gradient_ascent(model, "conv", [np.int64(1)], size=12, steps=1).images.shape[0] == 1
    for layer in (-1, 1.5, "cnov", True, layers.Dense(1)):
        with pytest.raises(ValueError):
            grad_cam(model, IMAGES, 2, layer)
    for chosen in (-1, 3, 1.7, "cat", [[0, 1, 0], [1, 0, 0]]):
        with pytest.raises(ValueError):
            grad_cam(model, IMAGES, chosen)
    for filters in (1, [], [4], [1.5]):
        with pytest.raises(ValueError):
            gradient_ascent(model, "conv", filters, size=12, steps=1)


def test_the_input_layer_gives_the_images_back():
    inputs = keras.Input((12, 12, 3), name="photo")
    model = keras.Model(inputs, small()(inputs))
    (maps,) = feature_maps(model, IMAGES, ["photo"])
    np.testing.assert_array_equal(maps, IMAGES)
    assert grad_cam(model, IMAGES, 0, "photo").shape == (2, 12, 12)


def test_lambda_regularizers_do_not_add_a_graph_a_call():
    model = small()
    for strength in (0.1, 0.2, 0.3):
        calm = [lambda pixels, s=strength: pixels * (1 - s)]
        gradient_ascent(model, "conv", [0], size=12, steps=1, regularizers=calm)
    assert len(vars(model)["_course_functions"].functions) <= 2
