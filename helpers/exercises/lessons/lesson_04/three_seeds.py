"""Exercise 04.2: three pictures for one filter, grown from different noise."""

from functools import cache

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_04.data import FILTER, TILES, before_relu, noise_picture, vgg
from helpers.patterns import gradient_ascent

SIZE = 48


@cache
def _reference() -> tuple[float, np.ndarray]:
    """Activation of a picture grown for the filter, and all filters' activations in noise."""
    grown = gradient_ascent(vgg(), "block3_conv1", [FILTER], size=SIZE, seed=9)
    means = before_relu(
        np.concatenate([grown.images, noise_picture(0)[None, :SIZE, :SIZE]]), "block3_conv1"
    )
    means = means.mean(axis=(1, 2))
    return float(means[0, FILTER] - means[1, FILTER]), means[1]


def _three_pictures(answer: object) -> np.ndarray:
    if isinstance(answer, list | tuple):
        if any(hasattr(one, "activations") for one in answer):
            raise Mistake("gradient_ascent returns pictures and activations; take .images.")
        answer = [np.asarray(one) for one in answer] if len(answer) == 3 else answer
    pictures = expect.array(answer)
    if pictures.ndim == 5 and pictures.shape[1] == 1:
        pictures = pictures[:, 0]
    if pictures.ndim < 3 or pictures.shape[-1] == 1:
        raise Mistake("These are numbers, not pictures: take .images, not .activations.")
    if pictures.ndim == 4 and pictures.shape[1] == 3 != pictures.shape[-1]:
        raise Mistake("The channel axis stands in front of the rows; here it stands last.")
    if pictures.ndim == 3 or len(pictures) == 1:
        raise Mistake("This is one picture. Give three, one for each seed.")
    return expect.array(pictures, (3, None, None, 3))


@exercise(
    "04.2",
    "gradient_ascent has an argument seed: the same seed starts from the same noise.",
    "Call it three times, with seed=0, 1 and 2, and take .images[0] each time.",
    "np.stack([gradient_ascent(model, 'block3_conv1', [33], size=48, seed=s).images[0] "
    "for s in range(3)])",
)
def _three_seeds(answer: object) -> None:
    pictures = _three_pictures(answer)
    expect.between(pictures, 0, 255)
    if pictures.max() <= 1:
        raise Mistake("The values run from 0 to 1; leave the pictures in 0 to 255.")
    if min(pictures.shape[1:3]) < 24:
        raise Mistake("The pictures are smaller than the receptive field. Set size=48.")
    gain, noise = _reference()
    rises = before_relu(pictures, "block3_conv1").mean(axis=(1, 2)) - noise
    for number, rise in enumerate(rises):
        if rise[FILTER] < gain / 2:
            strongest = int(rise[:TILES].argmax())
            raise Mistake(
                f"Picture {number} does not excite filter {FILTER} of block3_conv1 as it should. "
                + (
                    f"It excites filter {strongest} more."
                    if rise[strongest] > gain / 2
                    else "Is it still noise, or grown for another layer?"
                )
            )
    alike = np.corrcoef(pictures.reshape(3, -1))[np.triu_indices(3, 1)]
    if alike.max() > 0.9:
        raise Mistake("At least two pictures are the same: give each ascent another seed.")
