"""Grade returned notebooks: ``python -m tools.grade FOLDER [--out FOLDER]``.

A file belongs to the lesson whose two digits its name holds (``02_visualize_filters.ipynb``); the
folders between FOLDER and the file name the student, or the file's name before the digits.

Only the answer cells of a returned notebook are used. They run inside the course's own lesson, in
a fresh kernel in a process and folder of its own, with limits for time and memory; the checks are
the course's. So a broken or hostile notebook costs only its own marks.
"""

import argparse
import csv
import re
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from helpers.exercises.checks import all_exercises
from tools.editions import LESSONS, exercise_name, has, read
from tools.sandbox import Sandbox, Stopped

MADE = re.compile(  # where an answer is given: answer_02_1 = …, or def answer_02_1(…)
    r"^(?:answer_(\d\d)_(\w+?)\s*=(?!=)|def\s+answer_(\d\d)_(\w+?)\s*\()", re.M
)
NO_FILE = "This file is not a notebook that can be read."


class Mark(NamedTuple):
    """Points, 0 or 1, of one student for one exercise, and why."""

    student: str
    lesson: str
    exercise: str
    points: int
    message: str


def owner(path: Path, folder: Path) -> tuple[str, str] | None:
    """Name student and lesson of a returned file; ``None`` for a file of no lesson."""
    found = re.search(r"(?:^|\D)(0\d)_", path.name)
    if not found or found[1] not in [lesson.name[:2] for lesson in LESSONS]:
        return None
    inside = "/".join(path.relative_to(folder).parts[:-1])
    student = inside or path.name[: found.start(1)].strip("_- ") or path.stem
    return student, found[1]


def answers(path: Path) -> dict[str, str]:
    """Read the answer cells of a returned notebook: exercise -> source.

    Raises:
        ValueError: it cannot be read.
    """
    try:
        cells = nbformat.read(path, as_version=4).cells
        code = [cell.source for cell in cells if cell.cell_type == "code"]
        found: dict[str, str] = {}
        for source in code:
            for name in dict.fromkeys(".".join(filter(None, m)) for m in MADE.findall(source)):
                found[name] = f"{found[name]}\n{source}" if name in found else source
    except Exception as fault:  # nbformat raises many kinds
        raise ValueError(NO_FILE) from fault
    return found


def _needed(lesson: NotebookNode) -> list[NotebookNode]:
    """The lesson's own code, without what only a learner in front of it needs."""
    left_out = ("check", "solution", "quiz")
    code = [cell for cell in lesson.cells if cell.cell_type == "code"]
    return [cell for cell in code if not any(has(cell, tag) for tag in left_out)]


def grade(path: Path, student: str, lesson: str) -> list[Mark]:
    """Run one returned notebook and mark its exercises."""
    names = [name for name in all_exercises() if name.startswith(lesson)]
    try:
        given = answers(path)
    except ValueError as fault:
        return [Mark(student, lesson, name, 0, str(fault)) for name in names]
    (original,) = (one for one in LESSONS if one.name.startswith(lesson))
    marks, sandbox = {}, Sandbox()
    try:
        for cell in _needed(read(original)):
            name = exercise_name(cell) if has(cell, "exercise") else None
            if name is None:
                sandbox.run(cell.source)
            elif name in given:
                marks[name] = sandbox.verdict(name, given[name])
    except Stopped as fault:
        for name in names:
            marks.setdefault(name, (0, f"Stopped before: {fault}"))
    finally:
        sandbox.close()
    nothing = (0, "There is no answer in the notebook.")
    return [Mark(student, lesson, name, *marks.get(name, nothing)) for name in names]


def report(student: str, marks: list[Mark]) -> str:
    """Lay out one student's marks as Markdown."""
    lines = [f"# {student}: {sum(m.points for m in marks)} of {len(marks)} points", ""]
    lines += ["| exercise | points | |", "|---|---|---|"]
    lines += [f"| {m.exercise} | {m.points} | {m.message.replace('|', '/')} |" for m in marks]
    return "\n".join(lines) + "\n"


def grade_folder(folder: Path, out: Path) -> list[Mark]:
    """Grade all notebooks below a folder; write ``grades.csv`` and one report a student."""
    out.mkdir(parents=True, exist_ok=True)
    marks: list[Mark] = []
    for path in sorted(folder.rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        if (found := owner(path, folder)) is None:
            print(f"{path}: no lesson's number in its name, left out")
            continue
        new = grade(path, *found)
        print(f"{path}: {sum(mark.points for mark in new)} of {len(new)}", flush=True)
        marks += new
        with (out / "grades.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(Mark._fields)
            writer.writerows(marks)
    for student in sorted({mark.student for mark in marks}):
        own = [mark for mark in marks if mark.student == student]
        name = re.sub(r"[^\w.-]+", "_", student)
        (out / f"{name}.md").write_text(report(student, own), encoding="utf-8")
    return marks


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Grade returned notebooks.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=Path("build/grades"))
    options = parser.parse_args()
    grade_folder(options.folder.resolve(), options.out.resolve())
    print(f"written: {options.out}/grades.csv and one report a student")
