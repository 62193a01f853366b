"""Check the answer to an exercise, and say what is wrong in the terms of the lesson."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from helpers._choices import unknown

HEADS = {True: "Right.", False: "Not yet.", None: "No answer yet."}
LESSONS = sorted(
    found.name[-2:]
    for found in iter_modules([str(Path(__file__).parent)])
    if found.name.startswith("lesson_")
)


class Mistake(Exception):
    """What is wrong with an answer, in one or two sentences for the learner."""


@dataclass(frozen=True)
class Exercise:
    """A name like ``"02.1"``, hints from gentle to plain, and a test that raises ``Mistake``."""

    name: str
    hints: tuple[str, ...]
    test: Callable[[object], None]


@dataclass(frozen=True, repr=False)
class Verdict:
    """What ``check`` found. ``passed`` is ``None`` for an exercise without an answer yet."""

    exercise: str
    passed: bool | None
    says: str

    def __bool__(self) -> bool:
        return self.passed is True

    def __repr__(self) -> str:
        return f"{HEADS[self.passed]} {self.says}".strip()

    def _repr_html_(self) -> str:
        return f"<p role='status'><b>{HEADS[self.passed]}</b> {escape(self.says)}</p>"


_exercises: dict[str, Exercise] = {}
_attempts: Counter[str] = Counter()


def exercise(name: str, *hints: str) -> Callable[[Callable], Callable]:
    """Register the decorated test as the check of an exercise."""

    def register(test: Callable[[object], None]) -> Callable[[object], None]:
        _exercises[name] = Exercise(name, hints, test)
        return test

    return register


def all_exercises() -> dict[str, Exercise]:
    """Return all exercises of the course by name."""
    for lesson in LESSONS:
        import_module(f"helpers.exercises.lesson_{lesson}")
    return dict(sorted(_exercises.items()))


def _find(name: str) -> Exercise:
    lesson = str(name).split(".")[0]
    if lesson in LESSONS:
        import_module(f"helpers.exercises.lesson_{lesson}")
    if name not in _exercises:
        raise unknown("exercise", name, all_exercises())
    return _exercises[name]


def _fault(test: Callable, answer: object) -> str | None:
    try:
        test(answer)
    except Mistake as mistake:
        return str(mistake)
    except Exception as fault:  # whatever an answer does, a check does not fail
        return f"The check cannot work with this answer ({type(fault).__name__}: {fault})."
    return None


def check(exercise: str, answer: object = ...) -> Verdict:
    """Check an answer; never raises because of an answer.

    A wrong one is told what is wrong with it; from the second attempt on there is a hint, from
    attempt to attempt a plainer one.

    Args:
        exercise: its name, like ``"02.1"``.
        answer: the learner's value, array or function; ``...`` or ``None`` where there is none.

    Returns:
        A ``Verdict``, true only for a right answer; a notebook shows it as a sentence.

    Raises:
        ValueError: no such exercise.
    """
    found = _find(exercise)
    if answer is None or answer is ...:
        return Verdict(exercise, None, "Replace the dots with your answer and run both cells.")
    fault = _fault(found.test, answer)
    if fault is None:
        _attempts.pop(exercise, None)
        return Verdict(exercise, True, "")
    _attempts[exercise] += 1
    number = min(_attempts[exercise] - 1, len(found.hints))
    hint = f" Hint: {found.hints[number - 1]}" if number else ""
    return Verdict(exercise, False, fault + hint)
