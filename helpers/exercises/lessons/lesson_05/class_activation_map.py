"""Exercise 05.3: CAM by hand."""

from functools import cache

import numpy as np

from helpers.datasets import PHOTOS, load_photo
from helpers.exercises import expect
from helpers.exercises.checks import exercise
from helpers.exercises.lessons.lesson_05.data import evidence, vgg
from helpers.inputs import prepare


@cache
def _trials() -> list[tuple[np.ndarray, int]]:
    two = np.stack([load_photo(name, 96) for name in ("flower", "cat")])
    wide = load_photo("astronaut", 128)[None, :96]
    ways = ((two, "flower"), (wide, "astronaut"))
    return [(prepare(vgg(), pixels), PHOTOS.index(name)) for pixels, name in ways]


def _wrong_shapes(count: int, height: int, width: int, channels: int) -> dict[tuple, str]:
    return {
        (): "Your function returns a single number; it should return a map for each image.",
        (height, width): "The axis that counts the images is gone; keep it, also for one image.",
        (
            count,
            height,
            width,
            channels,
        ): "There is still one map a filter: add them up, weighted (@ does both).",
        (count, channels): "The places are gone: do not average the maps, weight them.",
        (channels,): "This is a value for each filter; the heatmap has a value for each place.",
        (count, height, width, 1): "The channel axis, of length 1, is left over: drop it.",
    }


@exercise(
    "05.3",
    "feature_maps gives the maps; model.get_layer('logits').get_weights() gives kernel and bias.",
    "The kernel has a row for each filter and a column for each class: kernel[:, class_index].",
    "Return np.maximum(maps @ column / (maps.shape[1] * maps.shape[2]), 0).",
)
def _class_activation_map(answer: object) -> None:
    columns = vgg().get_layer("logits").get_weights()[0]
    for prepared, index in _trials():
        returned = expect.call(answer, prepared.copy(), index)
        maps, _, total = evidence(prepared, index)
        heatmaps = expect.array(returned, total.shape, _wrong_shapes(*maps.shape))
        right, places = np.maximum(total, 0), maps.shape[1] * maps.shape[2]
        top = right.max(axis=(1, 2), keepdims=True)
        mistakes = [
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
            mistakes.append((wrong, "This is the map of another class: use class_index."))
        expect.close(heatmaps, right, tolerance=0.01, mistakes=mistakes)
