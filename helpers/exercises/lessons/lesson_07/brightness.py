"""Exercise 07.1: a colour map whose brightness lies."""

from functools import cache

import numpy as np

from helpers.cam import to_heatmap
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.images import blur, overlay, stretch
from helpers.trust import similarity

SIDE = 224
LUMINANCE = (0.2126, 0.7152, 0.0722)


@cache
def _rainbow() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The lesson's first smooth random map, stretched, and its picture in two colour maps."""
    random = np.random.default_rng(1).random((14, 14, 1))
    heatmap = to_heatmap(blur(random, 1.5)[:, :, 0])
    values = np.clip(stretch(heatmap, SIDE, SIDE), 0, 1)
    black = np.zeros((SIDE, SIDE, 3), np.uint8)
    return values, {name: overlay(black, heatmap, 1, name, "blend") for name in ("jet", "viridis")}


def _pair(weights: tuple[float, ...], measure: str = "spearman") -> np.ndarray:
    """How brightness follows the values, in jet and in viridis."""
    values, pictures = _rainbow()
    return np.array([similarity(p @ weights, values, measure) for p in pictures.values()])


@exercise(
    "07.1",
    "rainbow @ [0.2126, 0.7152, 0.0722] is the brightness of each pixel in jet; even is viridis.",
    "similarity compares the ranks of two arrays (224, 224): brightness and values.",
    "answer_07_1 = [similarity(p @ [0.2126, 0.7152, 0.0722], values) for p in (rainbow, even)]",
)
def _brightness(answer: object) -> None:
    if isinstance(answer, dict):
        named = {str(key).strip().lower(): value for key, value in answer.items()}
        if not {"jet", "viridis"} <= set(named):
            raise Mistake("Your dictionary needs the keys jet and viridis. Or give a list.")
        answer = [named["jet"], named["viridis"]]
    pair = expect.array(answer)
    if pair.size == 1:
        raise Mistake("This is one number. Give two: jet first, then viridis.")
    if pair.ndim > 1:
        raise Mistake("These are whole arrays. The rank correlation makes one number of each.")
    expect.array(pair, (2,))
    expect.between(pair, -1.001, 1.001, "A rank correlation stays within −1 and 1. Your answer")
    right, even = _pair(LUMINANCE), (1 / 3, 1 / 3, 1 / 3)
    mistakes = [
        (right[::-1], "Right numbers, wrong order: jet first, then viridis."),
        (np.abs(right), "You dropped the sign. It says in which direction the brightness goes."),
        (_pair(even), "This is the mean of red, green and blue. To the eye, green counts most."),
        (_pair(LUMINANCE, "pearson"), "You compared values. A rank correlation compares ranks."),
        (_pair(even, "pearson"), "Take the given weights of the colours, and compare ranks."),
        (_pair(LUMINANCE[::-1]), "Red and blue have changed places: the channels are RGB."),
        ((right[0], right[0]), "You took jet twice. The picture in viridis is called even."),
        ((1, 1), "Both are 1: you took viridis twice, or the values twice. Jet is rainbow."),
    ]
    expect.close(pair, right, tolerance=0.02, mistakes=mistakes)
