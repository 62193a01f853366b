"""Exercise 00.3: a grey picture."""

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import exercise

LUMINANCE = (0.299, 0.587, 0.114)  # red, green, blue as bright as the eye sees them
WRAPPED = (
    "The sum of three uint8 values passes 255 and starts at 0 again. "
    "Use mean, or turn the photo into floats first."
)


def _wrong_shapes(photo: np.ndarray) -> dict[tuple, str]:
    height, width, channels = photo.shape
    return {
        (): "Your function returns one number for the whole picture; average the colours only.",
        (height, width): "The channel axis is gone; a grey picture has the shape (h, w, 1).",
        (width, channels): "You averaged over the rows; the colours are in the last axis.",
        (height, channels): "You averaged over the columns; the colours are in the last axis.",
        (1, height, width): "The channel axis stands first; in this course it stands last.",
        photo.shape: "There are still three channels; their mean is one.",
    }


@exercise(
    "00.3",
    "The colours are in the last axis. NumPy's mean takes the axis to average over.",
    "keepdims=True keeps the averaged axis with length 1.",
    "Return photo.mean(axis=2, keepdims=True), divided by 255.",
)
def _grey_picture(answer: object) -> None:
    for seed, size in enumerate(((2, 5), (30, 20))):
        photo = np.random.default_rng(seed).integers(90, 256, (*size, 3), np.uint8)
        returned = expect.call(answer, photo.copy())
        grey = expect.array(returned, (*size, 1), _wrong_shapes(photo))
        mean = photo.mean(axis=2, keepdims=True)
        wrapped = photo.sum(axis=2, keepdims=True, dtype=np.uint8)
        expect.close(
            grey,
            mean / 255,
            mistakes=[
                (wrapped / 3, WRAPPED),
                (wrapped / 3 / 255, WRAPPED),
                (wrapped // 3, WRAPPED),
                (wrapped // 3 / 255, WRAPPED),
                (mean, "The values still run up to 255; bring them to 0 to 1."),
                (mean // 255, "// divides without a remainder, and all becomes 0; use /."),
                (mean * 3 / 255, "This is the sum of the three colours, not their mean."),
                (mean / mean.max(), "You divided by the picture's own largest value, not by 255."),
                (
                    photo @ np.array(LUMINANCE)[:, None] / 255,
                    "You weigh the colours, green most. The exercise asks for the plain mean.",
                ),
                (photo[..., :1] / 255, "This is the red channel alone; average all three."),
            ],
        )
