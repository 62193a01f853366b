"""The pointing game: does a heatmap's peak lie where it should?"""

from typing import NamedTuple

import numpy as np


class Pointing(NamedTuple):
    """``hit``: bool (n,), is the peak inside? ``energy``: float32 (n,), share of the map inside."""

    hit: np.ndarray
    energy: np.ndarray


def pointing_game(heatmaps: np.ndarray, masks: np.ndarray) -> Pointing:
    """Say whether each heatmap's peak lies inside a region, and how much of the map does.

    After Zhang et al. 2016, "Top-down neural attention by excitation backprop". Of several equal
    peaks the first one counts, row by row from the top left.

    Args:
        heatmaps: (n, h, w), at least 0. A map of zeros does not hit and has energy 0.
        masks: (n, h, w) or (h, w), the region: bool, or numbers of which 0 is outside.

    Returns:
        ``Pointing(hit, energy)``, one value a heatmap.

    Raises:
        ValueError: the sizes differ, or a heatmap has negative values or NaN.

    >>> pointing_game(np.array([[[3, 1]]]), np.array([[True, False]])).energy
    array([0.75], dtype=float32)
    """
    heatmaps = np.asarray(heatmaps, np.float32)
    if heatmaps.ndim != 3 or heatmaps.shape[-2:] != np.shape(masks)[-2:]:
        raise ValueError(f"heatmaps {heatmaps.shape} and masks {np.shape(masks)} differ in size")
    if not heatmaps.min(initial=0) >= 0:
        raise ValueError("a heatmap has negative values or NaN; cut them off or use cam.to_heatmap")
    flat = heatmaps.reshape(len(heatmaps), -1)
    inside = np.broadcast_to(np.asarray(masks, bool), heatmaps.shape).reshape(flat.shape)
    total = flat.sum(axis=1)
    hit = inside[np.arange(len(flat)), flat.argmax(axis=1)] & (total > 0)
    return Pointing(hit, (flat * inside).sum(axis=1) / np.where(total > 0, total, 1))
