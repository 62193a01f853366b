"""How alike two heatmaps are, by three measures."""

import numpy as np

from helpers._choices import unknown
from helpers._keras import tf

WINDOW = 7  # pixels, the side of the windows that ssim compares


def _ranks(values: np.ndarray) -> np.ndarray:
    """Rank of each value of a flat array; equal values share their mean rank."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[group]


def _pearson(one: np.ndarray, other: np.ndarray, _shape: tuple) -> float:
    if not np.ptp(one) or not np.ptp(other):
        return 0.0
    return round(float(np.corrcoef(one, other)[0, 1]), 12)


def _spearman(one: np.ndarray, other: np.ndarray, shape: tuple) -> float:
    return _pearson(_ranks(one), _ranks(other), shape)


def _ssim(one: np.ndarray, other: np.ndarray, shape: tuple) -> float:
    if min(shape) < WINDOW:
        raise ValueError(f"maps of shape {shape} are too small for ssim: it needs 7 x 7 or more")
    pair = [(m - m.min()) / (np.ptp(m) or 1) for m in (one, other)]
    first, second = (tf.constant(m.reshape(*shape, 1), tf.float32) for m in pair)
    return float(tf.image.ssim(first, second, max_val=1.0, filter_size=WINDOW))


MEASURES = {"spearman": _spearman, "pearson": _pearson, "ssim": _ssim}


def similarity(one: np.ndarray, other: np.ndarray, measure: str = "spearman") -> float:
    """Compare two maps of the same size.

    Args:
        one, other: (h, w), of any range.
        measure: ``"spearman"``, correlation of ranks; ``"pearson"``, of values; ``"ssim"``,
            structural similarity of the maps stretched to [0, 1] (Wang et al. 2004, windows of
            7x7).

    Returns:
        1 for equal maps; 0 where one of them is constant, except for ``"ssim"``.

    Raises:
        ValueError: unknown measure, maps of different sizes, or maps below 7x7 for ``"ssim"``.

    >>> similarity(np.eye(8), -np.eye(8), "pearson")
    -1.0
    """
    if measure not in MEASURES:
        raise unknown("measure", measure, MEASURES)
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    if one.shape != other.shape or one.ndim != 2:
        raise ValueError(f"maps of shape {one.shape} and {other.shape}; want twice the same (h, w)")
    return MEASURES[measure](one.ravel(), other.ravel(), one.shape)
