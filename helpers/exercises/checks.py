"""Check the answer to an exercise, and say what is wrong in the terms of the lesson."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from helpers._choices import unknown

LESSONS_FOLDER = Path(__file__).parent / "lessons"
LESSONS = sorted(path.parent.name[-2:] for path in LESSONS_FOLDER.glob("lesson_*/quiz.toml"))
HEADS = {True: "Right.", False: "Not yet.", None: "No answer yet."}
STUB = "Replace the dots with your answer and run both cells."
NOTHING = (
    "Your answer is None: a method such as sort() changes the list and returns nothing. "
    "Give the list itself, or what sorted() returns."
)

Test = Callable[[object], None]


class Mistake(Exception):
    """What is wrong with an answer, in one or two sentences for the learner."""


class Exercise(NamedTuple):
    """A name like ``"02.1"``, hints from gentle to plain, and a test that raises ``Mistake``."""

    name: str
    hints: tuple[str, ...]
    test: Test


@dataclass(frozen=True, repr=False)
class Verdict:
    """What ``check`` says. ``passed`` is ``None`` for an exercise without an answer yet."""

    exercise: str
    passed: bool | None
    message: str

    def __bool__(self) -> bool:
        return self.passed is True

    def __repr__(self) -> str:
        return f"{HEADS[self.passed]} {self.message}".strip()

    def _repr_html_(self) -> str:
        return f"<p role='status'><b>{HEADS[self.passed]}</b> {escape(self.message)}</p>"


_exercises: dict[str, Exercise] = {}
_attempts: Counter[str] = Counter()


def exercise(name: str, *hints: str) -> Callable[[Test], Test]:
    """Register the decorated test as the check of an exercise."""

    def register(test: Test) -> Test:
        _exercises[name] = Exercise(name, hints, test)
        return test

    return register


def _load(lesson: str) -> None:
    """Import the modules of a lesson, which register its exercises."""
    for path in sorted((LESSONS_FOLDER / f"lesson_{lesson}").glob("[!_]*.py")):
        import_module(f"helpers.exercises.lessons.lesson_{lesson}.{path.stem}")


def all_exercises() -> dict[str, Exercise]:
    """Return all exercises of the course by name."""
    for lesson in LESSONS:
        _load(lesson)
    return dict(sorted(_exercises.items()))


def check(exercise: str, answer: object = ...) -> Verdict:
    """Check an answer; never raises because of an answer.

    A wrong one is told what is wrong with it; from the second attempt on there is a hint, from
    attempt to attempt a plainer one.

    Args:
        exercise: its name, like ``"02.1"``.
        answer: the learner's value, array or function; ``...`` where there is none yet.

    Returns:
        A ``Verdict``, true only for a right answer; a notebook shows it as a sentence.

    Raises:
        ValueError: no such exercise.

    >>> check("02.2")
    No answer yet. Replace the dots with your answer and run both cells.
    >>> check("02.2", [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
    Right.
    """
    lesson = str(exercise).split(".")[0]
    if lesson in LESSONS:
        _load(lesson)
    if exercise not in _exercises:
        raise unknown("exercise", exercise, all_exercises())
    if answer is ...:
        return Verdict(exercise, None, STUB)
    if answer is None:
        return Verdict(exercise, False, NOTHING)
    asked = _exercises[exercise]
    try:
        asked.test(answer)
    except Mistake as mistake:
        message = str(mistake)
    except Exception as error:  # whatever an answer does, a check does not fail
        message = f"The check cannot work with this answer ({type(error).__name__}: {error})."
    else:
        _attempts.pop(exercise, None)
        return Verdict(exercise, True, "")
    number = min(_attempts[exercise], len(asked.hints))
    _attempts[exercise] += 1
    hint = f" Hint: {asked.hints[number - 1]}" if number else ""
    return Verdict(exercise, False, message + hint)
