"""Exercise 07.1: peaks that are equally hot count equally."""

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import exercise


def _trials() -> list[tuple[np.ndarray, np.ndarray]]:
    """Give maps with one peak, with several and with none, and a region for them."""
    rng, trials = np.random.default_rng(1), []
    for height, width in ((5, 7), (6, 4)):
        maps = rng.integers(0, 4, (6, height, width)).astype(np.float32) / 8
        maps[0, 1, 2], maps[1, height - 1, 0] = 3, 2
        maps[2] = 0
        mask = rng.random((height, width)) < 0.4
        mask[1, 2], mask[-1, 0], mask[0, 0] = True, False, True
        trials.append((maps, mask))
    return trials


def _shares(maps: np.ndarray, mask: np.ndarray) -> np.ndarray:
    shares = []
    for one in maps:
        inside = mask[one == one.max()]
        shares.append(inside.mean() if one.max() > 0 else 0)
    return np.array(shares)


def _wrong_shapes(maps: np.ndarray) -> dict[tuple, str]:
    return {
        (): "Your function returns a single number. Give a share for each map.",
        maps.shape: "This is a number for each cell. Give one for each map.",
        (len(maps), 1, 1): "There are axes of length 1 left over. Return the shape (n,).",
    }


@exercise(
    "07.1",
    "Which cells of a map are as hot as its hottest? Compare the map with its own maximum.",
    "Of these cells, count those inside the region, and divide by how many there are in this map.",
    "A map of zeros has its maximum in every cell. Ask also that the maximum is above zero, and "
    "never divide by 0.",
)
def _fair_peak(answer: object) -> None:
    for maps, mask in _trials():
        count = len(maps)
        returned = expect.call(answer, maps.copy(), mask.copy())
        shares = expect.array(returned, (count,), _wrong_shapes(maps))
        right, flat = _shares(maps, mask), maps.reshape(count, -1)
        total = flat.sum(axis=1)
        top = maps == maps.max(axis=(1, 2), keepdims=True)
        tops, inside = top.sum(axis=(1, 2)), (top & mask).sum(axis=(1, 2))
        empty = total == 0
        everywhere = ((maps == maps.max()) & mask).sum(axis=(1, 2))
        mistakes = [
            (np.where(empty, inside / tops, right), "An empty map points nowhere: give it 0."),
            (mask.ravel()[flat.argmax(axis=1)], "argmax takes one of the peaks. Count all."),
            (
                mask.ravel()[flat.argmax(axis=1)] & ~empty,
                "argmax takes one of the peaks. Count all.",
            ),
            ((inside > 0) & ~empty, "This asks whether any peak lies inside. Give the share."),
            (np.where(empty, 0, inside), "These are counts: divide by each map's own peaks."),
            (inside, "These are counts: divide by each map's own peaks."),
            (1 - right, "This is the share outside of the region."),
            (np.where(empty, 0, 1 - right), "This is the share outside of the region."),
            (
                np.where(empty, 0, inside) / mask.sum(),
                "You divide by the cells of the region, not by the peaks.",
            ),
            (everywhere, "Each map has a maximum of its own: use axis=(1, 2)."),
            (
                (maps * mask).sum(axis=(1, 2)) / np.where(empty, 1, total),
                "This is the energy inside. Only the hottest cells count here.",
            ),
            (100 * right, "These are percents. Give shares from 0 to 1."),
        ]
        expect.close(shares, right, mistakes=mistakes)
