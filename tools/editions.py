"""Editions of a lesson for learner and instructor, made from the one in ``notebooks``.

The instructor edition is a source for nbgrader, which releases the student edition from it.
"""

import ast
import re
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from helpers.exercises.checks import Exercise, all_exercises
from tools.book.cells import asked_by

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("0*.ipynb"))
MARKING = """\
### BEGIN HIDDEN TESTS
from helpers.exercises.marking import mark as check  # the same check, which fails unless right
### END HIDDEN TESTS"""
ANSWER = re.compile(r"\w+\.compare\(")
WORDS_A_MINUTE, MINUTES = 130, {"code": 1.0, "exercise": 6.0, "predict": 1.0, "quiz": 4.0}


def read(path: Path) -> NotebookNode:
    """Read a notebook without what its learner is to find first.

    Results are left out, and cells that hold a solution or the answer to a prediction are folded.
    """
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if has(cell, "solution") or ANSWER.match(cell.source):
            cell.metadata.setdefault("jupyter", {})["source_hidden"] = True
    return notebook


def has(cell: NotebookNode, tag: str) -> bool:
    """Say whether a cell carries a tag."""
    return tag in cell.metadata.get("tags", [])


def predictions(notebook: NotebookNode) -> list[tuple[str, tuple[str, ...]]]:
    """Read the questions of all predictions, and their options, out of a lesson's code."""
    return [
        asked_by(node)
        for cell in notebook.cells
        if has(cell, "predict")
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "predict"
    ]


def exercise_name(cell: NotebookNode) -> str:
    """Find the name of the exercise that a stub or check cell belongs to, like ``"02.1"``."""
    return ".".join(re.findall(r"answer_(\d\d)_(\w+)", cell.source)[0])


def _nbgrader(cell: NotebookNode, *, graded: bool) -> None:
    """Mark a cell for nbgrader, as an answer to write or as its automatic test."""
    name = exercise_name(cell).replace(".", "_")
    marks = {"grade": graded, "solution": not graded, "locked": graded, "task": False}
    identity = {"grade_id": f"{'check' if graded else 'answer'}_{name}", "schema_version": 3}
    cell.metadata["nbgrader"] = marks | identity | ({"points": 1} if graded else {})


def minutes(cells: list[NotebookNode]) -> int:
    """Estimate how long a section takes: reading, running, predicting, exercises."""
    total = 0.0
    for cell in cells:
        if cell.cell_type == "markdown":
            total += len(cell.source.split()) / WORDS_A_MINUTE
        else:
            kind = next((tag for tag in MINUTES if has(cell, tag)), "code")
            total += 0 if has(cell, "solution") else MINUTES[kind]
    return max(1, round(total))


def _for_instructors(text: str) -> str:
    """Put a text between the marks that nbgrader takes out of the student edition."""
    return f"<!-- instructors -->\n*For instructors.* {text}\n<!-- students -->"


def _stumbles(exercise: Exercise) -> str:
    hints = "\n".join(f"- {hint}" for hint in exercise.hints)
    return _for_instructors(f"Where learners stop at exercise {exercise.name}:\n\n{hints}")


def instructor(path: Path) -> NotebookNode:
    """Make the instructor edition: solutions in place, minutes, known stumbles."""
    notebook, exercises = read(path), all_exercises()
    sections = [i for i, c in enumerate(notebook.cells) if re.match(r"#+ ", c.source)]
    ends = dict(zip(sections, [*sections[1:], len(notebook.cells)], strict=True))
    cells: list[NotebookNode] = []
    for index, cell in enumerate(notebook.cells):
        if has(cell, "solution"):
            continue
        new = deepcopy(cell)
        if index in ends and cell.cell_type == "markdown":
            spent = minutes(notebook.cells[index : ends[index]])
            new.source += f"\n{_for_instructors(f'This section takes about {spent} minutes.')}"
        if has(cell, "exercise"):
            solution = notebook.cells[index + 2].source
            new.source += f"\n### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
            _nbgrader(new, graded=False)
        if has(cell, "check"):
            note = _stumbles(exercises[exercise_name(cell)])
            cells[-2].source += f"\n{note}"
            new.source = f"{MARKING}\n{cell.source}"
            _nbgrader(new, graded=True)
        cells.append(new)
    notebook.cells = cells
    return notebook
