"""What a model says of an image, ready to be shown."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from helpers._keras import keras
from helpers._keras.gradients import answers, end_of
from helpers.classes import probabilities
from helpers.explorers.panels import number

TOP = 5


class Answer(NamedTuple):
    """What a model says of one image: a score by class to sort by, and a number to show.

    ``rank``: what the class with the highest score is.
    """

    scores: np.ndarray
    shown: np.ndarray
    write: Callable[[float], str]
    rank: str

    def best(self) -> list[int]:
        """List the classes with the highest scores, highest first."""
        return np.argsort(-self.scores, kind="stable")[:TOP].tolist()

    def sure(self, chosen: int) -> str:
        """Write the number of one class."""
        return self.write(self.shown[chosen])


def answer(model: keras.Model, images: np.ndarray) -> Answer:
    """Ask a model about the first image: for probabilities, if it gives any."""
    end, several = end_of(model), model.output_shape[-1] > 1
    if end == "softmax" or (end == "linear" and several):
        shown = probabilities(model, images)[0]
        return Answer(shown, shown, "{:.0%}".format, "the predicted class, ")
    outputs, logits = answers(model, images)
    write = "{:.0%}".format if end == "sigmoid" else lambda value: f"output {number(value)}"
    rank = f"the {'most probable' if end == 'sigmoid' else 'predicted'} class, " if several else ""
    return Answer(logits[0], outputs[0], write, rank)


def class_called(typed: str, classes: Sequence[str]) -> int | None:
    """Find a class by its name in small letters, or by a part of it.

    >>> class_called("cat", ["Tomcat", "Cat", "Dog"]), class_called("do", ["Cat", "Dog"])
    (1, 1)
    """
    names = [name.lower() for name in classes]
    if typed in names:
        return names.index(typed)
    return next((i for i, name in enumerate(names) if typed and typed in name), None)
