"""Checks of lesson 07: a colour map that lies, how far one throw scatters, focus of a map."""

from collections.abc import Iterator
from functools import cache

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise

SIDE, SEEDS, SHIRTS, SHIRT = 224, 5, 6, 6
LUMINANCE = (0.2126, 0.7152, 0.0722)


@cache
def _rainbow() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The lesson's first smooth random map, stretched, and its picture in two colour maps."""
    from helpers.cam import to_heatmap
    from helpers.images import blur, overlay, stretch

    random = np.random.default_rng(1).random((14, 14, 1))
    heatmap = to_heatmap(blur(random, 1.5)[:, :, 0])
    values = np.clip(stretch(heatmap, SIDE, SIDE), 0, 1)
    black = np.zeros((SIDE, SIDE, 3), np.uint8)
    return values, {name: overlay(black, heatmap, 1, name) for name in ("jet", "viridis")}


def _pair(weights: tuple[float, ...], measure: str = "spearman") -> np.ndarray:
    """How brightness follows the values, in jet and in viridis."""
    from helpers._similarity import similarity

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
    found = expect.array(answer)
    if found.size == 1:
        raise Mistake("This is one number. Give two: jet first, then viridis.")
    if found.ndim > 1:
        raise Mistake("These are whole arrays. The rank correlation makes one number of each.")
    expect.array(found, (2,))
    expect.between(found, -1.001, 1.001, "A rank correlation stays within −1 and 1. Your answer")
    right, even = _pair(LUMINANCE), (1 / 3, 1 / 3, 1 / 3)
    classic = [
        (right[::-1], "Right numbers, wrong order: jet first, then viridis."),
        (np.abs(right), "You dropped the sign. It says in which direction the brightness goes."),
        (_pair(even), "This is the mean of red, green and blue. To the eye, green counts most."),
        (_pair(LUMINANCE, "pearson"), "You compared values. A rank correlation compares ranks."),
        (_pair(even, "pearson"), "Take the given weights of the colours, and compare ranks."),
        (_pair(LUMINANCE[::-1]), "Red and blue have changed places: the channels are RGB."),
        ((right[0], right[0]), "You took jet twice. The picture in viridis is called even."),
        ((1, 1), "Both are 1: you took viridis twice, or the values twice. Jet is rainbow."),
    ]
    expect.close(found, right, tolerance=0.02, classic=classic)


@cache
def _throws(
    layer: str = "probabilities", measure: str = "spearman", at: str | None = None
) -> np.ndarray:
    """How alike the shirts' heatmaps are before and after, a row for each seed."""
    import warnings

    from helpers._similarity import similarity
    from helpers.cam import grad_cam
    from helpers.datasets import load_fashion_mnist
    from helpers.models import load_trained
    from helpers.trust import randomize_from

    data, net = load_fashion_mnist("subset"), load_trained("fashion_cnn")
    shirts = data.test_images[data.test_labels == SHIRT][:SHIRTS]
    rows = []
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="a heatmap is zero")
        before = grad_cam(net, shirts, SHIRT, at)
        for seed in range(SEEDS):
            after = grad_cam(randomize_from(net, layer, seed=seed), shirts, SHIRT, at)
            pairs = zip(before, after, strict=True)
            rows.append([similarity(one, other, measure) for one, other in pairs])
    return np.array(rows)


def _wrong_throws(right: np.ndarray) -> Iterator[tuple[np.ndarray, str]]:
    """Classic mistakes, cheap ones first; a right answer never computes them."""
    yield np.ones_like(right), "All are 1: the net is not destroyed, or a map meets itself."
    for row in right:
        yield np.tile(row, (SEEDS, 1)), "All rows are equal: give randomize_from seed=seed."
    yield _throws(measure="pearson"), "You compared values. similarity compares ranks."
    for layer in ("dense1", "conv1"):
        words = f"You destroyed all from {layer} on. Destroy the layer 'probabilities' only."
        yield _throws(layer), words
    yield _throws(at="pool2"), "These are heatmaps at pool2. Take the last convolution."


@exercise(
    "07.2",
    "Compute grad_cam of trusted once. In a loop over the seeds, compute it for destroyed copies.",
    "randomize_from(trusted, 'probabilities', seed=seed) destroys the last layer only.",
    "For each seed append [similarity(one, other) for one, other in zip(before, after)] to a list.",
)
def _scatter(answer: object) -> None:
    found = expect.array(answer)
    if found.size == 1:
        raise Mistake("This is a single number. Keep all 30: a mean hides how far they scatter.")
    if found.shape in ((SEEDS,), (SHIRTS,)):
        raise Mistake("You averaged. Keep a row for each seed and a column for each shirt.")
    if found.ndim > 2:
        raise Mistake("These look like heatmaps. similarity makes one number of each pair.")
    right = _throws()
    if found.shape == right.T.shape and np.abs(found.T - right).max() < 0.04:
        raise Mistake("Rows and columns have changed places: a row for each seed.")
    expect.array(found, right.shape)
    expect.between(found, -1.001, 1.001, "A rank correlation stays within −1 and 1. Your answer")
    expect.close(
        found,
        right,
        tolerance=0.05,
        classic=_wrong_throws(right),
        otherwise="The shape is right, but not all numbers are. Is it the net trusted, the first "
        "six of clean_shirts, the class SHIRT, and the seeds 0 to 4 in this order?",
    )


def _trials() -> list[np.ndarray]:
    rng = np.random.default_rng(7)
    sharp = rng.random((5, 7, 7)) ** 8
    sharp[2] = 0  # a heatmap may be empty
    return [sharp, 30 * rng.random((3, 9, 14)).astype(np.float32)]


def _shares(maps: np.ndarray, chosen: slice) -> np.ndarray:
    """Share of the energy in some of the cells, sorted from cold to hot."""
    cells = np.sort(maps.reshape(len(maps), -1).astype(np.float64), axis=1)
    total = cells.sum(axis=1)
    return cells[:, chosen].sum(axis=1) / np.where(total > 0, total, 1)


@exercise(
    "07.3",
    "Make each map flat: heatmaps.reshape(len(heatmaps), -1). np.sort sorts each row upwards.",
    "After sorting, cells[:, -4:].sum(axis=1) is the energy in the four hottest cells.",
    "Divide by total = cells.sum(axis=1); np.where(total > 0, total, 1) saves empty maps.",
)
def _focus(answer: object) -> None:
    for maps in _trials():
        found, count = expect.array(expect.call(answer, maps.copy())), len(maps)
        if not found.ndim:
            raise Mistake("Your function returns a single number. Give a share for each map.")
        if found.shape == (count, 4):
            raise Mistake("These are the four cells of each map. Add them up.")
        if found.shape in ((count, 1), (count, 1, 1)):
            raise Mistake("There are axes of length 1 left over. Return the shape (n,).")
        if found.shape == (4,):
            raise Mistake("Four numbers for all maps together. Sort each map on its own.")
        expect.array(found, (count,))
        right, total = _shares(maps, slice(-4, None)), maps.sum(axis=(1, 2))
        classic = [
            (right * total, "These are sums: divide each by the sum of its map."),
            (right * total / 4, "This is the mean of the four. Share means: divide by the sum."),
            (right * total / maps.sum(), "Divide each by the sum of its own map, not of all."),
            (right * total / maps[0].size, "You divide by the number of cells, not by the sum."),
            (right / 4, "This is the mean share of the four. Add them up."),
            (right * 100, "These are percents. Give shares from 0 to 1."),
            (1 - right, "This is the share outside of the four hottest cells."),
            (_shares(maps, slice(0, 4)), "np.sort begins with the coldest. Take the last four."),
            (_shares(maps, slice(-1, None)), "This is the hottest cell alone. Take four."),
            (_shares(maps, slice(-3, None)), "These are three cells, not four."),
            (_shares(maps, slice(-5, None)), "These are five cells, not four."),
            (_shares(maps, slice(-5, -1)), "You left out the hottest cell: cells[:, -4:]."),
        ]
        expect.close(found, right, tolerance=1e-3, classic=classic)
