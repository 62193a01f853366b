"""Exercise 05.3: CAM by hand."""

from functools import cache

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lesson_05.data import evidence, vgg


@cache
def _trials() -> list[tuple[np.ndarray, int]]:
    from helpers.datasets import PHOTOS, load_photo
    from helpers.inputs import prepare

    two = np.stack([load_photo(name, 96) for name in ("flower", "cat")])
    wide = load_photo("astronaut", 128)[None, :96]
    ways = ((two, "flower"), (wide, "astronaut"))
    return [(prepare(vgg(), pixels), PHOTOS.index(name)) for pixels, name in ways]


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
    columns = vgg().get_layer("logits").get_weights()[0]
    for prepared, index in _trials():
        found = expect.array(expect.call(answer, prepared.copy(), index))
        maps, _, total = evidence(prepared, index)
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
