"""A short quiz for each lesson; its questions stand in the lesson's ``quiz.toml``."""

import tomllib
from functools import cache
from html import escape
from typing import NamedTuple

import ipywidgets as widgets
from traitlets import Int

from helpers._choices import check_index, unknown
from helpers.exercises.checks import LESSONS_FOLDER, QUIZZES
from helpers.exercises.order import mixed
from helpers.exercises.predictions import radio_buttons


class Choice(NamedTuple):
    """An answer to choose: why it is right or wrong, and the misconception that it betrays."""

    text: str
    reason: str
    right: bool = False
    misconception: str | None = None


class Question(NamedTuple):
    """A question with its choices in a mixed order, exactly one of them right."""

    id: str
    text: str
    choices: tuple[Choice, ...]

    @property
    def right(self) -> int:
        """Index of the right choice."""
        return next(i for i, choice in enumerate(self.choices) if choice.right)


def _question(entry: dict) -> Question:
    choices = {choice["text"]: Choice(**choice) for choice in entry["choice"]}
    order = mixed(entry["id"], choices)
    return Question(entry["id"], entry["text"], tuple(choices[text] for text in order))


@cache
def questions(lesson: str) -> tuple[Question, ...]:
    """Read the questions of a lesson, like ``"02"``, or of the ``"microscope"``.

    Raises:
        ValueError: no such lesson.
    """
    if lesson not in QUIZZES:
        raise unknown("lesson", lesson, QUIZZES)
    path = LESSONS_FOLDER / f"lesson_{lesson}" / "quiz.toml"
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(_question(entry) for entry in content["question"])


class QuestionBox(widgets.VBox):
    """One question; what is chosen is answered at once. ``first`` is the index chosen first.

    A notebook that saves the state of widgets saves ``first``, too.
    """

    first = Int(None, allow_none=True).tag(sync=True)

    def __init__(self, question: Question, number: int) -> None:
        self.question = question
        self.choices = radio_buttons(f"answer {number}", [one.text for one in question.choices])
        self._shown = widgets.HTML()
        self.choices.observe(self._answer, "index")
        text = widgets.HTML(f"<p><b>{number}. {escape(question.text)}</b></p>")
        super().__init__([text, self.choices, self._shown])

    @property
    def message(self) -> str:
        """What is said about the choice, empty before the first one."""
        if self.choices.index is None:
            return ""
        choice = self.question.choices[self.choices.index]
        return f"{'Right' if choice.right else 'No'}. {choice.reason}"

    def choose(self, index: int) -> None:
        """Choose from code.

        Raises:
            ValueError: no such choice.
        """
        check_index("choice", index, len(self.question.choices))
        self.choices.index = index

    def _answer(self, change: dict) -> None:
        if self.first is None:
            self.first = change["new"]
        self._shown.value = f"<p role='status'>{escape(self.message)}</p>"


class Quiz(widgets.VBox):
    """All questions of a lesson; ``score`` counts those answered right at the first try."""

    def __init__(self, lesson: str) -> None:
        self.lesson = lesson
        self.boxes = [QuestionBox(q, number) for number, q in enumerate(questions(lesson), start=1)]
        self._shown = widgets.HTML()
        for box in self.boxes:
            box.choices.observe(self._show_score, "index")
        super().__init__([*self.boxes, self._shown])

    @property
    def score(self) -> int:
        """How many questions were answered right at the first try."""
        return sum(box.first == box.question.right for box in self.boxes)

    @property
    def message(self) -> str:
        """The score, once all questions are answered."""
        if any(box.first is None for box in self.boxes):
            return ""
        return f"{self.score} of {len(self.boxes)} right at the first try"

    def _show_score(self, _change: object) -> None:
        self._shown.value = f"<p role='status'><b>{self.message}</b></p>" if self.message else ""

    def __repr__(self) -> str:
        return f"<Quiz of lesson {self.lesson}: {len(self.boxes)} questions>"


def quiz(lesson: str) -> Quiz:
    """Make the quiz of a lesson, like ``"02"``, or of the ``"microscope"``.

    It is a widget that answers each choice at once.
    Its last line is the score, once all questions are answered.

    Raises:
        ValueError: no such lesson.

    >>> quiz("02")
    <Quiz of lesson 02: 6 questions>
    """
    return Quiz(lesson)
