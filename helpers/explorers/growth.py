"""Grow a pattern in sight of the learner, and keep what was grown."""

import time
from collections.abc import Callable
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from helpers._tensorflow import keras
from helpers.explorers.panels import number
from helpers.patterns import gradient_ascent

SIZE = 64  # of a pattern, in pixels, where the model takes any size
EVERY = 0.1  # seconds between two pictures of one that grows


class Grown(NamedTuple):
    """A pattern uint8 (size, size, 3), and its mean activation before and after."""

    picture: np.ndarray
    before: float
    after: float


class Garden:
    """All patterns grown so far for one model, and a bar that shows how far the next one is."""

    def __init__(self, model: keras.Model) -> None:
        self.model, self.size = model, model.input_shape[1] or SIZE
        self.kept: dict[tuple, Grown] = {}
        self.bar = widgets.IntProgress(description="growing", layout={"display": "none"})

    def grow(
        self, layer: str, chosen: int, watch: Callable[[np.ndarray, int], None], **settings
    ) -> Grown:
        """Return a pattern; one that is new calls ``watch`` with each picture and its step."""
        key = (layer, chosen, *settings.values())
        if key not in self.kept:
            self.bar.max, self.bar.value = settings["steps"], 0
            self.bar.layout.display = "flex"
            try:
                self.kept[key] = self._ascend(layer, chosen, watch, settings)
            finally:
                self.bar.layout.display = "none"
        return self.kept[key]

    def _ascend(self, layer: str, chosen: int, watch: Callable, settings: dict) -> Grown:
        shown = 0.0

        def on_step(number: int, pictures: np.ndarray) -> None:
            nonlocal shown
            if time.perf_counter() - shown > EVERY:
                self.bar.value, shown = number, time.perf_counter()
                watch(rgb(pictures[0]), number)

        found = gradient_ascent(
            self.model, layer, [chosen], size=self.size, on_step=on_step, **settings
        )
        first, last = found.activations[[0, -1], 0]
        return Grown(rgb(found.images[0]), float(first), float(last))


def rgb(picture: np.ndarray) -> np.ndarray:
    """Return a pattern (h, w, 1 or 3) in three channels."""
    return np.broadcast_to(picture, (*picture.shape[:2], 3))


def says(grown: Grown) -> str:
    """Describe how a pattern's activation moved."""
    if grown.before == grown.after:
        return f"its mean activation stayed at {number(grown.before)}: this filter did not move"
    return f"its mean activation went from {number(grown.before)} to {number(grown.after)}"
