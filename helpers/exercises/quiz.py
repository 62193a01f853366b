"""A short quiz for each lesson; its questions stand in the lesson's ``quiz.toml``."""

import tomllib
from functools import cache
from html import escape
from typing import NamedTuple

import ipywidgets as widgets

from helpers._choices import check_index, unknown
from helpers.exercises.checks import LESSONS, LESSONS_FOLDER
from helpers.exercises.predictions import radio_buttons


class Choice(NamedTuple):
    """An answer to choose: why it is right or wrong, and the misconception that it betrays."""

    text: str
    reason: str
    right: bool = False
    misconception: str | None = None


class Question(NamedTuple):
    """A question with its choices, exactly one of them right."""

    id: str
    text: str
    choices: tuple[Choice, ...]

    @property
    def right(self) -> int:
        """Index of the right choice."""
        return next(i for i, choice in enumerate(self.choices) if choice.right)


@cache
def questions(lesson: str) -> tuple[Question, ...]:
    """Read the questions of a lesson, like ``"02"``.

    Raises:
        ValueError: no such lesson.
    """
    if lesson not in LESSONS:
        raise unknown("lesson", lesson, LESSONS)
    path = LESSONS_FOLDER / f"lesson_{lesson}" / "quiz.toml"
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        Question(q["id"], q["text"], tuple(Choice(**choice) for choice in q["choice"]))
        for q in content["question"]
    )


class QuestionBox(widgets.VBox):
    """One question; what is chosen is answered at once."""

    def __init__(self, question: Question, number: int) -> None:
        self.question = question
        texts = [choice.text for choice in question.choices]
        self._choices = radio_buttons(f"answer {number}", texts)
        self._shown = widgets.HTML()
        self._choices.observe(self._show_message, "index")
        text = widgets.HTML(f"<p><b>{number}. {escape(question.text)}</b></p>")
        super().__init__([text, self._choices, self._shown])

    @property
    def message(self) -> str:
        """What is said about the choice, empty before the first one."""
        if self._choices.index is None:
            return ""
        choice = self.question.choices[self._choices.index]
        return f"{'Right' if choice.right else 'No'}. {choice.reason}"

    def choose(self, index: int) -> None:
        """Choose from code.

        Raises:
            ValueError: no such choice.
        """
        check_index("choice", index, len(self.question.choices))
        self._choices.index = index

    def _show_message(self, _change: object) -> None:
        self._shown.value = f"<p role='status'>{escape(self.message)}</p>"


class Quiz(widgets.VBox):
    """All questions of a lesson; ``score`` counts those answered right."""

    def __init__(self, lesson: str) -> None:
        self.lesson = lesson
        boxes = [QuestionBox(q, number) for number, q in enumerate(questions(lesson), start=1)]
        super().__init__(boxes)

    @property
    def score(self) -> int:
        """How many questions are answered right."""
        return sum(box._choices.index == box.question.right for box in self.children)

    def __repr__(self) -> str:
        return f"<Quiz of lesson {self.lesson}: {len(self.children)} questions>"


def quiz(lesson: str) -> Quiz:
    """Make the quiz of a lesson, like ``"02"``: a widget that answers each choice at once.

    Raises:
        ValueError: no such lesson.

    >>> quiz("02")
    <Quiz of lesson 02: 5 questions>
    """
    return Quiz(lesson)
