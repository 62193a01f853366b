"""Run one returned notebook with nbgrader, in a process with limits, and check its values again."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from helpers.exercises.marking import KEPT, VALUES
from helpers.sources import assets
from tools.editions import NOTEBOOKS
from tools.release import nbgrader
from tools.returned import LESSON_OF

SECONDS = {"01": 1800, "04": 600, "07": 600}  # for a cell; 300 in other lessons
LONGEST = 7200  # seconds for a notebook
GIGABYTES = 6  # of memory that a kernel may ask for
UNCHECKED = "The values could not be checked; grade again."
CHECKS = NOTEBOOKS.parent / "helpers" / "exercises"


class HandIn(NamedTuple):
    """One returned notebook: whose it is, the student's name for nbgrader, nbgrader's folder."""

    student: str
    lesson: str
    id: str
    course: Path

    @property
    def assignment(self) -> str:
        return LESSON_OF[self.lesson].stem

    def file(self, step: str) -> Path:
        """Where nbgrader has the notebook at a step, like ``"submitted"``."""
        return self.course / step / self.id / self.assignment / f"{self.assignment}.ipynb"


def what_decides() -> bytes:
    """What the marks of a file depend on besides the lesson: the checks, and all packages."""
    code = [path.read_bytes() for path in sorted(CHECKS.rglob("*.py"))]
    packages = sorted(f"{one.name} {one.version}" for one in distributions())
    return b"".join([*code, str(packages).encode()])


def limits() -> Callable[[], None] | None:
    """What a process calls on itself before it runs notebooks; ``None`` on Windows."""
    if sys.platform == "win32":
        return None
    import resource

    def limit() -> None:
        for kind, most in (("RLIMIT_DATA", GIGABYTES << 30), ("RLIMIT_FSIZE", 1 << 28)):
            resource.setrlimit(getattr(resource, kind), (most, most))

    return limit


def _environment(scratch: str) -> dict[str, str]:
    return os.environ | {
        "HOME": scratch,
        "PYTHONPATH": str(NOTEBOOKS.parent),
        "KERAS_HOME": str(assets.keras_home()),
        "CNN_COURSE_OFFLINE": "1",
        "CNN_COURSE_MY_MODELS": f"{scratch}/my_models",
        "TF_CPP_MIN_LOG_LEVEL": "3",  # nbgrader takes whatever stands on stderr for a failure
        KEPT: f"{scratch}/answers",  # apart from HOME, where a notebook writes what it likes
    }


def run(hand_in: HandIn, built: NotebookNode) -> tuple[str, dict[str, list]]:
    """Let nbgrader run a notebook, then check its values in a process of their own.

    Returns:
        Why it did not run to its end, empty if it did; and of each value whether it is right, and
        what is said about it.
    """
    place = hand_in.file("submitted")
    place.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(built, place)
    command = ["autograde", hand_in.assignment, f"--student={hand_in.id}", "--force"]
    command.append(f"--Execute.timeout={SECONDS.get(hand_in.lesson, 300)}")
    fault, unchecked, values = "", "", {}
    with TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as scratch:
        answers = Path(scratch, "answers")
        answers.mkdir()
        options = {"env": _environment(scratch), "preexec_fn": limits()}
        try:
            done = nbgrader(hand_in.course, *command, timeout=LONGEST, **options)
            if done.returncode:
                fault = "The kernel died." if "DeadKernel" in done.stderr else done.stderr[-300:]
        except subprocess.TimeoutExpired:
            fault = f"The notebook was stopped after {LONGEST // 60} minutes."
        if any(answers.glob("*.npy")):
            try:
                values = _check_values(answers, options)
            except subprocess.SubprocessError:
                unchecked = UNCHECKED
                values = {name: [False, UNCHECKED] for name in VALUES}
    _store(hand_in, fault, values)
    return fault or unchecked, values


def _check_values(folder: Path, options: dict) -> dict[str, list]:
    command = [sys.executable, "-m", "helpers.exercises.marking", str(folder)]
    done = subprocess.run(command, capture_output=True, timeout=600, check=True, **options)
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def submission(hand_in: HandIn) -> Iterator:
    """What nbgrader's gradebook has of a notebook; changes of it are kept."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{hand_in.course}/gradebook.db") as book:
        yield book.find_submission_notebook(hand_in.assignment, hand_in.assignment, hand_in.id)
        book.db.commit()


def exercise_of(cell: str) -> str:
    """Name the exercise of a cell of nbgrader: ``check_02_1`` -> ``02.1``."""
    return cell.partition("_")[2].replace("_", ".", 1)


def _store(hand_in: HandIn, fault: str, values: dict[str, list]) -> None:
    """Let the second check decide over values; without an end there are no other points."""
    with submission(hand_in) as found:
        for grade in found.grades:
            name = exercise_of(grade.name)
            if name in VALUES:
                grade.auto_score = float(values.get(name, [False])[0])
            elif fault:
                grade.auto_score = 0.0
            grade.needs_manual_grade = grade.manual_score is not None  # nbgrader's, if it ends
