"""Lesson 06: answers to its exercises and its quiz."""

from functools import cache

import keras
import numpy as np
import tensorflow as tf

from helpers.activations import feature_maps
from helpers.cam import grad_cam, grad_cam_plus_plus, layer_cam, to_heatmap
from helpers.datasets import DATA, load_fashion_mnist
from helpers.models import load_trained, with_linear_output
from helpers.models.trained import read_arrays
from helpers.occlusion import occlusion_map
from helpers.saliency import integrated_gradients, saliency
from helpers.trust import pointing_game, similarity
from tests.exercises import Cases

FIRST = 100


@cache
def odd():
    return load_trained("deep_fashion_cnn")


@cache
def linear():
    return with_linear_output(odd())


@cache
def fashion():
    data = load_fashion_mnist("subset")
    return data.test_images, np.int32(data.test_labels), list(data.class_names)


def logits_from(net, layer, maps):
    place = [one.name for one in net.layers].index(layer)
    for one in net.layers[place + 1 :]:
        maps = one(maps)
    return maps


def maps_and_gradients(net, layer, pictures, classes):
    """Do what the lesson does."""
    maps = tf.constant(feature_maps(net, pictures, [layer])[0])
    with tf.GradientTape() as tape:
        tape.watch(maps)
        score = tf.gather(logits_from(net, layer, maps), classes, batch_dims=1)
    return maps.numpy(), tape.gradient(score, maps).numpy()


def gradients(net, pictures, index):
    pixels = tf.constant(pictures, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        score = net(pixels)[:, index]
    return tape.gradient(score, pixels).numpy()


def integrated(net, image, index, start, count=64):
    """Do what the lesson does."""
    way = start + ((np.arange(count) + 0.5) / count).reshape(-1, 1, 1, 1) * (image - start)
    return gradients(net, way, index).mean(axis=0) * (image - start)


def many_starts() -> Cases:
    def each(net, image, index, starts):
        return np.stack([integrated(net, image, index, start) for start in starts])

    def right(*given):
        return each(*given).mean(axis=0)

    def in_small_steps(net, image, index, starts):
        return np.mean([integrated(net, image, index, one, 256) for one in starts], axis=0)

    def by_the_helper(net, image, index, starts):
        parts = [integrated_gradients(net, image[None], index, baseline=one) for one in starts]
        return np.mean(parts, axis=0)[0]

    def gradient_times_input(net, image, index, starts):
        return gradients(net, image[None], index)[0] * (image - starts).mean(axis=0)

    return Cases(
        right=[
            right,
            in_small_steps,
            by_the_helper,
            lambda *given: tf.constant(right(*given)),
            lambda *given: right(*given).tolist(),
        ],
        wrong=[
            (lambda *given: each(*given).sum(axis=0), "sum over the starts"),
            (lambda *given: each(*given)[0], "first start alone"),
            (lambda *given: each(*given)[-1], "last start alone"),
            (lambda n, i, c, s: integrated(n, i, c, s.mean(axis=0)), "average the starts first"),
            (lambda n, i, c, s: integrated(n, i, c, 0 * i), "starts from black"),
            (lambda *given: -right(*given), "sign is turned"),
            (lambda *given: np.abs(right(*given)), "abs loses"),
            (lambda *given: np.abs(each(*given)).mean(axis=0), "abs loses"),
            (gradient_times_input, "One gradient, at the image"),
            (lambda n, i, c, s: right(n, i, (c + 1) % 4, s), "another class"),
            (each, "one map for each start"),
            (lambda *given: right(*given).sum(), "sum over all pixels"),
            (lambda *given: right(*given)[..., 0], "channel axis is gone"),
            (lambda n, i, c, s: np.zeros_like(i), "not all values are"),
            (lambda n, i, c, s: gradients(n, i[None], c)[0], "not all values are"),
            (lambda net: net, "stops with TypeError"),
            (np.zeros((28, 28, 1)), "the function itself"),
        ],
    )


def positive_gradients() -> Cases:
    def weigh(weights_of):
        def answer(net, images, index, layer):
            A, g = maps_and_gradients(net, layer, images, [index] * len(images))
            return np.maximum((A * weights_of(g)).sum(axis=-1), 0)

        return answer

    def mean(values):
        return values.mean(axis=(1, 2), keepdims=True)

    right = weigh(lambda g: mean(np.maximum(g, 0)))

    def other_class(net, images, index, layer):
        return right(net, images, (index + 1) % 4, layer)

    def outside_of_the_tape(net, images, index, layer):
        maps = keras.Model(net.input, net.get_layer(layer).output)(images)
        with tf.GradientTape() as tape:
            tape.watch(maps)
            score = net(images)[:, index]
        return np.maximum(tape.gradient(score, maps), 0)

    def first_image_only(net, images, index, layer):
        return np.repeat(right(net, images[:1], index, layer), len(images), axis=0)

    return Cases(
        right=[
            right,
            weigh(lambda g: mean(np.where(g > 0, g, 0))),
            lambda *given: tf.constant(right(*given)),
            lambda *given: [one.tolist() for one in right(*given)],
        ],
        wrong=[
            (grad_cam, "This is Grad-CAM"),
            (grad_cam_plus_plus, r"This is Grad-CAM\+\+"),
            (layer_cam, "This is Layer-CAM"),
            (weigh(lambda g: np.maximum(mean(g), 0)), "cut off the mean"),
            (weigh(lambda g: mean(abs(g))), "abs counts"),
            (weigh(lambda g: mean(np.maximum(-g, 0))), "negative part"),
            (weigh(lambda g: 49 * mean(np.maximum(g, 0))), "are sums"),
            (other_class, "another class"),
            (lambda *given: to_heatmap(right(*given)), "stretched|not all values"),
            (lambda *given: right(*given)[..., None], "left over"),
            (lambda *given: right(*given)[0], "counts the images|not all|it should be"),
            (lambda *given: np.zeros((len(given[1]), 7, 7)), "not all values"),
            (first_image_only, "not all values"),
            (outside_of_the_tape, "tape has not seen"),
            (lambda net, images, index, layer: 0.5, "single number"),
            (lambda net: net, "stops with TypeError"),
            (["45%", "52%"], "the function itself"),
        ],
    )


def what_is_enough() -> Cases:
    def tiles(net, images, classes, value, score=None, keep=False):
        score = score or (lambda x: net(x).numpy())

        def of(pictures):
            return score(np.float32(pictures))[np.arange(len(images)), classes]

        empty, rise = np.full_like(images, value), np.zeros((len(images), 4, 4))
        shown = empty.copy()
        for i, j in np.ndindex(4, 4):
            shown = shown if keep else empty.copy()
            tile = np.s_[:, 7 * i : 7 * i + 7, 7 * j : 7 * j + 7]
            shown[tile] = images[tile]
            rise[:, i, j] = of(shown) - of(empty)
        return rise

    def painted(net, images, classes, value):
        maps = occlusion_map(net, images, classes, patch=7, fill=value, progress=False)
        return maps[:, ::7, ::7]

    def logits(net, images, classes, value):
        empty = net(np.full_like(images, value)).numpy()[np.arange(len(images)), classes]
        return tiles(net, images, classes, value) + empty[:, None, None]

    def against_the_whole(net, images, classes, value):
        whole = net(images).numpy()[np.arange(len(images)), classes]
        return logits(net, images, classes, value) - whole[:, None, None]

    def chosen(net, images, classes, value):
        return tiles(net, images, net(images).numpy().argmax(axis=1), value)

    def without_a_copy(net, images, classes, value):
        rise = tiles(net, images, classes, value)
        images[:] = value
        return rise

    def right(net, images, classes, value):
        return tiles(net, images, classes, value)

    return Cases(
        right=[
            right,
            lambda *given: right(*given).tolist(),
            lambda *given: tf.constant(right(*given)),
        ],
        wrong=[
            (painted, "show only the tile"),
            (lambda *given: -right(*given), "sign is turned"),
            (lambda *given: np.maximum(right(*given), 0), "cut off at 0"),
            (lambda *given: abs(right(*given)), "abs counts"),
            (lambda *given: right(*given).swapaxes(1, 2), "exchanged"),
            (logits, "These are the logits"),
            (against_the_whole, "compare with the whole image"),
            (lambda *given: tiles(*given, keep=True), "pile up"),
            (lambda n, i, c, v: right(n, i, c, 0.0), "paint with 0"),
            (lambda n, i, c, v: right(n, i, c, 0.3), "paint with 0.3"),
            (chosen, "class that the net chose"),
            (without_a_copy, "copy them first"),
            (lambda n, i, c, v: right(linear_like(n), i, c, v), "not all rises"),
            (lambda *given: right(*given).sum(axis=(1, 2)), "number for each image"),
            (lambda *given: right(*given)[0], "counts the images is gone"),
            (lambda *given: right(*given).repeat(7, 1).repeat(7, 2), "it should be"),
            (lambda *given: np.zeros((len(given[1]), 4, 4)), "not all rises"),
            (lambda net: net, "stops with TypeError"),
            (np.zeros((3, 4, 4)), "the function itself"),
        ],
    )


def linear_like(net):
    """Return another net than the one that was given."""
    return keras.Model(net.input, net.output * 2)


def cases() -> dict[str, Cases]:
    return {"06.1": many_starts(), "06.2": positive_gradients(), "06.3": what_is_enough()}


def pooled(head):
    """Maps as they come, average pooling, a linear layer."""
    maps = keras.Input((4, 4, len(head)))
    copied = keras.layers.Conv2D(len(head), 1, use_bias=False, name="maps")(maps)
    logit = keras.layers.Dense(1, use_bias=False)(keras.layers.GlobalAveragePooling2D()(copied))
    model = keras.Model(maps, logit)
    model.set_weights([np.eye(len(head))[None, None], np.array(head)[:, None]])
    return model


def by_hand() -> str:
    """One map is 1 at all sixteen places, the other at four of them that the first leaves out."""
    first, second = np.ones((4, 4)), np.zeros((4, 4))
    second[0] = 1
    heats = []
    for one in (first, second):
        given = np.float32(np.stack([one, 0 * one], axis=-1)[None])
        heats.append(grad_cam_plus_plus(pooled([16.0, 0.0]), given, 0, "maps").max())
    return {
        1: "The same: both weights are means of equal gradients",
        3: "Three times: 16/6 against 16/18",
        4: "Four times: it fills a quarter of the places",
    }[round(float(heats[1] / heats[0]))]


def negative() -> str:
    """A net of one map that is given, its value -2 at a place, its mean gradient -3."""
    given = np.ones((1, 4, 4, 1), np.float32)
    given[0, 0, 0] = -2
    value = round(float(grad_cam(pooled([-3.0 * 16]), given, 0, "maps")[0, 0, 0]))
    return {
        6: "+6: the map is bright where the filter is silent",
        0: "0: ReLU cuts negative values off",
    }.get(value, "−6: a silent filter that speaks against the class lowers the sum")


def sum_of_contributions() -> str:
    """A linear net whose logit is 9 for an image and whose contributions add up to -2."""
    net = pooled([32.0])
    image, grey = np.full((1, 4, 4, 1), 9 / 32, np.float32), 11 / 32
    total = integrated_gradients(net, image, 0, baseline=grey).sum()
    assert round(float(net(image)[0, 0])) == 9 and round(float(total)) == -2
    return {
        11: "11: on the way to the photo the logit lost 2",
        7: "7: from 9 the sum takes 2 away",
        0: "0: a grey picture shows nothing, so no class gets a score",
    }[round(float(net(np.full_like(image, grey))[0, 0]))]


def rim() -> str:
    images, labels, _ = fashion()
    A, g = maps_and_gradients(linear(), "relu8", images[:FIRST], labels[:FIRST])
    edge = np.ones((7, 7), bool)
    edge[:6, :6] = False
    changed = A.copy()
    changed[:, edge] = 1000
    if not np.array_equal(*(logits_from(linear(), "relu8", one) for one in (changed, A))):
        return "The net reads these places for other classes"
    if np.abs(g[:, edge]).max() == np.abs(g).max():
        return "Its gradient is the largest of the layer"
    raw = grad_cam_plus_plus(odd(), images[:FIRST], labels[:FIRST], "relu8")
    if not pointing_game(raw, edge).hit.mean() > 0.9:  # before any stretching
        return "Stretching to the size of the image smears the heat outwards"
    return "Each map has one weight, painted wherever it is large"


def paint() -> str:
    images, _, names = fashion()
    shoe, c = images[:1], names.index("Ankle boot")
    ground = shoe[0, ..., 0] == 0
    assert ground.mean() > 0.3
    black, grey = (
        occlusion_map(odd(), shoe, c, patch=1, fill=fill, progress=False)[0][ground]
        for fill in (0.0, "mean")
    )
    assert np.abs(black).max() < 1e-4
    if np.abs(grey).max() < 1e-3:
        return "The net does not use it"
    if np.abs(saliency(odd(), shoe, c)[0][ground]).max() < 1e-6:
        return "The gradient is 0 on the ground"
    return "Nothing: black on black is the same picture"


def other() -> str:
    """A measured case: Grad-CAM++ of the odd net in black paint."""
    stored = read_arrays(DATA / "models" / "hundred_heatmaps.npz")
    maps = stored["deep_fashion_cnn/Layer-CAM"]
    fall, rng = stored["deep_fashion_cnn/fall in black"], np.random.default_rng(0)
    own, exchanged, random = (
        np.mean([similarity(*pair) for pair in zip(ways, fall, strict=True)])
        for ways in (maps, np.roll(maps, -1, axis=0), rng.normal(size=maps.shape))
    )
    assert abs(random) < 0.05 < own
    if exchanged < own / 2:
        return "That the method is good, since a random map agrees at 0.0"
    return "Where garments usually matter, and little about each image"


def quiz_answers() -> dict[str, str]:
    return {
        "06-by-hand": by_hand(),
        "06-negative": negative(),
        "06-sum": sum_of_contributions(),
        "06-rim": rim(),
        "06-paint": paint(),
        "06-other": other(),
    }
