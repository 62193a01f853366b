"""Mark the exercises of a returned notebook, where nbgrader runs it.

Code of a learner runs in the same kernel as ``mark`` and can replace it. So ``mark`` keeps answers
that are values, and ``python -m helpers.exercises.marking FOLDER`` checks them in a process in
which nothing of the learner runs.
"""

import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np

from helpers.exercises.checks import check
from helpers.exercises.hints import hint
from helpers.exercises.verdict import Verdict

KEPT = "CNN_COURSE_ANSWERS"  # the variable that names the folder for values
VALUES = ("00.1", "00.2", "01.1", "02.2")  # answers that are numbers; others are code or a model


def _told(verdict: Verdict) -> str:
    """What a check says; after a wrong answer a hint, too."""
    return f"{verdict} {hint(verdict.exercise)}" if verdict.passed is False else str(verdict)


def _keep(exercise: str, answer: object, folder: Path) -> None:
    """Save an answer that is numbers or text; one that only pickle can save is left out."""
    try:
        value = np.asarray(answer)
        if not value.dtype.hasobject:
            np.save(folder / f"{exercise}.npy", value, allow_pickle=False)
    except Exception:  # whatever an answer is, keeping it does not fail
        return


def mark(exercise: str, answer: object = ...) -> None:
    """Check an answer as ``check`` does, print what it says, and fail unless it is right.

    Raises:
        AssertionError: the answer is wrong, or there is none.
        ValueError: no such exercise.

    >>> mark("02.2", [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
    Right.
    """
    if exercise in VALUES and (folder := os.environ.get(KEPT)):
        _keep(exercise, answer, Path(folder))
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):  # stderr is 0 for nbgrader
        verdict = check(exercise, answer)
    print(_told(verdict))
    assert verdict, "not right"


def marks_of_values(folder: Path) -> dict[str, tuple[bool, str]]:
    """Check all values that were kept in a folder: whether each is right, and what is said."""
    marks = {}
    for name in VALUES:
        if not (path := folder / f"{name}.npy").is_file():
            continue
        try:
            value = np.load(path, allow_pickle=False)
        except Exception:  # the learner's code can write anything there
            marks[name] = (False, "The value of this answer cannot be read.")
            continue
        verdict = check(name, value if value.ndim else value.item())
        marks[name] = (bool(verdict), _told(verdict))
    return marks


if __name__ == "__main__":
    print(json.dumps(marks_of_values(Path(sys.argv[1]))))
