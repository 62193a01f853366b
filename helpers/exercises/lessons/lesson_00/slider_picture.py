"""Exercise 00.2: the picture that a slider chooses, in another range."""

import numpy as np

from helpers.datasets import load_photo
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.images import fit

WIDTH = 28


@exercise(
    "00.2",
    "slider.value is where the slider stands; fit(cat, slider.value) is the picture it shows.",
    "uint8 holds whole numbers from 0 to 255. Which division brings these to 0 to 1?",
    "Move the slider to 28, then write fit(cat, slider.value) / 255.",
)
def _cat_from_the_slider(answer: object) -> None:
    picture = expect.array(answer)
    shape = picture.shape
    if len(shape) == 3 and shape[0] == shape[1] != WIDTH:
        raise Mistake(
            f"Your picture is {shape[1]} pixels wide, so that is where the slider stood. "
            f"Move it to {WIDTH} and run your cell again."
        )
    mistakes = {
        (): "This is a single number; give the picture that fit makes.",
        (1, WIDTH, WIDTH, 3): "This is a batch of one picture; leave the batch axis in front out.",
        (3, WIDTH, WIDTH): "The channel axis stands first; in this course it stands last.",
    }
    expect.array(picture, (WIDTH, WIDTH, 3), mistakes)
    cat = fit(load_photo("cat", 224), WIDTH).astype(np.float64)
    expect.close(
        picture,
        cat / 255,
        mistakes=[
            (cat, "The values still run from 0 to 255: the shirt's run from 0 to 1."),
            (cat // 255, "// divides without a remainder, and all becomes 0; use /."),
            (cat / cat.max(), "You divided by this picture's own largest value, not by 255."),
            (cat / 127.5 - 1, "These values run from -1 to 1, the shirt's from 0 to 1."),
            (cat[..., ::-1] / 255, "Red and blue have changed places."),
        ],
        otherwise=f"It has the right shape, but it is not the cat of {WIDTH} pixels in 0 to 1.",
    )
