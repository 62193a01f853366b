"""The pointing game: does a heatmap's peak lie where it should?"""

from typing import NamedTuple

import numpy as np


class Pointing(NamedTuple):
    """``hit``: bool (n,), is the peak inside? ``energy``: float32 (n,), share of the map inside."""

    hit: np.ndarray
    energy: np.ndarray


def _peaks(heatmaps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of each map's peak: the centre of all cells that are equally hot."""
    top = heatmaps == heatmaps.max(axis=(1, 2), keepdims=True)
    count = top.sum(axis=(1, 2))
    sums = (np.einsum("nhw,h->n", top, range(top.shape[1])), top.sum(axis=1) @ range(top.shape[2]))
    rows, columns = (np.floor(total / count + 0.5).astype(int) for total in sums)
    return rows, columns


def pointing_game(heatmaps: np.ndarray, masks: np.ndarray) -> Pointing:
    """Say whether each heatmap's peak lies inside a region, and how much of the map does.

    After Zhang et al. 2016, "Top-down neural attention by excitation backprop". Of several equal
    peaks the centre counts, so that no corner is preferred.

    Args:
        heatmaps: (n, h, w), at least 0. A map of zeros does not hit and has energy 0.
        masks: (n, h, w) or (h, w), the region: bool, or numbers of which 0 is outside.

    Returns:
        ``Pointing(hit, energy)``, one value a heatmap.

    Raises:
        ValueError: the sizes differ, or a heatmap has negative values or NaN.

    >>> pointing_game(np.ones((1, 3, 3)), np.eye(3)).hit  # the centre of nine equal peaks
    array([ True])
    >>> pointing_game(np.array([[[3, 1]]]), np.array([[True, False]])).energy
    array([0.75], dtype=float32)
    """
    heatmaps = np.asarray(heatmaps, np.float32)
    if heatmaps.ndim != 3 or heatmaps.shape[-2:] != np.shape(masks)[-2:]:
        raise ValueError(f"heatmaps {heatmaps.shape} and masks {np.shape(masks)} differ in size")
    if not heatmaps.min(initial=0) >= 0:
        raise ValueError("a heatmap has negative values or NaN; cut them off or use cam.to_heatmap")
    inside = np.broadcast_to(np.asarray(masks, bool), heatmaps.shape)
    total = heatmaps.sum(axis=(1, 2))
    hit = inside[np.arange(len(heatmaps)), *_peaks(heatmaps)] & (total > 0)
    energy = (heatmaps * inside).sum(axis=(1, 2)) / np.where(total > 0, total, 1)
    return Pointing(hit, energy.astype(np.float32))
