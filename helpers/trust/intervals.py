"""How far a mean can be trusted."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

RESAMPLES = 2000


class Mean(NamedTuple):
    """A mean and the ends of its 95 % interval."""

    mean: float
    low: float
    high: float


def mean_interval(values: ArrayLike, *, seed: int = 0) -> Mean:
    """Return the mean of some values and its 95 % interval by the bootstrap.

    The values are drawn again 2,000 times, with replacement; the interval holds the middle 95 % of
    the means (Efron 1979). It tells of other images of the same kind, not of other nets.

    Args:
        values: (n,), at least two finite numbers.

    Raises:
        ValueError: fewer than two values, or one that is not finite.

    >>> mean, low, high = mean_interval([0, 1, 2, 3, 4])
    >>> mean, low < 1 < 3 < high
    (2.0, True)
    """
    numbers = np.asarray(values, np.float64)
    if numbers.ndim != 1 or len(numbers) < 2 or not np.isfinite(numbers).all():
        raise ValueError(f"want two or more finite numbers in a row, not shape {numbers.shape}")
    drawn = np.random.default_rng(seed).integers(len(numbers), size=(RESAMPLES, len(numbers)))
    low, high = np.quantile(numbers[drawn].mean(axis=1), (0.025, 0.975))
    return Mean(float(numbers.mean()), float(low), float(high))
