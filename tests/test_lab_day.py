"""Editions, answer sheet and grading, tried as a room of learners would use them."""

import csv
import re
from pathlib import Path

import nbformat
import pytest

from helpers.exercises.checks import all_exercises
from tools import editions, grade, make_lab_kit, sandbox

ROOT = Path(__file__).resolve().parents[1]
LESSON = ROOT / "notebooks/00_start_here.ipynb"
NAMES = [name for name in all_exercises() if name.startswith("00")]


@pytest.fixture(params=editions.LESSONS, ids=lambda p: p.name[:2])
def lesson(request):
    return request.param


def test_student_edition_holds_stubs_and_no_solutions_or_results(lesson):
    made = editions.student(lesson)
    nbformat.validate(made)
    code = [cell for cell in made.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or editions.has(cell, "solution") for cell in code)
    marked = [cell.metadata.nbgrader for cell in code if "nbgrader" in cell.metadata]
    exercises = [name for name in all_exercises() if name.startswith(lesson.name[:2])]
    assert len({mark.grade_id for mark in marked}) == len(marked) == 2 * len(exercises)
    assert sum(mark.get("points", 0) for mark in marked) == len(exercises)


def test_instructor_edition_has_solutions_minutes_and_stumbles(lesson):
    made = editions.instructor(lesson)
    nbformat.validate(made)
    text = "\n".join(cell.source for cell in made.cells)
    exercises = [name for name in all_exercises() if name.startswith(lesson.name[:2])]
    assert (
        text.count("### BEGIN SOLUTION") == text.count("### BEGIN HIDDEN TESTS") == len(exercises)
    )
    minutes = [int(m) for m in re.findall(r"takes about (\d+) minutes", text)]
    assert len(minutes) >= 3 and 10 <= sum(minutes) <= 150
    for name in exercises:
        assert all_exercises()[name].hints[-1] in text


def test_answer_sheet_asks_for_everything():
    sheet = make_lab_kit.answer_sheet()
    assert sheet.count("<section>") == len(editions.LESSONS)
    for name in all_exercises():
        assert f"Exercise {name}" in sheet
    assert sheet.count("Prediction:") >= 20 and "{{" not in sheet


def test_kit_is_whole_apart_from_its_wheels(tmp_path):
    make_lab_kit.make(tmp_path / "kit", wheels=False)
    kit = tmp_path / "kit"
    for name in ("HOW_TO.md", "install.sh", "start.sh", "answer_sheet.html", "student/data"):
        assert (kit / name).exists(), name
    for folder in ("student/notebooks", "instructor"):
        assert len(list((kit / folder).glob("0*.ipynb"))) == len(editions.LESSONS)
    assert (kit / "keras/seeing-like-a-cnn/vgg16_convolutions").is_dir()
    with pytest.raises(FileExistsError, match="not empty"):
        make_lab_kit.make(kit)


def returned(folder: Path, student: str, **answers: str) -> None:
    """Write what a student hands in: the student edition with some cells filled in."""
    notebook = editions.student(LESSON)
    for cell in notebook.cells:
        name = editions.exercise_name(cell) if editions.has(cell, "exercise") else None
        if name:
            cell.source = answers.get(f"a{name[-1]}", cell.source)
    path = folder / student / LESSON.name
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


def solutions() -> dict[str, str]:
    cells = nbformat.read(LESSON, 4).cells
    found = [cell.source for cell in cells if editions.has(cell, "solution")]
    return {f"a{number}": source for number, source in enumerate(found, start=1)}


HOSTILE = """
answer_00_2 = 1
import os, socket
import helpers.exercises.checks as checks
open(os.path.expanduser("~/trace"), "w").write("x")
try:
    socket.create_connection(("127.0.0.1", 22), 2)
    answer_00_1 = "network"
except OSError:
    pass
os._exit(3)
"""


def test_a_returned_folder_is_graded_and_nobody_harms_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS", 5)
    folder, right = tmp_path / "returned", solutions()
    returned(folder, "ada", **right)
    returned(folder, "bo b", a1="answer_00_1 = (28, 28, 1)", a2=right["a2"])
    returned(folder, "endless", **{**right, "a2": "answer_00_2 = 1\nwhile True: pass"})
    returned(folder, "hostile", **{**right, "a2": HOSTILE})
    returned(folder, "empty")
    (folder / "broken").mkdir()
    (folder / "broken" / LESSON.name).write_text("{ this is no notebook")
    (folder / "notes.ipynb").write_text("{}")
    grade.grade_folder(folder, tmp_path / "out")
    rows = list(csv.DictReader((tmp_path / "out/grades.csv").open(encoding="utf-8")))
    points = {}
    for row in rows:
        points.setdefault(row["student"], []).append(int(row["points"]))
    assert points == {
        "ada": [1, 1, 1],
        "bo b": [0, 1, 0],
        "broken": [0, 0, 0],
        "empty": [0, 0, 0],
        "endless": [1, 0, 1],
        "hostile": [1, 0, 0],
    }
    messages = {(row["student"], row["exercise"]): row["message"] for row in rows}
    assert "one picture" in messages["bo b", "00.1"]
    assert "stopped after 5 seconds" in messages["endless", "00.2"]
    assert "kernel died" in messages["hostile", "00.2"]
    assert "not a notebook" in messages["broken", "00.1"]
    assert "No answer yet" in messages["empty", "00.1"]
    report = (tmp_path / "out/ada.md").read_text(encoding="utf-8")
    assert report.startswith("# ada: 3 of 3 points")
    assert not (Path.home() / "trace").exists()


def test_names_of_students_and_lessons_are_found(tmp_path):
    for path, found in {
        "ada/02_visualize_filters.ipynb": ("ada", "02"),
        "group 1/ada/05_x.ipynb": ("group 1/ada", "05"),
        "ada_02_visualize.ipynb": ("ada", "02"),
        "notes.ipynb": None,
    }.items():
        assert grade.owner(tmp_path / path, tmp_path) == found
