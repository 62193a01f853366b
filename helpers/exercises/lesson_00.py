"""Checks of lesson 00: sources of data, shapes and ranges of images, a slider."""

from functools import cache

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise

GREY = (0.299, 0.587, 0.114)  # red, green, blue as bright as the eye sees them
WIDTH = 28


@cache
def _shapes() -> dict[str, tuple[int, ...]]:
    from helpers.datasets import load_fashion_mnist

    data = load_fashion_mnist()
    return {"test": data.test_images.shape, "train": data.train_images.shape}


@exercise(
    "00.1",
    "The pictures are a NumPy array, and every array knows its own shape.",
    "Look at data.test_images, not at shirt: shirt is one picture out of it.",
    "Write data.test_images.shape.",
)
def _shape_of_the_test_images(answer: object) -> None:
    found = expect.array(answer)
    if found.ndim > 1:
        raise Mistake("These are pictures; give their shape alone, four numbers.")
    given, right = tuple(found.ravel()), _shapes()["test"]
    count = right[0]
    if found.ndim == 1 and given == right:
        return
    mistakes = {
        right[1:]: "This is the shape of one picture. An axis in front counts the pictures.",
        right[:-1]: "The last axis is missing, the channel. Grey pictures have it too: it is 1.",
        (count, 1, 28, 28): "You put the channel axis in front of the rows; here it stands last.",
        _shapes()["train"]: "These are the training pictures; the exercise asks for the test set.",
        (count,): "This counts the pictures. The shape has three more numbers.",
        (np.prod(right),): "This counts all values (size). The shape names each axis.",
        (len(right),): "This counts the axes. The shape says how long each of them is.",
    }
    raise Mistake(mistakes.get(given, "These are not the four lengths of the axes."))


def _fitted_cat() -> np.ndarray:
    from helpers.datasets import load_photo
    from helpers.images import fit

    return fit(load_photo("cat", 224), WIDTH).astype(np.float64)


@exercise(
    "00.2",
    "slider.value is where the slider stands; fit(cat, slider.value) is the picture it shows.",
    "uint8 holds whole numbers from 0 to 255. Which division brings these to 0 to 1?",
    "Move the slider to 28, then write fit(cat, slider.value) / 255.",
)
def _cat_from_the_slider(answer: object) -> None:
    found, right = expect.array(answer), _fitted_cat()
    shape = found.shape
    if not shape:
        raise Mistake("This is a single number; give the picture that fit makes.")
    if shape == (1, *right.shape):
        raise Mistake("This is a batch of one picture; leave the batch axis in front out.")
    if shape == (3, WIDTH, WIDTH):
        raise Mistake("The channel axis stands first; in this course it stands last.")
    if len(shape) == 3 and shape[0] == shape[1] != WIDTH:
        raise Mistake(
            f"Your picture is {shape[1]} pixels wide, so that is where the slider stood. "
            f"Move it to {WIDTH} and run your cell again."
        )
    expect.close(
        found,
        right / 255,
        classic=[
            (right, "The values still run from 0 to 255: the shirt's run from 0 to 1."),
            (right // 255, "// divides without a remainder, and all becomes 0; use /."),
            (right / right.max(), "You divided by this picture's own largest value, not by 255."),
            (right / 127.5 - 1, "These values run from -1 to 1, the shirt's from 0 to 1."),
            (right[..., ::-1] / 255, "Red and blue have changed places."),
        ],
        otherwise=f"It has the right shape, but it is not the cat of {WIDTH} pixels in 0 to 1.",
    )


def _like(found: np.ndarray, wrong: np.ndarray) -> bool:
    return found.shape == wrong.shape and np.abs(found - wrong).max() <= 1e-3 * wrong.max()


def _refuse_shape(found: np.ndarray, photo: np.ndarray) -> None:
    height, width, channels = photo.shape
    mistakes = {
        (): "Your function returns one number for the whole picture; average the colours only.",
        (height, width): "The channel axis is gone; a grey picture has the shape (h, w, 1).",
        (width, channels): "You averaged over the rows; the colours are in the last axis.",
        (height, channels): "You averaged over the columns; the colours are in the last axis.",
        (1, height, width): "The channel axis stands first; in this course it stands last.",
        photo.shape: "There are still three channels; their mean is one.",
    }
    if found.shape in mistakes:
        raise Mistake(mistakes[found.shape])
    expect.array(found, (height, width, 1))


@exercise(
    "00.3",
    "The colours are in the last axis. NumPy's mean takes the axis to average over.",
    "keepdims=True keeps the averaged axis with length 1.",
    "Return photo.mean(axis=2, keepdims=True), divided by 255.",
)
def _grey_picture(answer: object) -> None:
    for seed, size in enumerate(((2, 5), (30, 20))):
        photo = np.random.default_rng(seed).integers(90, 256, (*size, 3), np.uint8)
        found = expect.array(expect.call(answer, photo.copy()))
        mean = photo.mean(axis=2, keepdims=True)
        if found.shape != mean.shape:
            _refuse_shape(found, photo)
        wrapped = photo.sum(axis=2, keepdims=True, dtype=np.uint8)
        for wrong in (wrapped / 3, wrapped / 3 / 255, wrapped // 3, wrapped // 3 / 255):
            if _like(found, wrong):
                raise Mistake(
                    "The sum of three uint8 values passes 255 and starts at 0 again. "
                    "Use mean, or turn the photo into floats first."
                )
        expect.close(
            found,
            mean / 255,
            classic=[
                (mean, "The values still run up to 255; bring them to 0 to 1."),
                (mean // 255, "// divides without a remainder, and all becomes 0; use /."),
                (mean * 3 / 255, "This is the sum of the three colours, not their mean."),
                (mean / mean.max(), "You divided by the picture's own largest value, not by 255."),
                (
                    photo @ np.array(GREY)[:, None] / 255,
                    "You weigh the colours, green most. The exercise asks for the plain mean.",
                ),
                (photo[..., :1] / 255, "This is the red channel alone; average all three."),
            ],
        )
