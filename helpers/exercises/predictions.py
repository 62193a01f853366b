"""What the learner predicted, kept beside what happened."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import ipywidgets as widgets
from traitlets import Any, link

from helpers._choices import unknown

_predictions: dict[str, "Prediction"] = {}
NONE = "no prediction"


class Prediction(widgets.VBox):
    """A question with a field for the answer; ``value`` is the prediction, also from code.

    ``result`` is what happened, once ``compare`` has been called.
    """

    value = Any(None, allow_none=True)
    result = Any(None, allow_none=True)

    def __init__(self, question: str, options: Sequence[str] | None) -> None:
        self.question, self.options = question, options
        if options is None:
            self._field = widgets.Text(description="prediction", continuous_update=False)
            self._field.observe(
                lambda change: setattr(self, "value", change["new"] or None), "value"
            )
        else:
            self._field = widgets.RadioButtons(
                description="prediction",
                options=list(options),
                value=None,
                layout={"width": "max-content"},
            )
            link((self, "value"), (self._field, "value"))
        text = widgets.HTML(f"<p><b>{escape(question)}</b></p>")
        super().__init__([text, self._field])

    def choose(self, value: str) -> None:
        """Predict from code.

        Raises:
            ValueError: this is none of the options.
        """
        if self.options is not None and value not in self.options:
            raise unknown("option", value, self.options)
        self.value = value

    def compare(self, result: object) -> "Table":
        """Keep the result, and show prediction and result side by side."""
        self.result = result
        return Table([(self.question, self.value, result)])

    def __repr__(self) -> str:
        return f"<Prediction: {self.question}>"


@dataclass(frozen=True, repr=False)
class Table:
    """Questions, predictions and results, shown as a table."""

    rows: list[tuple[str, object, object]]

    HEAD = ("question", "you predicted", "result")

    def _cells(self) -> list[tuple]:
        return [
            (
                question,
                NONE if value is None else value,
                "not yet" if result is None else result,
            )
            for question, value, result in self.rows
        ]

    def __repr__(self) -> str:
        return "\n".join(" | ".join(map(str, row)) for row in (self.HEAD, *self._cells()))

    def _repr_html_(self) -> str:
        def row(cells: tuple, kind: str) -> str:
            end = kind[:2]
            inner = "".join(f"<{kind} align='left'>{escape(str(c))}</{end}>" for c in cells)
            return f"<tr>{inner}</tr>"

        body = "".join(row(cells, "td") for cells in self._cells())
        return f"<table>{row(self.HEAD, 'th scope=col')}{body}</table>"


def predict(question: str, options: Sequence[str] | None = None) -> Prediction:
    """Ask for a prediction: one of some options, or a short text.

    Asked again, the same question starts anew.

    >>> guess = predict("Which class is confused most?", ["Bag", "Shirt"])
    >>> guess.choose("Bag")
    >>> guess.compare("Shirt")
    question | you predicted | result
    Which class is confused most? | Bag | Shirt
    """
    _predictions[question] = Prediction(question, options)
    return _predictions[question]


def predictions() -> Table:
    """Return all predictions of this session with their results, as a table."""
    return Table([(one.question, one.value, one.result) for one in _predictions.values()])


def save_predictions(path: str | Path) -> Path:
    """Write all predictions of this session to a CSV file, and return its path."""
    path = Path(path)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(Table.HEAD)
        writer.writerows(predictions().rows)
    return path
