"""Lesson 05: answers to its exercises and its quiz."""

import warnings

import cv2
import keras
import numpy as np
import tensorflow as tf

from helpers.activations import feature_maps
from helpers.cam import grad_cam, layer_cam, to_heatmap
from helpers.classes import class_names
from helpers.datasets import load_photo
from helpers.inputs import prepare
from helpers.models import load_vgg16
from tests.exercises import Cases

LAST = "block5_conv3"


def both_outputs(model):
    return keras.Model(model.input, [model.get_layer(LAST).output, model.output])


def lesson_grad_cam(model, images, class_index, sign=1.0, after=tf.identity):
    """Do what the lesson does, and return the sum before ReLU and its parts."""
    with tf.GradientTape() as tape:
        maps, logits = both_outputs(model)(images)
        score = sign * after(logits)[:, class_index]
    gradients = tape.gradient(score, maps)
    weights = tf.reduce_mean(gradients, axis=(1, 2))
    return tf.einsum("nhwk,nk->nhw", maps, weights), maps, weights, gradients


def against() -> Cases:
    def total(model, images, index, **options):
        return lesson_grad_cam(model, images, index, **options)[0]

    def right(model, images, class_index):
        return tf.nn.relu(total(model, images, class_index, sign=-1))

    def negated(model, images, class_index):
        return grad_cam(keras.Model(model.input, -model.output), images, class_index, LAST)

    def one_by_one(model, images, class_index):
        return [right(model, image[None], class_index)[0].numpy().tolist() for image in images]

    def summed(model, images, index):
        _, maps, _, gradients = lesson_grad_cam(model, images, index, sign=-1)
        return tf.nn.relu(tf.einsum("nhwk,nk->nhw", maps, tf.reduce_sum(gradients, axis=(1, 2))))

    def outside_of_the_tape(model, images, index):
        with tf.GradientTape() as tape:
            maps, _ = both_outputs(model)(images)
            score = -model(images)[:, index]
        return tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2))

    def first_image_only(model, images, index):
        return np.repeat(right(model, images[:1], index), len(images), axis=0)

    return Cases(
        right=[right, negated, one_by_one, lambda m, i, c: np.maximum(-total(m, i, c), 0)],
        wrong=[
            (grad_cam, "speaks for the class"),
            (layer_cam, "not all values"),
            (lambda m, i, c: tf.nn.relu(total(m, i, c)), "speaks for the class"),
            (total, "turn its sign"),
            (lambda m, i, c: -total(m, i, c), "ReLU is missing"),
            (lambda m, i, c: -tf.nn.relu(total(m, i, c)), "changed the sign after"),
            (lambda m, i, c: tf.minimum(total(m, i, c), 0), "with a minus"),
            (lambda m, i, c: abs(total(m, i, c)), "abs puts"),
            (lambda m, i, c: 0 * total(m, i, c), "All zero"),
            (summed, "take the mean gradient"),
            (
                lambda m, i, c: tf.nn.relu(total(m, i, c, sign=-1, after=tf.nn.softmax)),
                "before softmax",
            ),
            (lambda m, i, c: to_heatmap(right(m, i, c)), "stretched"),
            (lambda m, i, c: right(m, i, 2), "use class_index"),
            (lambda m, i, c: grad_cam(m, i, 1), "use class_index"),
            (first_image_only, "not all values"),
            (outside_of_the_tape, "A gradient is None when.*|line .*“return tf.reduce_mean"),
            (lambda m, i, c: right(m, i, c)[0], "counts the images is gone"),
            (lambda m, i, c: right(m, i, c)[..., None], "left over"),
            (lambda m, i, c: lesson_grad_cam(m, i, c)[1], "one map for each filter"),
            (lambda m, i, c: lesson_grad_cam(m, i, c)[2], "one number for each filter"),
            (lambda m, i, c: 1.0, "single number"),
            (lambda images, index: images, "stops with TypeError"),
            (np.ones((1, 14, 14)), "the function itself"),
        ],
    )


def cam() -> Cases:
    def parts(model, images, index):
        (maps,) = feature_maps(model, images, [LAST])
        column = model.get_layer("logits").get_weights()[0][:, index]
        return maps, maps @ column, maps.shape[1] * maps.shape[2]

    def total(model, images, index):
        return parts(model, images, index)[1]

    def right(model, images, class_index):
        _, summed, places = parts(model, images, class_index)
        return np.maximum(summed / places, 0)

    def another_way(model, images, class_index):
        maps = keras.Model(model.input, model.get_layer(LAST).output)(images)
        column = model.get_layer("logits").kernel[:, class_index]
        shares = tf.reduce_sum(maps * column, axis=-1) / tf.size(maps[0, ..., 0], tf.float32)
        return tf.nn.relu(shares)

    def through_the_layer(model, images, class_index):
        maps, _, places = parts(model, images, class_index)
        logits = model.get_layer("logits")
        every_place = logits(maps) - logits.bias
        return np.maximum(every_place[..., class_index] / places, 0)

    def positive_weights(model, images, index):
        (maps,) = feature_maps(model, images, [LAST])
        kernel = model.get_layer("logits").get_weights()[0]
        return maps @ np.maximum(kernel[:, index], 0) / maps[0, ..., 0].size

    def with_bias(model, images, index):
        _, summed, places = parts(model, images, index)
        return np.maximum(summed / places + model.get_layer("logits").get_weights()[1][index], 0)

    def rows(model, images, index):
        (maps,) = feature_maps(model, images, [LAST])
        return maps @ model.get_layer("logits").get_weights()[0][index]

    def positive(way):
        return lambda m, i, c: np.maximum(way(m, i, c), 0)

    return Cases(
        right=[
            right,
            another_way,
            through_the_layer,
            lambda m, i, c: right(m, i, c).tolist(),
            lambda m, i, c: np.float16(right(m, i, c)),
        ],
        wrong=[
            (grad_cam, "made with a gradient"),
            (lambda m, i, c: grad_cam(m, i, c, LAST), "made with a gradient"),
            (lambda m, i, c: lesson_grad_cam(m, i, c)[0], "made with a gradient"),
            (lambda m, i, c: tf.nn.relu(lesson_grad_cam(m, i, c)[0]), "made with a gradient"),
            (lambda m, i, c: total(m, i, c) / parts(m, i, c)[2], "apply ReLU at the end"),
            (positive(total), "divide by the number of places"),
            (total, "then apply ReLU"),
            (positive(lambda m, i, c: total(m, i, c) / i[0, ..., 0].size), "pixels of the image"),
            (positive(lambda m, i, c: total(m, i, c) / 196), "224 x 224 pixels only"),
            (positive(lambda m, i, c: total(m, i, c) / 7), "not by the places"),
            (lambda m, i, c: to_heatmap(right(m, i, c)), "stretched"),
            (lambda m, i, c: right(m, i, c) / right(m, i, c).max(), "stretched"),
            (positive_weights, "dropped the negative weights"),
            (with_bias, "bias belongs to the logit"),
            (lambda m, i, c: parts(m, i, c)[0].mean(axis=-1), "weight them"),
            (lambda m, i, c: right(m, i, 2), "use class_index"),
            (lambda m, i, c: right(m, i[:1], c), r"shape \(1, 6, 8\)"),
            (lambda m, i, c: np.ones((2, 6, 8)), "not all values"),
            (rows, "stops with ValueError.*line .*return maps @"),
            (lambda m, i, c: right(m, i, c)[0], "counts the images is gone"),
            (lambda m, i, c: parts(m, i, c)[0], "one map for each filter"),
            (lambda m, i, c: parts(m, i, c)[0].mean(axis=(1, 2)), "one number for each filter"),
            (lambda images, index: images, "stops with TypeError"),
            (np.ones((1, 14, 14)), "the function itself"),
        ],
    )


def in_place(photo, heatmap):
    """Cover the hottest tenth as asked for, but in the photo itself."""
    photo[hot(photo, heatmap)] = photo.mean(axis=(0, 1))
    return photo


def hot(photo, heatmap, method=cv2.INTER_CUBIC, share=0.1):
    height, width = photo.shape[:2]
    heat = cv2.resize(heatmap, (width, height), interpolation=method)
    return heat >= np.quantile(heat, 1 - share)


def painted(photo, places, colour=None):
    covered = photo.copy()
    covered[places] = photo.mean(axis=(0, 1)) if colour is None else colour
    return covered


def hottest_tenth() -> Cases:
    def right(photo, heatmap):
        return painted(photo, hot(photo, heatmap))

    def sorted_pixels(photo, heatmap):
        heat = cv2.resize(to_heatmap(heatmap[None])[0], photo.shape[1::-1], interpolation=2)
        flat = photo.reshape(-1, 3).copy()
        flat[np.argsort(-heat.ravel())[: len(flat) // 10]] = np.rint(flat.mean(axis=0))
        return flat.reshape(photo.shape)

    def chosen_by_where(photo, heatmap):
        mean = photo.mean(axis=(0, 1)).round().astype(np.uint8)
        return np.where(hot(photo, heatmap)[..., None], mean, photo)

    def swapped(photo, heatmap):
        heat = cv2.resize(heatmap, photo.shape[:2], interpolation=cv2.INTER_CUBIC)
        return painted(photo, heat > np.quantile(heat, 0.9))

    def unstretched(photo, heatmap):
        return painted(photo, heatmap > np.quantile(heatmap, 0.9))

    def above_nine_tenths(photo, heatmap):
        heat = cv2.resize(heatmap, photo.shape[1::-1], interpolation=cv2.INTER_CUBIC)
        return painted(photo, heat > 0.9 * heat.max())

    def of_the_covered(photo, heatmap):
        places = hot(photo, heatmap)
        return painted(photo, places, photo[places].mean(axis=0))

    return Cases(
        right=[right, sorted_pixels, chosen_by_where, lambda p, h: in_place(p.copy(), h)],
        wrong=[
            (lambda p, h: painted(p, hot(p, -h)), "coldest"),
            (lambda p, h: painted(p, hot(p, h, cv2.INTER_LINEAR)), "in straight lines"),
            (
                lambda p, h: painted(p, hot(p, h, cv2.INTER_NEAREST)),
                "tenth is",
            ),
            (in_place, "work on a copy"),
            (lambda p, h: painted(p, hot(p, h, share=0.5)), "changes 50 % of"),
            (lambda p, h: painted(p, ~hot(p, h)), "changes 90 % of"),
            (above_nine_tenths, "a tenth is asked"),
            (lambda p, h: painted(p, hot(p, h), 0), r"colour \(0, 0, 0\)"),
            (lambda p, h: painted(p, hot(p, h), 255), r"colour \(255, 255, 255\)"),
            (lambda p, h: painted(p, hot(p, h), p.mean()), "mean colour is"),
            (of_the_covered, "mean colour is"),
            (lambda p, h: painted(p, hot(p, h[::-1])), "other places"),
            (lambda p, h: p.copy(), "as it was"),
            (lambda p, h: np.zeros_like(p), "changes 100 % of|a tenth is asked"),
            (lambda p, h: right(p, h) / 255, "float64"),
            (lambda p, h: np.float64(right(p, h)), "float64"),
            (lambda p, h: hot(p, h), "2 axes"),
            (lambda p, h: right(p, h)[None], "4 axes"),
            (swapped, "stops with IndexError.*line .*covered.places. ="),
            (unstretched, "stops with IndexError"),
            (lambda p: p, "stops with TypeError"),
            (load_photo("cat", 64), "the function itself"),
        ],
    )


def cases() -> dict[str, Cases]:
    return {"05.1": against(), "05.2": cam(), "05.3": hottest_tenth()}


def pooled_net(head, bias=0.0):
    """Maps as they come, average pooling, a linear layer."""
    maps = keras.Input((4, 4, len(head)))
    copied = keras.layers.Conv2D(len(head), 1, use_bias=False)(maps)
    linear = keras.layers.Dense(len(head[0]))(keras.layers.GlobalAveragePooling2D()(copied))
    model = keras.Model(maps, linear)
    weights = [np.eye(len(head))[None, None], np.array(head), np.full(len(head[0]), bias)]
    model.set_weights(weights)
    return model


def by_hand() -> str:
    """Two maps given, a linear layer on their averages: the heatmap at one place."""
    given = np.zeros((1, 4, 4, 2), np.float32)
    given[0, 1, 1], given[0, 2, 2] = (2, 4), (1, 0)
    value = round(16 * float(grad_cam(pooled_net([[3, -1], [-2, 1]]), given, 0)[0, 1, 1]))
    return f"{value}/16".replace("-", "−") if value else "0"


def empty() -> str:
    """Class 0 wins with a logit below zero."""
    model, given = pooled_net([[-1, -3], [-2, -4]]), np.ones((1, 4, 4, 2), np.float32)
    logits = model(given).numpy()[0]
    assert logits.argmax() == 0 and model.get_weights()[1].all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not grad_cam(model, given, 0).any()
    if logits[0] < 0:
        return "All places speak against bag, and the other classes fare worse"
    return "The photo does not hold a bag, and the heatmap noticed it"


def absent() -> str:
    model = load_vgg16("album")
    x = prepare(model, load_photo("astronaut", 224)[None])
    shares = tf.nn.softmax(model(x)).numpy()[0]
    absent_class = int(shares.argmin())
    assert shares[absent_class] < 0.005
    if to_heatmap(grad_cam(model, x, absent_class)).max() != 1:
        return "The map must be faulty: a class at 0 % has no heatmap"
    return "The weighted sum of the maps is largest there, and that is all"


def after_softmax() -> str:
    difference = tf.Variable([np.log(p / (1 - p)) for p in (0.5, 0.1, 0.999)])
    with tf.GradientTape() as tape:
        p = tf.sigmoid(difference)
    slopes = tape.gradient(p, difference).numpy()
    np.testing.assert_allclose(slopes, p * (1 - p), rtol=1e-3)
    return (
        "The one with p = 0.5, where the net cannot decide",
        "The one with p = 0.1, where the class loses",
        "The one with p = 0.999, where the net is sure",
    )[slopes.argmin()]


def larger() -> str:
    model, photo = load_vgg16("album"), load_photo("windmill3", 448)
    windmill = class_names(model).index("windmill")
    small, large = (
        to_heatmap(grad_cam(model, prepare(model, one[None]), windmill))[0]
        for one in (cv2.resize(photo, (224, 224), interpolation=cv2.INTER_AREA), photo)
    )
    assert small.shape == (14, 14)
    alike = np.corrcoef(small.ravel(), cv2.resize(large, (14, 14)).ravel())[0, 1]
    if large.shape == (28, 28):
        if alike < 0.95:
            return "28 x 28 places, and perhaps heat on other parts of the photo"
        return "28 x 28 places, and the same heatmap, only twice as exact"
    return "14 x 14 places as before, since the layer has not changed"


def dark() -> str:
    """Say whether a place of the last maps reads pixels far outside of its own 16."""
    net = load_vgg16(None)
    net = keras.Model(net.input, net.get_layer(LAST).output)
    image = tf.constant(prepare(load_vgg16(None), load_photo("cat", 224)[None]))
    with tf.GradientTape() as tape:
        tape.watch(image)
        place = tf.reduce_sum(net(image)[0, 4, 7])
    slope = tape.gradient(place, image)[0].numpy()
    if slope[16 * 5 + 40 : 16 * 5 + 80].any():
        return "The filters at the sails also see the tower below them"
    return "The fall is chance: the net does not read dark places"


def quiz_answers() -> dict[str, str]:
    return {
        "05-by-hand": by_hand(),
        "05-empty": empty(),
        "05-absent": absent(),
        "05-softmax": after_softmax(),
        "05-size": larger(),
        "05-dark": dark(),
    }
