"""An answer as a picture, beside the one that was expected."""

import numpy as np

from helpers.figures import Picture
from helpers.plots import show_images

TITLES = ("yours", "expected", "difference")


def compared(yours: np.ndarray, expected: np.ndarray) -> Picture:
    """Show an answer, what was expected, and the absolute difference, on one scale.

    Args:
        yours: a uint8 photo (h, w, 3) or a map (h, w).
        expected: of the same shape and range.

    >>> compared(np.eye(4), np.eye(4)).alt
    'Your answer, the expected one and their difference: 0 % of the places differ.'
    """
    one, other = np.float64(yours), np.float64(expected)
    difference = np.abs(one - other)
    differ = difference > 0.01 * max(np.abs(other).max(), 1e-12)
    share = (differ.any(axis=2) if differ.ndim == 3 else differ).mean()
    pictures: list[np.ndarray] = [yours, expected, difference.astype(yours.dtype)]
    return show_images(
        pictures,
        TITLES,
        alt=f"Your answer, the expected one and their difference: {share:.0%} of the places "
        "differ.".replace("%", " %"),
        size=2.4,
        limits=(0, max(one.max(), other.max(), 1e-12)),
    )
