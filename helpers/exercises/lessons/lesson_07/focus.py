"""Exercise 07.3: the share of energy in a map's hottest cells."""

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import exercise


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


def _wrong_shapes(count: int) -> dict[tuple, str]:
    return {
        (): "Your function returns a single number. Give a share for each map.",
        (count, 4): "These are the four cells of each map. Add them up.",
        (count, 1): "There are axes of length 1 left over. Return the shape (n,).",
        (count, 1, 1): "There are axes of length 1 left over. Return the shape (n,).",
        (4,): "Four numbers for all maps together. Sort each map on its own.",
    }


@exercise(
    "07.3",
    "Make each map flat: heatmaps.reshape(len(heatmaps), -1). np.sort sorts each row upwards.",
    "After sorting, cells[:, -4:].sum(axis=1) is the energy in the four hottest cells.",
    "Divide by total = cells.sum(axis=1); np.where(total > 0, total, 1) saves empty maps.",
)
def _focus(answer: object) -> None:
    for maps in _trials():
        count = len(maps)
        shares = expect.array(expect.call(answer, maps.copy()), (count,), _wrong_shapes(count))
        right, total = _shares(maps, slice(-4, None)), maps.sum(axis=(1, 2))
        mistakes = [
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
        expect.close(shares, right, tolerance=1e-3, mistakes=mistakes)
