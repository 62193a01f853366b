"""Check the answer to an exercise, and say what is wrong in the terms of the lesson."""

from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from helpers._choices import unknown
from helpers.exercises.verdict import Verdict
from helpers.figures import Picture

LESSONS_FOLDER = Path(__file__).parent / "lessons"
QUIZZES = sorted(
    path.parent.name.removeprefix("lesson_") for path in LESSONS_FOLDER.glob("lesson_*/quiz.toml")
)
LESSONS = [name for name in QUIZZES if name.isdigit()]  # the microscope has no exercises
STUB = "Replace the dots with your answer and run both cells."
NOTHING = (
    "Your answer is None: a method such as sort() changes the list and returns nothing. "
    "Give the list itself, or what sorted() returns."
)

Test = Callable[[object], Picture | None]


class Mistake(Exception):
    """What is wrong with an answer, in one or two sentences for the learner.

    Args:
        hint: how to get past this very mistake; ``hint`` gives it before the general ones.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.picture: Picture | None = None


class Slip(Mistake):
    """An answer of a wrong type or shape, which does not count as a try."""


class Exercise(NamedTuple):
    """A name like ``"02.1"``, hints from gentle to plain, and a test that raises ``Mistake``.

    What the test returns, a picture or nothing, is shown under a right answer.
    """

    name: str
    hints: tuple[str, ...]
    test: Test


_exercises: dict[str, Exercise] = {}
tries: Counter[str] = Counter()
last_mistake: dict[str, Mistake] = {}


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


def exercise_named(name: str) -> Exercise:
    """Find an exercise.

    Raises:
        ValueError: no such exercise.
    """
    lesson = str(name).split(".")[0]
    if lesson in LESSONS:
        _load(lesson)
    if name not in _exercises:
        raise unknown("exercise", name, all_exercises())
    return _exercises[name]


def check(exercise: str, answer: object = ...) -> Verdict:
    """Check an answer; never raises because of an answer.

    A wrong one is told what is wrong with it; ``hint`` helps further on request.

    Args:
        exercise: its name, like ``"02.1"``.
        answer: the learner's value, array or function; ``...`` where there is none yet.

    Returns:
        A ``Verdict``, true only for a right answer; a notebook shows it as a sentence, with a
        picture of the answer where the exercise has one.

    Raises:
        ValueError: no such exercise.

    >>> check("02.2")
    No answer yet. Replace the dots with your answer and run both cells.
    >>> check("02.2", [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
    Right.
    """
    asked = exercise_named(exercise)
    if answer is ...:
        return Verdict(exercise, None, STUB)
    if answer is None:
        return Verdict(exercise, False, NOTHING)
    try:
        picture = asked.test(answer)
    except Mistake as mistake:
        return _not_yet(exercise, mistake)
    except (Exception, SystemExit) as error:  # whatever an answer does, a check does not fail
        sentence = f"The check cannot work with this answer ({type(error).__name__}: {error})."
        return _not_yet(exercise, Slip(sentence))
    last_mistake.pop(exercise, None)
    return Verdict(exercise, True, "", picture)


def _not_yet(exercise: str, mistake: Mistake) -> Verdict:
    message = str(mistake)
    if not isinstance(mistake, Slip):
        tries[exercise] += 1
        last_mistake[exercise] = mistake
        if tries[exercise] > 1:
            message += f' For a hint, run hint("{exercise}").'
    return Verdict(exercise, False, message, mistake.picture)
