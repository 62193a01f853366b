"""Exercise 05.3: cover the places that a heatmap calls important."""

from collections.abc import Callable

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, Slip, exercise
from helpers.exercises.feedback import compared
from helpers.exercises.lessons.lesson_05.data import small_photos
from helpers.figures import Picture

SHARE = 0.1


def _cubic(d: np.ndarray) -> np.ndarray:
    """Weigh neighbours at these distances by the cubic convolution of Keys (1981), a = -0.75."""
    near, far = 1.25 * d**3 - 2.25 * d**2 + 1, -0.75 * d**3 + 3.75 * d**2 - 6 * d + 3
    return np.where(d <= 1, near, np.where(d < 2, far, 0))


def _linear(d: np.ndarray) -> np.ndarray:
    return np.maximum(1 - d, 0)


def _weights(size: int, count: int, weigh: Callable) -> np.ndarray:
    """Weights (size, count) that stretch ``count`` values to ``size``; the edge goes on outside."""
    centres = (np.arange(size) + 0.5) * count / size - 0.5
    weights = np.zeros((size, count))
    for offset in range(-1, 3):
        neighbour = np.floor(centres) + offset
        inside = np.clip(neighbour, 0, count - 1).astype(int)
        np.add.at(weights, (np.arange(size), inside), weigh(np.abs(centres - neighbour)))
    return weights


def _stretch(heatmap: np.ndarray, photo: np.ndarray, weigh: Callable) -> np.ndarray:
    (rows, columns), (height, width) = heatmap.shape, photo.shape[:2]
    return _weights(height, rows, weigh) @ heatmap @ _weights(width, columns, weigh).T


def _hottest(heat: np.ndarray) -> np.ndarray:
    return heat > np.quantile(heat, 1 - SHARE)


def _covered(photo: np.ndarray, places: np.ndarray) -> np.ndarray:
    covered = photo.copy()
    covered[places] = np.rint(photo.mean(axis=(0, 1)))
    return covered


def _alike(one: np.ndarray, other: np.ndarray, pixels: np.ndarray | bool = True) -> bool:
    """Say whether photos agree, but for rounding and a few pixels at the limit of the tenth."""
    differ = np.abs(np.int64(one) - other).max(axis=2) > 1
    return (differ & pixels).sum() <= max(2, 0.01 * SHARE * differ.size)


def _trials() -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(7)
    (large,), (tiny,) = small_photos(120, 160, "coffee"), small_photos(37, 53, "palace")
    return [
        (large, 5 * rng.random((6, 8), np.float32)),
        (tiny, 0.02 * rng.random((3, 4), np.float32)),
    ]


def _photo(returned: object, photo: np.ndarray) -> np.ndarray:
    expect.array(returned, photo.shape)
    covered = np.asarray(returned)
    if covered.dtype != np.uint8:
        raise Slip(f"Your photo is of type {covered.dtype}; the photo that you got is uint8.")
    return covered


def _mistake(covered: np.ndarray, photo: np.ndarray, heatmap: np.ndarray) -> str:
    heat, linear = (_stretch(heatmap, photo, weigh) for weigh in (_cubic, _linear))
    hottest = _hottest(heat)
    colour, changed = photo.mean(axis=(0, 1)), (covered != photo).any(axis=2)
    if not changed.any():
        return "Your function returns the photo as it was: nothing is covered."
    if _alike(covered, _covered(photo, _hottest(-heat))):
        return "These are the coldest places. Cover the hottest."
    if _alike(covered, _covered(photo, _hottest(linear))):
        return "The heat is stretched in straight lines. cv2.resize needs cv2.INTER_CUBIC here."
    if _alike(covered, photo, ~hottest) and changed[hottest].mean() > 0.8:
        used = np.rint(covered[hottest].mean(axis=0)).astype(int)
        return (
            f"The right pixels change, but to the colour {tuple(used.tolist())} on average. The "
            f"photo's mean colour is {tuple(np.rint(colour).astype(int).tolist())}."
        )
    if abs(changed.mean() - SHARE) > 0.02:
        return (
            f"Your function changes {changed.mean():.0%} of the photo's pixels; a tenth is asked "
            "for."
        ).replace("%", " %")
    return "About a tenth is covered, but in other places. Has the heat become the photo's size?"


@exercise(
    "05.3",
    "First bring the heat to the photo's size. cv2.resize takes the width first, then the height.",
    "A tenth of all pixels is hotter than some limit, whatever the scale of the heatmap. Which "
    "function of NumPy finds it?",
    "photo.copy() keeps your photo whole, and a mask of true and false picks the pixels.",
)
def _hottest_tenth(answer: object) -> Picture:
    pictures = []
    for photo, heatmap in _trials():
        given = photo.copy()
        covered = _photo(expect.call(answer, given, heatmap.copy()), photo)
        if (given != photo).any():
            raise Mistake("Your function changes the photo that it is given: work on a copy.")
        heat = _stretch(heatmap, photo, _cubic)
        expected = _covered(photo, _hottest(heat))
        picture = compared(covered, expected)
        if not _alike(covered, expected):
            mistake = Mistake(_mistake(covered, photo, heatmap))
            mistake.picture = picture
            raise mistake
        pictures.append(picture)
    return pictures[0]
