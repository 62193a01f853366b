"""Lesson 00: answers to its exercises and its quiz."""

import re

import numpy as np
import tensorflow as tf

from helpers.cam import grad_cam, to_heatmap
from helpers.classes import class_names
from helpers.datasets import load_fashion_mnist, load_photo
from helpers.explorers import cover
from helpers.images import fit, grey
from helpers.inputs import prepare_photo
from helpers.models import load_efficientnet_lite
from tests.exercises import Cases


def looked() -> Cases:
    data = load_fashion_mnist()
    shape = data.test_images.shape
    return Cases(
        right=[shape, list(shape), np.array(shape), tf.constant(shape), tf.TensorShape(shape)],
        wrong=[
            (shape[1:], "shape of one picture"),
            (shape[:-1], "last axis is missing"),
            ((shape[0], 1, 28, 28), "channel axis in front"),
            (data.train_images.shape, "training pictures"),
            (shape[0], "counts the pictures"),
            (data.test_images.size, "counts all values"),
            (4, "counts the axes"),
            (data.test_images[:20], "give their shape alone"),
            ("28 x 28", "of type str"),
            ((shape[0], 28, 28, 3), "not the four lengths"),
        ],
    )


def changed() -> Cases:
    cat = load_photo("cat", 224)
    small = fit(cat, 28)
    right = small / 255
    return Cases(
        right=[
            right,
            right.astype(np.float32),
            right.astype(np.float16),
            right.tolist(),
            tf.constant(right),
            small / np.float32(255),
            np.round(right, 4),
        ],
        wrong=[
            (small, "still run from 0 to 255"),
            (small // 255, "without a remainder"),
            (fit(cat, 16) / 255, "16 pixels wide, so that is where the slider stood"),
            (cat / 255, "224 pixels wide"),
            (right[None], "batch of one"),
            (np.moveaxis(right, -1, 0), "channel axis stands first"),
            (small / small.max(), "own largest value"),
            (right[..., ::-1], "Red and blue"),
            (small / 127.5 - 1, "from -1 to 1"),
            (28, "a single number"),
            (right[:, ::-1], "not the cat"),
        ],
    )


def built() -> Cases:
    def slow(photo):
        return [[[sum(map(int, pixel)) / 3 / 255] for pixel in row] for row in photo]

    def summed(photo):
        return ((photo[..., 0] + photo[..., 1] + photo[..., 2]) / 3 / 255)[..., None]

    return Cases(
        right=[
            lambda photo: photo.mean(axis=2, keepdims=True) / 255,
            lambda photo: np.mean(photo / 255, axis=-1)[..., None].astype(np.float32),
            lambda photo: tf.reduce_mean(tf.cast(photo, tf.float32), -1, keepdims=True) / 255,
            slow,
        ],
        wrong=[
            (lambda photo: photo.mean(axis=2) / 255, "channel axis is gone"),
            (lambda photo: photo.mean(axis=2, keepdims=True), "up to 255"),
            (lambda photo: photo.mean(axis=2, keepdims=True) // 255, "without a remainder"),
            (lambda photo: photo.mean(axis=0) / 255, "over the rows"),
            (lambda photo: photo.mean(axis=1) / 255, "over the columns"),
            (lambda photo: photo.mean() / 255, "one number for the whole picture"),
            (lambda photo: photo.mean(axis=2)[None] / 255, "stands first"),
            (lambda photo: photo / 255, "three channels"),
            (lambda photo: grey(photo)[..., :1] / 255, "green most|not all values"),
            (lambda photo: photo @ np.array([[0.299], [0.587], [0.114]]) / 255, "green most"),
            (lambda photo: photo.sum(axis=2, keepdims=True) / 255, "sum of the three"),
            (lambda photo: photo[..., :1] / 255, "red channel alone"),
            (lambda photo: fit(photo, 28)[..., :1] / 255, "should be 2 x 5 x 1"),
            (summed, "starts at 0 again"),
            (lambda photo: print(end=""), "returns nothing"),
            (lambda photo: photo.average(), "stops with AttributeError"),
            (load_photo("cat", 28), "give the function itself"),
        ],
    )


def cases() -> dict[str, Cases]:
    return {"00.1": looked(), "00.2": changed(), "00.3": built()}


def quiz_answers() -> dict[str, str]:
    def end(image):
        assert image.min() >= 0
        return 1 if image.max() <= 1 else 255

    cat = load_photo("cat", 224)
    shirt = load_fashion_mnist().test_images[4]
    ends = end(shirt), end(cat)
    ranges = {
        (255, 255): "both between 0 and 255",
        (1, 1): "both between 0 and 1",
        (1, 255): "0 to 1 and 0 to 255",
    }
    net = load_efficientnet_lite()
    photo = np.repeat(prepare_photo(net, load_photo("dog")), 2, axis=0)
    wanted = [class_names(net).index(name) for name in ("German shepherd", "missile")]
    heatmaps = to_heatmap(grad_cam(net, photo, wanted))
    alike = np.corrcoef(heatmaps.reshape(2, -1))[0, 1]
    patch, scores = cover(net, {"dog": load_photo("dog")}), []
    for size in (20, 45):  # on the hottest place
        patch.set(size=size, row=36, column=64)
        scores.append(float(re.search(r"to ([\d.]+);", patch.caption)[1]))
    before = float(re.search(r"from ([\d.]+) to", patch.caption)[1])
    return {
        "00-ranges": ranges[ends],
        "00-places": f"{heatmaps.shape[1]} x {heatmaps.shape[2]}",
        "00-other-class": "No, each class has its own heatmap"
        if alike < 0.5
        else "Yes: the photo is the same, and so is what stands out in it",
        "00-disagree": "Heatmap and patch disagree; each is a hint"
        if scores[0] < before < scores[1]
        else "The network does not use this place",
    }
