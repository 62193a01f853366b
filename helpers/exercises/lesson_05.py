"""Checks of lesson 05: a thing without a name, what speaks against a class, CAM by hand."""

from functools import cache
from typing import NamedTuple

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise

FOUR = ("cat", "coffee", "palace", "flower")
SHIRT = 4  # test image of Fashion-MNIST


@cache
def _vgg():
    from helpers.models import load_vgg16

    return load_vgg16("photos")


def _logits(pixels: np.ndarray) -> np.ndarray:
    from helpers.inputs import prepare

    return _vgg()(prepare(_vgg(), pixels[None])).numpy()[0]


@cache
def _shirt_logits() -> np.ndarray:
    from helpers.datasets import load_fashion_mnist
    from helpers.images import fit

    grey = load_fashion_mnist("subset").test_images[SHIRT]
    return _logits(fit(np.uint8(255 * np.repeat(grey, 3, axis=2)), 224))


@exercise(
    "05.1",
    "The answer is one of six names. Which ones does the list PHOTOS hold?",
    "argmax over the six logits gives an index; PHOTOS[index] is the name.",
    "Prepare the shirt as the cat was: prepare(model, shirt[None]). Then take the largest logit.",
)
def _name_of_the_shirt(answer: object) -> None:
    from helpers.datasets import CLASS_NAMES, PHOTOS

    if not isinstance(answer, str):
        found = expect.array(answer)
        if found.size == 1 and float(found.ravel()[0]) in range(len(PHOTOS)):
            raise Mistake("This looks like an index. Give the name: PHOTOS[index].")
        if found.size == len(PHOTOS):
            raise Mistake("These are six numbers, one for each class. Which class has the largest?")
    elif answer.strip().lower() in ("t-shirt", *(name.lower() for name in CLASS_NAMES)):
        raise Mistake(
            "You and Fashion-MNIST know this name, the net does not: its head has six outputs, "
            f"{', '.join(PHOTOS)}, and it always answers with one of them."
        )
    order = [PHOTOS[index] for index in np.argsort(-_shirt_logits())]
    classic = [
        (order[-1], "This class has the smallest logit: argmax, not argmin."),
        ("cat", "The cat is what the net says of x, the cat's photo. Give it the shirt."),
    ]
    expect.name(answer, order[0], PHOTOS, classic)


class Evidence(NamedTuple):
    """The weighted sum of the last maps for one class, before ReLU, and its parts."""

    maps: np.ndarray
    column: np.ndarray
    total: np.ndarray


def _evidence(prepared: np.ndarray, index: int) -> Evidence:
    from helpers.activations import feature_maps

    (maps,) = feature_maps(_vgg(), prepared, ["block5_conv3"])
    column = _vgg().get_layer("logits").get_weights()[0][:, index]
    return Evidence(maps, column, maps @ column / (maps.shape[1] * maps.shape[2]))


@cache
def _scene() -> list[np.ndarray]:
    """Weighted sums of the collage, before ReLU, one for each class."""
    from helpers.datasets import PHOTOS, collage
    from helpers.inputs import prepare

    first = _evidence(prepare(_vgg(), collage(list(FOUR))[None]), 0)
    columns = _vgg().get_layer("logits").get_weights()[0]
    places = first.maps.shape[1] * first.maps.shape[2]
    return [first.maps[0] @ columns[:, index] / places for index in range(len(PHOTOS))]


def _stretched(total: np.ndarray) -> np.ndarray:
    return total / max(np.abs(total).max(), 1e-12)


@exercise(
    "05.2",
    "Grad-CAM keeps what raises the score. Which score rises when the logit of the cat falls?",
    "Take score = -logits[:, CAT]. All other lines of section 3 stay, also the ReLU.",
    "Give both(...) the collage, scene_x, and take tf.nn.relu(weighted_sum) as before.",
)
def _against_the_cat(answer: object) -> None:
    from helpers.datasets import PHOTOS

    found, sums = expect.array(answer), _scene()
    cat = sums[PHOTOS.index("cat")]
    if not found.ndim:
        raise Mistake("This is a single number. Give the map; the solution measures it.")
    if found.shape == (1, *cat.shape):
        found = found[0]
    if found.shape in ((14, 14), (1, 14, 14)):
        raise Mistake("14 x 14 places: this is the cat's photo, x. Take the collage, scene_x.")
    expect.array(found, cat.shape)
    against = _stretched(np.maximum(-cat, 0))
    classic = [
        (np.maximum(cat, 0), "This map speaks for the cat. Change the sign of the score."),
        (cat, "This is the weighted sum for the cat: turn its sign, then cut off with ReLU."),
        (-cat, "The sign is right, but there are negative values: the ReLU is missing."),
        (-np.maximum(cat, 0), "You changed the sign after the ReLU. It has to come before."),
        (np.minimum(cat, 0), "These places speak against the cat, but with a minus: ReLU last."),
        (np.abs(cat), "abs puts for and against into one map. Keep only what is against."),
        (0 * cat, "All zero: the ReLU got only negative values. Change the sign before it."),
    ]
    classic += [
        (np.maximum(total, 0), f"This map speaks for {name}, which is another question.")
        for name, total in zip(PHOTOS, sums, strict=True)
    ]
    expect.close(
        _stretched(found),
        against,
        tolerance=0.02,
        classic=[(_stretched(wrong), words) for wrong, words in classic],
        otherwise="The shape is right, but this is not the map against the cat in the collage. "
        "Is the score a logit, before softmax?",
    )


@cache
def _trials() -> list[tuple[np.ndarray, int]]:
    from helpers.datasets import PHOTOS, load_photo
    from helpers.inputs import prepare

    two = np.stack([load_photo(name, 96) for name in ("flower", "cat")])
    wide = load_photo("astronaut", 128)[None, :96]
    ways = ((two, "flower"), (wide, "astronaut"))
    return [(prepare(_vgg(), pixels), PHOTOS.index(name)) for pixels, name in ways]


def _refuse_shape(found: np.ndarray, maps: np.ndarray) -> None:
    count, height, width, channels = maps.shape
    mistakes = {
        (): "Your function returns a single number; it should return a map for each image.",
        (height, width): "The axis that counts the images is gone; keep it, also for one image.",
        maps.shape: "There is still one map a filter: add them up, weighted (@ does both).",
        (count, channels): "The places are gone: do not average the maps, weight them.",
        (channels,): "This is a value for each filter; the heatmap has a value for each place.",
        (count, height, width, 1): "The channel axis, of length 1, is left over: drop it.",
    }
    if found.shape in mistakes:
        raise Mistake(mistakes[found.shape])
    expect.array(found, (count, height, width))


@exercise(
    "05.3",
    "feature_maps gives the maps; model.get_layer('logits').get_weights() gives kernel and bias.",
    "The kernel has a row for each filter and a column for each class: kernel[:, class_index].",
    "Return np.maximum(maps @ column / (maps.shape[1] * maps.shape[2]), 0).",
)
def _class_activation_map(answer: object) -> None:
    columns = _vgg().get_layer("logits").get_weights()[0]
    for prepared, index in _trials():
        found = expect.array(expect.call(answer, prepared.copy(), index))
        maps, _, total = _evidence(prepared, index)
        if found.shape != total.shape:
            _refuse_shape(found, maps)
        right, places = np.maximum(total, 0), maps.shape[1] * maps.shape[2]
        top = right.max(axis=(1, 2), keepdims=True)
        classic = [
            (total, "There are negative values: apply ReLU at the end."),
            (right * places, "These are sums: divide by the number of places."),
            (total * places, "Divide by the number of places, then apply ReLU."),
            (
                right * places / 196,
                "You divide by 196, which is right for 224 x 224 pixels only. Count the places.",
            ),
            (right * places / maps.shape[-1], "You divide by the filters, not by the places."),
            (right / top, "This is stretched to 0 to 1. Return the raw map, as grad_cam does."),
            (right / right.max(), "This is stretched to 0 to 1. Return the raw map."),
            (
                maps @ np.maximum(columns[:, index], 0) / places,
                "You dropped the negative weights. ReLU comes after the sum, not before.",
            ),
            (np.maximum(maps.mean(axis=-1), 0), "This is the mean of the maps: weight them."),
        ]
        for other in set(range(columns.shape[1])) - {index}:
            wrong = np.maximum(maps @ columns[:, other] / places, 0)
            classic.append((wrong, "This is the map of another class: use class_index."))
        expect.close(found, right, tolerance=0.01, classic=classic)
