"""Grade returned notebooks with nbgrader: ``python -m tools.grade FOLDER [--out FOLDER]``.

A second call runs only what is new, and takes over the points and comments that a teacher has given
in nbgrader, whose folder is ``course`` beside the marks.
"""

import argparse
import csv
import json
import re
from collections import defaultdict
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import nbformat

from helpers.exercises.checks import all_exercises
from tools.autograde import HandIn, exercise_of, run, submission, what_decides
from tools.class_table import class_table
from tools.release import release
from tools.returned import LESSON_OF, hand_ins, load, rebuild

GRADES = Path("grades")  # not in build, which holds nothing that cannot be made again


class Mark(NamedTuple):
    """Points of one student for one exercise, and why."""

    student: str
    lesson: str
    exercise: str
    points: float
    of: float
    message: str
    comment: str | None = None


def _settled(hand_in: HandIn) -> bool:
    """Say whether somebody has given points for the last run of a notebook.

    Other faults are perhaps those of this machine, and are tried again at the next call.
    """
    with submission(hand_in) as found:
        return any(
            one.manual_score is not None and not one.needs_manual_grade for one in found.grades
        )


def grade(hand_in: HandIn, files: list[Path], released: Path) -> dict:
    """Grade a student's files for one lesson; returns what was done, kept for the next call."""
    kept = hand_in.file("records").with_suffix(".json")
    record: dict = {"ran": False, "fault": "", "values": {}, "notes": []}
    if len(files) > 1:
        record["notes"].append(f"Of {len(files)} files the newest counts, {files[0].name}.")
    try:
        whole = files[0].read_bytes() + released.read_bytes() + what_decides()
        record["of"] = sha256(whole).hexdigest()
        before = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
        if before.get("of") == record["of"] and (not before["fault"] or _settled(hand_in)):
            return before
        kept.unlink(missing_ok=True)  # what is graded now takes its place in the gradebook
        built, notes = rebuild(nbformat.read(released, as_version=4), load(files[0]))
        record["notes"] += notes
        if built:
            record["fault"], record["values"] = run(hand_in, built)
            record["ran"] = True
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(record), encoding="utf-8")
    except Exception as fault:  # one file, whatever it is, does not stop the others
        record["notes"].append(f"This file cannot be graded: {str(fault) or type(fault).__name__}")
    return record


def _error(cell: nbformat.NotebookNode) -> str:
    """How a cell ended that did not run to its end; empty for others."""
    for output in cell.get("outputs", ()):
        if output.output_type == "error":
            if output.ename in ("CellTimeoutError", "KeyboardInterrupt"):
                return "it took too long"
            return f"{output.ename}: {output.evalue}"[:300].rstrip(": ")
    return ""


def _messages(hand_in: HandIn, record: dict) -> dict[str, str]:
    """What is said of each exercise; under "" how the first other cell failed."""
    path = hand_in.file("autograded")
    said: dict[str, str] = {}
    cells = nbformat.read(path, as_version=4).cells if path.exists() else []
    for cell in (cell for cell in cells if cell.cell_type == "code"):
        kind, _, _ = (mark := cell.metadata.get("nbgrader", {}).get("grade_id", "")).partition("_")
        name, error = exercise_of(mark), _error(cell)
        if kind == "check":
            printed = "".join(o.text for o in cell.outputs if o.output_type == "stream")
            said.setdefault(name, printed.strip()[:600] or error)
        elif error:
            said.setdefault(name, f"The answer does not run: {error}." if name else error)
    return said | {name: message for name, (_, message) in record["values"].items()}


def marks(hand_in: HandIn, record: dict) -> list[Mark]:
    """Read one notebook's marks out of nbgrader's gradebook; 0 where nothing was run."""
    names = [name for name in all_exercises() if name.startswith(hand_in.lesson)]
    whose = hand_in.student, hand_in.lesson
    if not record["ran"]:
        return [Mark(*whose, name, 0, 1, record["notes"][-1]) for name in names]
    said = _messages(hand_in, record)
    if other := said.pop("", ""):
        record["notes"].append(f"A cell outside the exercises stops: {other}")
    with submission(hand_in) as found:
        grades = {exercise_of(one.name): (one.score, one.max_score) for one in found.grades}
        comments = {exercise_of(one.name): one.comment for one in found.comments}
        record["notes"] += [
            f"{exercise_of(one.name)}: the points given by hand are for an earlier run; "
            f"the check now gives {one.auto_score:g}."
            for one in found.grades
            if one.manual_score is not None and one.needs_manual_grade
        ]
    fault = record["fault"]
    return [
        Mark(*whose, name, *grades[name], said.get(name, fault), comments.get(name))
        for name in names
    ]


def page(student: str, own: list[Mark], notes: list[str]) -> str:
    """Lay out one student's marks as Markdown."""
    points, most = sum(mark.points for mark in own), sum(mark.of for mark in own)
    lines = [f"# {student}: {points:g} of {most:g} points", ""]
    lines += ["| exercise | points | what the check says | comment |", "|---|---|---|---|"]
    for mark in own:
        cells = mark.exercise, f"{mark.points:g} of {mark.of:g}", mark.message, mark.comment or ""
        plain = [re.sub(r"[|\s]+", " ", cell) for cell in cells]
        lines.append(f"| {' | '.join(plain)} |")
    return "\n".join([*lines, "", *(f"- {note}" for note in notes)]).strip() + "\n"


def id_of(student: str) -> str:
    """Give a student a name of letters, digits, - and _, which no other has, whatever the disk.

    It depends on the student alone: with another's name come the points that a teacher gave.
    """
    plain = re.sub(r"[^\w-]+", "_", student)
    if plain == student.casefold():
        return plain
    return f"{plain}-{sha256(student.encode()).hexdigest()[:6]}"


def grade_folder(folder: Path, out: Path) -> list[Mark]:
    """Grade all notebooks below a folder, and write all that is to be read afterwards."""
    found, everything = hand_ins(folder), []
    ids = {student: id_of(student) for student, _ in found}
    lessons = {lesson for _, lesson in found}
    released = release([LESSON_OF[lesson] for lesson in sorted(lessons)], out / "course")
    notes: dict[str, list[str]] = {student: [] for student in ids}
    for (student, lesson), files in found.items():
        hand_in = HandIn(student, lesson, ids[student], out / "course")
        record = grade(hand_in, files, released[lesson])
        new = marks(hand_in, record)
        notes[student] += [f"Lesson {lesson}: {note}" for note in record["notes"]]
        print(f"{student}, {lesson}: {sum(one.points for one in new):g} of {len(new)}", flush=True)
        everything += new
    write(out, everything, notes, ids)
    points: dict[str, float] = defaultdict(float)
    for mark in everything:
        points[mark.exercise] += mark.points
    (out / "class.md").write_text(class_table(found, points), encoding="utf-8")
    return everything


def _no_formula(cell: object) -> str:
    """What a student has written must not be a formula where the file is opened."""
    return re.sub(r"^(?=[=+@-])", "'", "" if cell is None else str(cell))


def write(
    out: Path, everything: list[Mark], notes: dict[str, list[str]], ids: dict[str, str]
) -> None:
    """Write the CSV file and a page a student."""
    with (out / "grades.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*Mark._fields, "done"])
        for mark in everything:
            done = [n for n in notes[mark.student] if n.startswith(f"Lesson {mark.lesson}")]
            writer.writerow(map(_no_formula, [*mark, " ".join(done)]))
    (out / "students").mkdir(exist_ok=True)
    for student, name in ids.items():
        own = [mark for mark in everything if mark.student == student]
        path = out / "students" / f"{name}.md"
        path.write_text(page(student, own, notes[student]), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Grade returned notebooks.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=GRADES)
    options = parser.parse_args()
    grade_folder(options.folder.resolve(), options.out.resolve())
    print(f"written: {options.out}: grades.csv, class.md, and a page a student in students")
