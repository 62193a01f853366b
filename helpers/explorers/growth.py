"""Grow a pattern in sight of the learner, and keep what was grown."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from helpers._keras import keras
from helpers.explorers.controls import progress
from helpers.explorers.panels import number
from helpers.explorers.recent import Recent
from helpers.patterns import gradient_ascent

SIZE = 128  # of a pattern, in pixels, where the model takes any size
MOST = 200  # patterns kept
EVERY = 0.4  # seconds between two pictures of one that grows


class Pattern(NamedTuple):
    """A pattern uint8 (size, size, 3), and its mean activation before and after."""

    picture: np.ndarray
    before: float
    after: float


class PatternStore:
    """The patterns grown last for one model, and a bar that shows how far the next one is."""

    def __init__(self, model: keras.Model) -> None:
        self.model, self.size = model, model.input_shape[1] or SIZE
        self._patterns = Recent(MOST)
        self.bar = progress("growing")

    def grow(
        self, layer: str, chosen: int, on_picture: Callable[[np.ndarray, int], None], **settings
    ) -> Pattern:
        """Return a pattern; one that is new calls ``on_picture`` with each picture and its step."""
        key = (layer, chosen, *settings.values())
        return self._patterns.get(key, lambda: self._ascend(layer, chosen, on_picture, settings))

    def _ascend(self, layer: str, chosen: int, on_picture: Callable, settings: dict) -> Pattern:
        shown = 0.0

        def on_step(number: int, pictures: np.ndarray) -> None:
            nonlocal shown
            if time.perf_counter() - shown > EVERY:
                self.bar.value, shown = number, time.perf_counter()
                on_picture(rgb(pictures[0]), number)

        self.bar.max, self.bar.value = settings["steps"], 0
        self.bar.layout.display = "flex"
        try:
            ascent = gradient_ascent(
                self.model, layer, [chosen], size=self.size, on_step=on_step, **settings
            )
        finally:
            self.bar.layout.display = "none"
        before, after = ascent.activations[[0, -1], 0]
        return Pattern(rgb(ascent.images[0]), float(before), float(after))


def rgb(picture: np.ndarray) -> np.ndarray:
    """Return a pattern (h, w, 1 or 3) in three channels."""
    return np.broadcast_to(picture, (*picture.shape[:2], 3))


def describe_growth(pattern: Pattern) -> str:
    """Describe how a pattern's activation moved; processors differ in how far it gets."""
    if pattern.before == pattern.after:
        return f"its mean activation stayed at {number(pattern.before)}: this filter did not move"
    before, after = number(pattern.before), number(pattern.after, digits=1)
    return f"its mean activation went from {before} to about {after}"
