"""Exercise 07.2: how far one throw of random weights scatters."""

import warnings
from collections.abc import Iterator
from functools import cache

import numpy as np

from helpers.cam import grad_cam
from helpers.datasets import load_fashion_mnist
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.models import load_trained
from helpers.trust import randomize_from, similarity

SEEDS, SHIRTS, SHIRT = 5, 6, 6


@cache
def _throws(
    layer: str = "probabilities", measure: str = "spearman", at: str | None = None
) -> np.ndarray:
    """How alike the shirts' heatmaps are before and after, a row for each seed."""
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
        message = f"You destroyed all from {layer} on. Destroy the layer 'probabilities' only."
        yield _throws(layer), message
    yield _throws(at="pool2"), "These are heatmaps at pool2. Take the last convolution."


@exercise(
    "07.2",
    "Compute grad_cam of trusted once. In a loop over the seeds, compute it for destroyed copies.",
    "randomize_from(trusted, 'probabilities', seed=seed) destroys the last layer only.",
    "For each seed append [similarity(one, other) for one, other in zip(before, after)] to a list.",
)
def _scatter(answer: object) -> None:
    table = expect.array(answer)
    if table.size == 1:
        raise Mistake("This is a single number. Keep all 30: a mean hides how far they scatter.")
    if table.shape in ((SEEDS,), (SHIRTS,)):
        raise Mistake("You averaged. Keep a row for each seed and a column for each shirt.")
    if table.ndim > 2:
        raise Mistake("These look like heatmaps. similarity makes one number of each pair.")
    right = _throws()
    if table.shape == right.T.shape and np.abs(table.T - right).max() < 0.04:
        raise Mistake("Rows and columns have changed places: a row for each seed.")
    expect.array(table, right.shape)
    expect.between(table, -1.001, 1.001, "A rank correlation stays within −1 and 1. Your answer")
    expect.close(
        table,
        right,
        tolerance=0.05,
        mistakes=_wrong_throws(right),
        otherwise="The shape is right, but not all numbers are. Is it the net trusted, the first "
        "six of clean_shirts, the class SHIRT, and the seeds 0 to 4 in this order?",
    )
