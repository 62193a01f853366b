"""Exercise 03.2: detail of a layer, loud and quiet channels alike."""

from functools import cache

import numpy as np

from helpers.activations import feature_maps
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_03.data import cat, vgg

INDICES = (2, 5, 9, 13, 17)  # the last convolution of each block
CELLS = 7
ONE = "This is a single number; give one for each of the five layers."


def detail(maps: np.ndarray) -> float:
    """Return the share of variance within 7 x 7 cells, all channels together."""
    step = len(maps) // CELLS
    blocks = maps.astype(np.float64).reshape(CELLS, step, CELLS, step, -1)
    layout = blocks.mean(axis=(1, 3)).var(axis=(0, 1)).sum()
    return 1 - layout / blocks.var(axis=(0, 1, 2, 3)).sum()


def _each(maps: np.ndarray) -> np.ndarray:
    """Return the detail of every channel, NaN for a silent one."""
    silent = maps.max(axis=(0, 1)) <= 0
    ones = [np.nan if quiet else detail(maps[..., [i]]) for i, quiet in enumerate(silent)]
    return np.array(ones)


@cache
def _details() -> tuple[np.ndarray, expect.Mistakes]:
    layers = [maps[0] for maps in feature_maps(vgg(), cat(224), INDICES)]
    each = [_each(maps) for maps in layers]
    right = np.array([np.nanmean(one) for one in each])
    mistakes = [
        (100 * right, "These are percents; give shares, 0 to 1."),
        (1 - right, "This is the layout, the other share. Detail is 1 minus it."),
        (
            [detail(maps) for maps in layers],
            "These are the numbers of the lesson's table, where loud channels count more.",
        ),
        (
            [np.nan_to_num(one).mean() for one in each],
            "Silent channels count as 0 here. They have no variance at all; leave them out.",
        ),
        (
            [np.nan_to_num(one, nan=1).mean() for one in each],
            "Silent channels count as 1 here. They have no variance at all; leave them out.",
        ),
        ([np.nanmedian(one) for one in each], "This is the median over channels, not the mean."),
        ([np.nanmean(one[:64]) for one in each], "These are the first 64 channels alone."),
        (
            [detail(maps.mean(axis=-1, keepdims=True)) for maps in layers],
            "You averaged the maps first and took one detail. First each channel's, then the mean.",
        ),
    ]
    return right, mistakes


@exercise(
    "03.2",
    "detail(maps[:, :, [i]]) is the detail of channel i alone.",
    "A silent channel has no variance, and 0 / 0 is NaN: keep channels whose maximum is above 0.",
    "For each layer: np.mean([detail(maps[:, :, [i]]) for i in the awake channels]).",
)
def _fair_detail(answer: object) -> None:
    try:
        numbers = np.asarray(answer, np.float64)
    except (TypeError, ValueError):
        numbers = expect.array(answer)
    if numbers.ndim == 1 and np.isnan(numbers).any():
        raise Mistake(
            "NaN: a silent channel has no variance, and 0 / 0 is no number. Leave it out."
        )
    right, mistakes = _details()
    shares = expect.array(answer, right.shape, {(): ONE})
    expect.close(
        shares,
        right,
        tolerance=5e-3,
        mistakes=mistakes,
        otherwise="These are not the means over the awake channels.",
    )
