"""Read returned notebooks: whose they are, and their answers in today's student edition.

A file belongs to the lesson whose two digits its name holds (``02_visualize_filters.ipynb``); the
folders between the returned folder and the file name the student, or the name before the digits.
"""

import json
import re
from collections import defaultdict
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.editions import LESSONS, exercise_name, has, read

MADE = re.compile(  # where an answer is given: answer_02_1 = …, or def answer_02_1(…)
    r"^(?:answer_(\d\d_\w+?)\s*(?::[^=\n]*)?=(?!=)|def\s+answer_(\d\d_\w+?)\s*\()", re.M
)
LESSON_OF = {path.name[:2]: path for path in LESSONS}


def owner(path: Path, folder: Path) -> tuple[str, str] | None:
    """Name student and lesson of a returned file; ``None`` for a file of no lesson."""
    found = re.search(r"(?:^|\D)(0\d)_", path.name)
    if not found or found[1] not in LESSON_OF:
        return None
    inside = "/".join(path.relative_to(folder).parts[:-1])
    return inside or path.name[: found.start(1)].strip("_- ") or path.stem, found[1]


def hand_ins(folder: Path) -> dict[tuple[str, str], list[Path]]:
    """Find all returned notebooks: (student, lesson) -> files, the newest first."""
    found = defaultdict(list)
    files = [path for path in folder.rglob("*.ipynb") if path.is_file()]
    for path in sorted(files, key=lambda p: (-p.stat().st_mtime, str(p))):
        if ".ipynb_checkpoints" in path.parts:
            continue
        if whose := owner(path, folder):
            found[whose].append(path)
        else:
            print(f"{path}: no lesson's number in its name, left out")
    return dict(sorted(found.items()))


def load(path: Path) -> NotebookNode:
    """Read a returned notebook, also one that lacks what it should have.

    Raises:
        ValueError: it cannot be read.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        content.setdefault("metadata", {})
        for cell in content.get("cells", []):
            for key, usual in (("metadata", {}), ("cell_type", "code"), ("source", "")):
                cell.setdefault(key, usual)
        notebook = nbformat.reads(json.dumps(content), as_version=4)
    except Exception as fault:  # nbformat raises many kinds
        raise ValueError("it is not a notebook that can be read.") from fault
    return notebook


class _Lesson:
    """What tells the cells of a lesson from those of a student."""

    def __init__(self, lesson: str) -> None:
        cells = [cell for cell in read(LESSON_OF[lesson]).cells if cell.cell_type == "code"]
        self.ids = {cell.id for cell in cells}
        self.texts = {cell.source.strip() for cell in cells}
        stubs = [cell for cell in cells if has(cell, "exercise")]
        self.names = {cell.id: exercise_name(cell) for cell in stubs}
        self.stubs = {exercise_name(cell): cell.source.strip() for cell in stubs}
        self.solutions = {cell.id for cell in cells if has(cell, "solution")}

    def answered(self, cell: NotebookNode) -> list[str] | None:
        """The exercises that a cell answers; ``None`` for a cell of the lesson."""
        mark, text = cell.get("id"), cell.source.strip()
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        place = self.names.get(mark) or grade_id.removeprefix("answer_").replace("_", ".", 1)
        if place not in self.stubs:
            if has(cell, "solution") or mark in self.solutions or text in self.texts:
                return None
        elif text == self.stubs[place]:
            return None
        names = [f"{a or b}".replace("_", ".", 1) for a, b in MADE.findall(text)]
        known = [name for name in dict.fromkeys([*names, place]) if name in self.stubs]
        return known or (None if mark in self.ids else [])


def rebuild(
    released: NotebookNode, returned: NotebookNode
) -> tuple[NotebookNode | None, list[str]]:
    """Put a student's answers, and cells of the student's own before them, into the lesson.

    Returns:
        The notebook to grade, ``None`` where there is no answer, and lines that say what was done.
    """
    stubs = [cell for cell in released.cells if has(cell, "exercise")]
    lesson = _Lesson(exercise_name(stubs[0])[:2])
    answers: dict[str, str] = {}
    before: dict[str, list[str]] = defaultdict(list)
    own: list[str] = []
    notes: list[str] = []
    for cell in (cell for cell in returned.cells if cell.cell_type == "code"):
        names = lesson.answered(cell)
        for name in names or ():
            if name in answers:
                notes.append(f"{name} is answered in more than one cell; the last one counts.")
            before[name] += [*own, *([answers[name]] if name in answers else [])]
            answers[name], own = cell.source, []
        if names == [] and cell.source.strip():
            own.append(cell.source)
    notes = list(dict.fromkeys(notes)) + _differences(released, returned)
    if not answers:
        return None, [*notes, "There is no answer in the notebook."]
    cells: list[NotebookNode] = []
    for cell in released.cells:
        if has(cell, "exercise") and (name := exercise_name(cell)) in answers:
            cells += map(nbformat.v4.new_code_cell, before[name])
            cell.source = answers[name]
        cells.append(cell)
    released.cells = cells
    return released, notes


def _differences(released: NotebookNode, returned: NotebookNode) -> list[str]:
    """Say how a returned notebook differs from the one that was handed out."""
    version = returned.metadata.get("course", {}).get("handed_out")
    if version != released.metadata.course.handed_out:
        other = "of another version of the course" if version else "without the course's metadata"
        return [f"The notebook is {other}: its answers were graded in today's lesson."]
    here = [cell.get("id") for cell in returned.cells]
    gone = sum(cell.id not in here for cell in released.cells)
    return [f"{gone} cells of the lesson were missing and were put back."] if gone else []
