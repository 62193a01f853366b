"""What the learner predicted, kept beside what happened."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import ipywidgets as widgets
from traitlets import Any, Unicode, link

from helpers._choices import unknown
from helpers.exercises.order import mixed

_predictions: dict[str, "Prediction"] = {}


def radio_buttons(description: str, options: Sequence[str]) -> widgets.RadioButtons:
    """Make buttons of which none is chosen yet, as wide as their longest text."""
    return widgets.RadioButtons(
        description=description, options=options, value=None, layout={"width": "max-content"}
    )


def text_box(description: str) -> widgets.Textarea:
    """Make a box for a sentence or two."""
    return widgets.Textarea(description=description, continuous_update=False)


class Prediction(widgets.VBox):
    """A question with a field for the answer; ``value`` is the prediction, also from code.

    ``why`` is the learner's reason. ``result`` is what happened, once ``compare`` has been called.
    """

    value = Any(None, allow_none=True)
    why = Unicode()
    result = Any(None, allow_none=True)

    def __init__(self, question: str, options: Sequence[str] | None, *, why: bool = False) -> None:
        self.question, self.options = question, options
        fields: list[widgets.Widget] = [widgets.HTML(f"<p><b>{escape(question)}</b></p>")]
        if options is None:
            field = text_box("your answer")
            field.observe(lambda change: setattr(self, "value", change["new"] or None), "value")
        else:
            field = radio_buttons("prediction", mixed(question, options))
            link((self, "value"), (field, "value"))
        fields.append(field)
        if why:
            fields.append(text_box("why"))
            link((self, "why"), (fields[-1], "value"))
        super().__init__(fields)

    @property
    def answer(self) -> object:
        """The prediction, with the reason where there is one."""
        return f"{self.value}, because {self.why}" if self.value and self.why else self.value

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
        return Table([(self.question, self.answer, result)])

    def __repr__(self) -> str:
        return f"<Prediction: {self.question}>"


@dataclass(frozen=True, repr=False)
class Table:
    """Questions, predictions and results, shown as a table."""

    rows: list[tuple[str, object, object]]

    HEAD = ("question", "you predicted", "result")

    def _cells(self) -> list[list[str]]:
        """The rows below the head in words, also where something is still missing."""
        instead = ("", "no prediction", "not yet")
        return [
            [word if cell is None else str(cell) for cell, word in zip(row, instead, strict=True)]
            for row in self.rows
        ]

    def __repr__(self) -> str:
        return "\n".join(" | ".join(row) for row in (self.HEAD, *self._cells()))

    def _repr_html_(self) -> str:
        head = "".join(f"<th scope=col align='left'>{escape(cell)}</th>" for cell in self.HEAD)
        rows = [f"<tr>{head}</tr>"]
        for row in self._cells():
            lines = [escape(cell).replace("\n", "<br>") for cell in row]
            cells = "".join(f"<td align='left'>{line}</td>" for line in lines)
            rows.append(f"<tr>{cells}</tr>")
        return f"<table>{''.join(rows)}</table>"


def predict(
    question: str, options: Sequence[str] | None = None, *, why: bool = False
) -> Prediction:
    """Ask for a prediction: one of some options, or a text where there are none.

    The options are shown in a mixed order, and none is chosen. Asked again, the same question
    starts anew.

    Args:
        why: give a box for the reason, too.

    >>> guess = predict("Which class is confused most?", ["Bag", "Shirt"])
    >>> guess.choose("Bag")
    >>> guess.compare("Shirt")
    question | you predicted | result
    Which class is confused most? | Bag | Shirt
    """
    _predictions[question] = Prediction(question, options, why=why)
    return _predictions[question]


def predictions() -> Table:
    """Return all predictions of this session with their results, as a table."""
    return Table([(one.question, one.answer, one.result) for one in _predictions.values()])


def save_predictions(path: str | Path) -> Path:
    """Write all predictions of this session to a CSV file, and return its path."""
    path = Path(path)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(Table.HEAD)
        writer.writerows(predictions().rows)
    return path
