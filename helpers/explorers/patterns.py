"""Grow the pattern that a filter longs for, and watch."""

import numpy as np
from traitlets import Float, Int, Unicode, validate

from helpers._choices import unknown
from helpers._recipes import RECIPES, SCALES
from helpers._tensorflow import keras
from helpers.explorers.base import FilterExplorer
from helpers.explorers.controls import Choice, Number
from helpers.explorers.growth import Garden, Grown, says
from helpers.explorers.panels import number, panel, row

STEPS = 200  # at most
ROW = 4  # so many of the patterns grown before are shown beside the new one


class PatternExplorer(FilterExplorer):
    """See ``explore_patterns``."""

    steps = Int(40, min=1, max=STEPS)
    step_size = Float(1.0, min=0.1, max=10.0)
    gradient_scale = Unicode("rms")
    recipe = Unicode("alive")

    def __init__(self, model: keras.Model) -> None:
        self.start_at(model, 0)
        self._garden = Garden(model)
        self._latest: list[tuple[str, np.ndarray]] = []
        controls = {
            "steps": Number("steps", 1, STEPS),
            "step_size": Number("step size", 0.1, 10.0, 0.1),
            "gradient_scale": Choice("divided by", list(SCALES), slider=False),
            "recipe": Choice("recipe", list(RECIPES), slider=False),
        }
        for trait, control in controls.items():
            control.follow(self, trait)
        super().__init__(model, [*controls.values(), self._garden.bar], tuple(controls))

    @validate("recipe", "gradient_scale")
    def _known_name(self, proposal: dict) -> str:
        valid = RECIPES if proposal["trait"].name == "recipe" else SCALES
        if proposal["value"] not in valid:
            kind = proposal["trait"].name.replace("_", " ")
            raise unknown(kind, proposal["value"], valid)
        return proposal["value"]

    def _sheet(self, picture: np.ndarray, title: str) -> np.ndarray:
        earlier = [panel(kept, name) for name, kept in self._latest[:ROW]]
        return row([panel(picture, title), *earlier])

    def draw(self) -> tuple[np.ndarray, str]:
        """The pattern, grown now or before, and the last ones grown."""
        settings = {
            "steps": self.steps,
            "step_size": self.step_size,
            "gradient_scale": self.gradient_scale,
            "recipe": self.recipe,
        }
        title = f"{self.layer}, {self.filter}, {self.recipe}, {self.steps}"

        def watch(picture: np.ndarray, step: int) -> None:
            self.show(self._sheet(picture, f"step {step}"), f"{self.place}, step {step}")

        grown = self._garden.grow(self.layer, self.filter, watch, **settings)
        self._latest = [kept for kept in self._latest if kept[1] is not grown.picture]
        sheet = self._sheet(grown.picture, title)
        self._latest.insert(0, (title, grown.picture))
        return sheet, self._words(grown)

    def _words(self, grown: Grown) -> str:
        return (
            f"{self.place}: grown by the recipe {self.recipe} in {self.steps} steps of "
            f"{number(self.step_size)}, gradient divided by its {self.gradient_scale}; "
            f"{says(grown)}."
        )


def explore_patterns(model: keras.Model) -> PatternExplorer:
    """Grow patterns: traits ``layer``, ``filter``, ``steps``, ``step_size``, ``gradient_scale``,
    ``recipe``.

    A new choice grows its pattern in sight; what was grown is kept and shown at once. Errors:
    see the package.
    """
    return PatternExplorer(model)
