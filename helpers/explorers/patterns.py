"""Grow the pattern that a filter responds to most, and watch."""

import numpy as np
from traitlets import Float, Int

from helpers._keras import keras
from helpers.explorers.album import Pictures
from helpers.explorers.controls import OneOf
from helpers.explorers.growth import Pattern, PatternStore, describe_growth
from helpers.explorers.layers import FilterExplorer
from helpers.explorers.panels import number
from helpers.explorers.sheet import Panel, Sheet
from helpers.explorers.slider import Slider
from helpers.models import describe
from helpers.models.spec import Preprocess
from helpers.patterns.recipes import RECIPES, SCALES

STEPS = 200  # at most
ROW = 4  # so many of the patterns grown before are shown beside the new one


class PatternExplorer(FilterExplorer):
    """See ``explore_patterns``."""

    steps = Int(40, min=1, max=STEPS)
    step_size = Float(1.0, min=0.1, max=10.0)
    gradient_scale = OneOf("divided by", list(SCALES), "rms")
    live = False
    recipe = OneOf("recipe", list(RECIPES), "alive")

    def __init__(self, model: keras.Model) -> None:
        self.start_at(model)
        self._patterns = PatternStore(model)
        self._latest: list[tuple[str, np.ndarray]] = []
        traits = self.traits()
        controls = [
            Slider(label="steps", min=1, max=STEPS).follow(self, "steps"),
            Slider(label="step size", min=0.1, max=10, step=0.1).follow(self, "step_size"),
            traits["gradient_scale"].control(self),
            traits["recipe"].control(self),
            self._patterns.bar,
        ]
        super().__init__(controls, ("steps", "step_size", "gradient_scale", "recipe"))

    def _sheet_of(self, picture: np.ndarray, title: str, caption: str) -> Sheet:
        earlier = [Panel(pattern, name, "grown before") for name, pattern in self._latest[:ROW]]
        return Sheet([Panel(picture, title), *earlier], caption)

    def draw(self) -> Sheet:
        """The pattern, grown now or before, and the last ones grown."""
        settings = {
            "steps": self.steps,
            "step_size": self.step_size,
            "gradient_scale": self.gradient_scale,
            "recipe": self.recipe,
        }
        title = f"{self.layer}, {self.filter}, {self.recipe}, {self.steps}"

        def on_picture(picture: np.ndarray, step: int) -> None:
            self.show(self._sheet_of(picture, f"step {step}", f"{self.title}, step {step}"))

        pattern = self._patterns.grow(self.layer, self.filter, on_picture, **settings)
        self._latest = [pair for pair in self._latest if pair[1] is not pattern.picture]
        sheet = self._sheet_of(pattern.picture, title, self._describe(pattern))
        self._latest = [(title, pattern.picture), *self._latest[:ROW]]
        return sheet

    def _describe(self, pattern: Pattern) -> str:
        return (
            f"{self.title}: grown by the recipe {self.recipe} in {self.steps} steps of "
            f"{number(self.step_size)}, gradient divided by its {self.gradient_scale}; "
            f"{describe_growth(pattern)}."
        )


def explore_patterns(
    model: keras.Model,
    photos: Pictures = None,
    *,
    class_names: list[str] | None = None,
    preprocess: Preprocess | None = None,
) -> PatternExplorer:
    """Grow patterns in sight; what was grown before is shown at once.

    Args:
        model: a net with 2D convolutions and a square input of 1 or 3 channels.
        photos: not looked at, for a pattern grows from noise; all explorers are called alike.
        class_names, preprocess: what is not known of the model yet, as in ``models.describe``.

    Returns:
        A widget with the traits ``layer``, ``filter``, ``steps``, ``step_size``,
        ``gradient_scale`` and ``recipe``; see the package for what all explorers share.

    Raises:
        ValueError: a model without convolutions or without a square input of 1 or 3 channels.

    >>> from helpers.models import build_fashion_cnn
    >>> explore_patterns(build_fashion_cnn()).recipe
    'alive'
    """
    return PatternExplorer(describe(model, class_names=class_names, preprocess=preprocess))
