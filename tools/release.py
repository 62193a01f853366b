"""Let nbgrader release the student edition from the instructor edition."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import nbformat

from tools.editions import instructor
from tools.my_course import make_copy

CONFIG = Path(__file__).parent / "lab_kit" / "nbgrader_config.py"
RUN = "from nbgrader.apps import NbGraderApp as App; App.launch_instance()"


def nbgrader(folder: Path, *arguments: str, **options) -> subprocess.CompletedProcess:
    """Run a command of nbgrader in its folder; options are those of ``subprocess.run``."""
    environment = options.pop("env", os.environ)
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"  # it calls alembic
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=folder,
        env={**environment, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def release(lessons: Iterable[Path], course: Path) -> dict[str, Path]:
    """Write lessons into a folder of nbgrader and let it release them.

    Returns:
        The student edition of each lesson, by the two digits of its name.

    Raises:
        ImportError: nbgrader is not installed.
        RuntimeError: nbgrader refuses.
    """
    if find_spec("nbgrader") is None:
        raise ImportError('nbgrader is missing: pip install -e ".[lab]"')
    course.mkdir(parents=True, exist_ok=True)
    shutil.copy(CONFIG, course)
    made = {}
    for lesson in lessons:
        source, released = (
            course / step / lesson.stem / lesson.name for step in ("source", "release")
        )
        source.parent.mkdir(parents=True, exist_ok=True)
        edition = instructor(lesson)
        edition.metadata["course"] = {"handed_out": make_copy(lesson)[1]}
        nbformat.write(edition, source)
        made[lesson.name[:2]] = released
    done = nbgrader(course, "generate_assignment", "*", "--force")
    if done.returncode:
        raise RuntimeError(done.stderr)
    return made
