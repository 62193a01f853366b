"""Hints on request, from gentle to plain; the solution is for the rest of the way."""

from collections import Counter
from dataclasses import dataclass
from html import escape

from helpers.exercises.checks import exercise_named, last_mistake, tries

_given: Counter[str] = Counter()


@dataclass(frozen=True, repr=False)
class Hint:
    """One hint; a notebook shows it as a sentence."""

    head: str
    text: str

    def __repr__(self) -> str:
        return f"{self.head} {self.text}"

    def _repr_html_(self) -> str:
        return f"<p role='status'><b>{self.head}</b> {escape(self.text)}</p>"


def hint(exercise: str) -> Hint:
    """Give one hint for an exercise, and a plainer one when asked again after another try.

    The first call after a try helps with the mistake just made, where the check knows how. Before
    any try there is the first hint only. A slip, like a wrong shape, is not a try.

    Raises:
        ValueError: no such exercise.

    >>> hint("02.1").head
    'Hint 1 of 3:'
    """
    hints = exercise_named(exercise).hints
    mistake = last_mistake.pop(exercise, None)
    if mistake and mistake.hint:
        return Hint("Hint:", mistake.hint)
    _given[exercise] = min(_given[exercise] + 1, tries[exercise] + 1, len(hints))
    number = _given[exercise]
    return Hint(f"Hint {number} of {len(hints)}:", hints[number - 1])
