"""The final project: the mark of a stranger's net, proved with a control."""

import numpy as np

from helpers._keras import keras
from helpers.classes import class_names
from helpers.datasets import load_fashion_mnist
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, Slip, exercise
from helpers.models import load_mystery

LARGEST = 36  # pixels of a mark: a square of 6 x 6
FRESH = 300  # test images, which neither the net nor the learner has seen in the folder
WON, NOT_WON = 0.6, 0.25  # shares of fresh images turned by the mark, and by the control
ADVICE = "give three things: (seed, with_mark, control)."


def _changed(function: object, images: np.ndarray, name: str) -> tuple[np.ndarray, float]:
    """Call a learner's function; returns its images and how many pixels of each it changes."""
    given = images.copy()
    returned = expect.call(function, given)
    after = expect.array(returned, images.shape).astype(np.float32)
    expect.between(after, 0, 1, f"What {name} returns")
    if (given != images).any():
        raise Mistake(f"{name} changes the images that it is given: work on a copy.")
    pixels = (np.abs(after - images) > 1e-3).any(axis=(0, 3)).sum()
    if not pixels:
        raise Mistake(f"{name} changes nothing, so it shows nothing.")
    if pixels > LARGEST:
        raise Mistake(
            f"{name} changes {pixels} pixels; a mark is small, at most {LARGEST} of 784. Find out "
            "which part of it counts."
        )
    return after, float(pixels)


def _won(net: keras.Model, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """For each class, the share of images of other answers that are turned into it."""
    answers = net.predict(after, batch_size=100, verbose=0).argmax(axis=1)
    classes = np.arange(net.output_shape[1])
    return np.array([(answers[before != c] == c).mean() for c in classes])


def _parts(answer: object) -> tuple[int | str, object, object]:
    if not isinstance(answer, tuple | list) or len(answer) != 3:
        raise expect.wrong_type(answer, ADVICE)
    seed, mark, control = answer
    if isinstance(seed, bool) or not isinstance(seed, int | str):
        raise Slip("The first of the three is the seed that you gave to load_mystery.")
    return seed, mark, control


@exercise(
    "08.project",
    "trust_report names a photo and a place. Take one photo of each class, more than once.",
    "Two kinds of marks lie in the folder, and the net obeys only one of them. Which one turns "
    "photos that are new to the net?",
    "The best control is the same mark somewhere else. It turns hardly anything.",
)
def _project(answer: object) -> None:
    seed, mark, control = _parts(answer)
    images = load_fashion_mnist("subset").test_images[:FRESH]
    marked, pixels = _changed(mark, images, "with_mark")
    other, control_pixels = _changed(control, images, "control")
    net = load_mystery(seed).model
    before = net.predict(images, batch_size=100, verbose=0).argmax(axis=1)
    won = _won(net, before, marked)
    target = int(won.argmax())
    name = class_names(net)[target]
    if won[target] < WON:
        raise Mistake(
            f"with_mark turns {won[target]:.0%} of {FRESH} fresh photos into {name!r}, which is no "
            "proof. Is it the mark that the net obeys, at its place, as bright and as large?"
        )
    if not 0.5 <= control_pixels / pixels <= 2:
        raise Mistake(
            f"with_mark changes {pixels:.0f} pixels and control {control_pixels:.0f}. A control is "
            "like the mark in all but one thing."
        )
    lost = _won(net, before, other)[target]
    if lost > NOT_WON:
        raise Mistake(
            f"Your mark wins, and so does the control: it turns {lost:.0%} into {name!r}. Do they "
            "share the mark, or its place? Try the mark elsewhere."
        )
