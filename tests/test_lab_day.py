"""Editions, answer sheet and grading, tried as a room of learners would use them."""

import csv
import json
import os
import re
import subprocess
from pathlib import Path

import nbformat
import numpy as np
import pytest

from helpers.exercises.checks import all_exercises
from helpers.exercises.marking import mark, marks_of_values
from helpers.exercises.quiz import questions
from tests import browser, lab
from tests.exercises import lesson_00, lesson_01, lesson_02
from tools import (
    autograde,
    class_table,
    editions,
    grade,
    make_book,
    make_lab_kit,
    release,
    returned,
)

LESSON = returned.LESSON_OF["02"]


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    pytest.importorskip("nbgrader", reason="the kit needs the extra `lab`")
    folder = tmp_path_factory.mktemp("lab") / "kit"
    make_lab_kit.write_course(folder)
    return folder


@pytest.fixture(params=editions.LESSONS, ids=lambda p: p.name[:2])
def lesson(request):
    return request.param


def exercises_of(lesson: Path) -> list[str]:
    return [name for name in all_exercises() if name.startswith(lesson.name[:2])]


def test_student_edition_holds_stubs_and_no_solutions_or_results(lesson, kit):
    made = nbformat.read(kit / "student/notebooks" / lesson.name, 4)
    nbformat.validate(made)
    code = [cell for cell in made.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or editions.has(cell, "solution") for cell in code)
    assert not re.search(r"SOLUTION|HIDDEN|nstructors", nbformat.writes(made))
    told = [cell for cell in code if re.search(r"\.compare\(\s*\"", cell.source)]
    assert told and all(cell.metadata.jupyter.source_hidden for cell in told)
    own = {cell.id: cell.source for cell in editions.read(lesson).cells}
    assert all(own[cell.id].strip() == cell.source.strip() for cell in made.cells)
    marked = [cell.metadata.nbgrader for cell in code if "nbgrader" in cell.metadata]
    assert len({mark.grade_id for mark in marked}) == len(marked) == 2 * len(exercises_of(lesson))
    assert sum(mark.get("points", 0) for mark in marked) == len(exercises_of(lesson))


def test_instructor_edition_has_solutions_minutes_and_stumbles(lesson):
    made = editions.instructor(lesson)
    nbformat.validate(made)
    text = "\n".join(cell.source for cell in made.cells)
    count = len(exercises_of(lesson))
    assert text.count("### BEGIN SOLUTION") == text.count("### BEGIN HIDDEN TESTS") == count
    minutes = [int(m) for m in re.findall(r"takes about (\d+) minutes", text)]
    assert len(minutes) >= 3 and 10 <= sum(minutes) <= 150
    for name in exercises_of(lesson):
        assert all_exercises()[name].hints[-1] in text


def test_answer_sheet_asks_for_everything():
    sheet = make_lab_kit.answer_sheet()
    assert sheet.count("<section>") == len(editions.LESSONS)
    for name in all_exercises():
        assert f"Exercise {name}" in sheet
    assert sheet.count("Prediction:") >= 20 and "{{" not in sheet


def test_kit_is_whole_apart_from_book_and_wheels(kit):
    files = ("HOW_TO.md", "install.sh", "start.sh", "answer_sheet.html", "student/README.md")
    for name in (*files, "student/data"):
        assert (kit / name).exists(), name
    for folder in ("student/notebooks", "instructor"):
        assert len(list((kit / folder).glob("0*.ipynb"))) == len(editions.LESSONS)
    assert (kit / "keras/seeing-like-a-cnn/vgg16_convolutions").is_dir()
    with pytest.raises(FileExistsError, match="not empty"):
        make_lab_kit.make(kit)


def test_the_kit_holds_the_book(tmp_path, monkeypatch):
    def written(book):
        (book / "site/live").mkdir(parents=True)
        (book / "site/live/index.html").write_text("the live page")
        return book / "site"

    monkeypatch.setattr(make_book, "main", written)
    make_lab_kit.copy_book(tmp_path / "book")
    assert (tmp_path / "book/live/index.html").read_text() == "the live page"


CASES = lesson_00.cases() | lesson_01.cases() | lesson_02.cases()


def test_values_are_marked_from_what_is_kept_of_them(tmp_path, monkeypatch):
    monkeypatch.setenv("CNN_COURSE_ANSWERS", str(tmp_path))
    for name in autograde.VALUES:
        for right in CASES[name].right:
            mark(name, right)
            assert marks_of_values(tmp_path)[name] == (True, "Right.")
        wrong, words = CASES[name].wrong[0]
        with pytest.raises(AssertionError):
            mark(name, wrong)
        passed, says = marks_of_values(tmp_path)[name]
        assert not passed and words in says and "Hint" in says


def test_only_values_are_read_and_a_check_that_fails_says_so(tmp_path, monkeypatch):
    for name in ("maps", "02.1"):
        np.save(tmp_path / f"{name}.npy", [1])
    assert not marks_of_values(tmp_path)
    monkeypatch.setattr(autograde.sys, "executable", "false")
    with pytest.raises(subprocess.SubprocessError):
        autograde._check_values(tmp_path, {})


def test_values_that_could_not_be_checked_cost_no_other_points(tmp_path, monkeypatch):
    def ran(*_, env, **__):
        np.save(Path(env["CNN_COURSE_ANSWERS"], "02.2.npy"), [1])
        return subprocess.CompletedProcess([], 0)

    stored = []
    monkeypatch.setattr(autograde, "nbgrader", ran)
    monkeypatch.setattr(autograde, "_store", lambda *given: stored.append(given))
    monkeypatch.setattr(autograde.sys, "executable", "false")
    hand_in = autograde.HandIn("ada", "02", "ada", tmp_path)
    fault, values = autograde.run(hand_in, nbformat.v4.new_notebook())
    assert fault == autograde.UNCHECKED and values["02.2"] == [False, autograde.UNCHECKED]
    assert stored == [(hand_in, "", values)]  # no fault, which would cost the code its points


def test_every_other_answer_is_code_or_a_model(lesson):
    stubs = [cell for cell in editions.read(lesson).cells if editions.has(cell, "exercise")]
    values = {editions.exercise_name(cell) for cell in stubs if not cell.source.startswith("def")}
    assert values <= {*autograde.VALUES, "01.2", "08.project"}


RIGHT = {
    editions.exercise_name(cell): cell.source.split("print(")[0]
    for cell in nbformat.read(LESSON, 4).cells
    if editions.has(cell, "solution")
}
WRONG = {
    "02.1": RIGHT["02.1"].replace("+ biases", ""),
    "02.2": "answer_02_2 = [[1, 1, 1]] * 3",
    "02.3": "def answer_02_3(image, kernels, biases):\n    return image",
}
FORGED = """
import helpers.exercises.checks as checks
import helpers.exercises.marking as marking
from helpers.exercises.verdict import Verdict
checks.check = marking.check = lambda name, answer=...: Verdict(name, True, "")
"""
BO = grade.id_of("Bo Ñ, B")
SAVES = "\nimport pathlib\nnp.save(pathlib.Path.home() / 'maps.npy', [1])"
ENDLESS = "import time\nwhile True:\n    time.sleep(1)"
KILLED = "The kernel died.", {"02.2": [True, "Right."]}
HUNGRY = "hog = [bytearray(1 << 28) for _ in range(1 << 20)]"


def short(lesson: Path, folder: Path) -> Path:
    """Write a lesson without what its exercises do not need."""
    notebook = nbformat.read(lesson, 4)
    quiz = next(i for i, cell in enumerate(notebook.cells) if editions.has(cell, "quiz"))
    asked = [
        c for c in notebook.cells[4:quiz] if re.match(r"guess\w+( = predict|.compare)", c.source)
    ]
    notebook.cells = [*notebook.cells[:4], *asked, *notebook.cells[quiz:]]
    nbformat.write(notebook, folder / lesson.name)
    return folder / lesson.name


class Room:
    """Students who hand in copies of a student edition."""

    def __init__(self, folder: Path, handed_out: Path) -> None:
        self.folder, self.handed_out = folder, handed_out

    def returns(self, student: str, answers: dict[str, str], *, name: str = LESSON.name):
        """Write what a student hands in."""
        notebook = nbformat.read(self.handed_out, 4)
        for cell in notebook.cells:
            if editions.has(cell, "exercise"):
                cell.source = answers.get(editions.exercise_name(cell), cell.source)
        path = self.folder / student / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        return path, notebook


def choose(notebook, texts: dict[str, str], first: dict[str, str]) -> None:
    """Save a quiz in a notebook as JupyterLab does: what is chosen, and what was chosen first."""
    state = {}
    for number, one in enumerate(questions("02")):
        labels = [choice.text for choice in one.choices]
        if one.id not in texts:
            continue
        state[f"r{number}"] = {
            "state": {"_options_labels": labels, "index": labels.index(texts[one.id])}
        }
        box = {"children": [f"IPY_MODEL_r{number}"], "first": None}
        if one.id in first:
            box["first"] = labels.index(first[one.id])
        state[f"b{number}"] = {"state": box}
    notebook.metadata["widgets"] = {class_table.STATE: {"state": state}}


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A lab day: students return lesson 02, and it is graded."""
    pytest.importorskip("nbgrader", reason="marks need the extra `lab`")
    place = tmp_path_factory.mktemp("room")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(returned.LESSON_OF, "02", short(LESSON, place))
        patch.setitem(autograde.SECONDS, "02", 45)
        handed_out = release.release([returned.LESSON_OF["02"]], place / "kit")["02"]
        students = Room(place / "returned", handed_out)
        hand_in(students)
        marks = grade.grade_folder(place / "returned", place / "out")
        again = []
        patch.setattr(grade, "run", lambda one, *_: again.append(one.student) or KILLED)
        assert grade.grade_folder(place / "returned", place / "out") == marks
        assert again == ["killer"]  # a second call runs only what did not end
    return place / "out"


def hand_in(room: Room) -> None:
    path, notebook = room.returns("ada", RIGHT)
    stubs = [i for i, cell in enumerate(notebook.cells) if editions.has(cell, "exercise")]
    notebook.cells[stubs[0]].source = "answer_02_1 = total"
    own = RIGHT["02.1"].replace("answer_02_1", "total")
    notebook.cells.insert(stubs[0], nbformat.v4.new_code_cell(own + SAVES))
    result = nbformat.v4.new_output(
        "execute_result", data={"text/plain": "Hint 2 of 3: Black pixels"}
    )
    hint = nbformat.v4.new_code_cell('hint("02.2")', outputs=[result])
    table = "question | you predicted | result\n" + " | ".join(
        ("How many of the nine weights of kernel 19 are positive?", "all of them", "three of them")
    )
    compared = nbformat.v4.new_output("execute_result", data={"text/plain": table})
    guess = nbformat.v4.new_code_cell("guess_red.compare(...)", outputs=[compared])
    notebook.cells += [hint, guess]
    pale = questions("02")[1]
    right = pale.choices[pale.right].text
    wrong = next(choice.text for choice in pale.choices if choice.misconception)
    choose(notebook, {"02-pale": right}, {"02-pale": wrong})
    nbformat.write(notebook, path)

    older, _ = room.returns("Bo Ñ, B", WRONG)
    os.utime(older, (1, 1))
    newer, notebook = room.returns("Bo Ñ, B", WRONG | {"02.2": RIGHT["02.2"]}, name="02_ (1).ipynb")
    cells = [c for c in notebook.cells if c.cell_type == "code" and "02_3" not in c.source]
    cells = [{"cell_type": "code", "source": [cell.source]} for cell in cells]
    newer.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 4, "cells": cells}))

    room.returns("endless", {**RIGHT, "02.3": ENDLESS})
    room.returns("hungry", {**RIGHT, "02.3": f"{HUNGRY}\n{RIGHT['02.3']}"})
    room.returns("killer", {**RIGHT, "02.3": "import os\nos._exit(3)"})
    room.returns("forger", {**WRONG, "02.1": FORGED + WRONG["02.1"]})
    room.returns("empty", {})
    path, _ = room.returns("broken", {})
    path.write_text("{ this is no notebook")
    (room.folder / "notes.ipynb").write_text("{}")


def rows(out: Path) -> dict[str, list[dict]]:
    by_student: dict[str, list[dict]] = {}
    for row in csv.DictReader((out / "grades.csv").open(encoding="utf-8")):
        by_student.setdefault(row["student"], []).append(row)
    return by_student


def test_a_returned_folder_is_graded_and_nobody_harms_the_others(room):
    points = {name: [float(row["points"]) for row in own] for name, own in rows(room).items()}
    assert points == {
        "ada": [1, 1, 1],
        "Bo Ñ, B": [0, 1, 0],
        "broken": [0, 0, 0],
        "empty": [0, 0, 0],
        "endless": [1, 1, 0],
        "forger": [1, 0, 1],  # an answer that is code can be forged, a value cannot
        "hungry": [1, 1, 0],
        "killer": [0, 1, 0],  # a value that was kept counts
    }


@pytest.mark.parametrize(
    ("student", "exercise", "says"),
    [
        ("Bo Ñ, B", 0, "bias is missing"),
        ("Bo Ñ, B", 2, "returns nothing"),
        ("endless", 2, "took too long"),
        ("hungry", 2, "MemoryError"),
        ("killer", 0, "kernel died"),
        ("forger", 1, "weights add up to"),
        ("broken", 0, "not a notebook"),
        ("empty", 0, "no answer in the notebook"),
    ],
)
def test_the_marks_say_why(room, student, exercise, says):
    assert says in rows(room)[student][exercise]["message"]


@pytest.mark.parametrize(
    ("student", "done"),
    [
        ("ada", ""),
        ("Bo Ñ, B", "Of 2 files the newest counts, 02_ (1).ipynb."),
        ("Bo Ñ, B", "without the course's metadata"),
    ],
)
def test_the_marks_say_what_was_done(room, student, done):
    written = rows(room)[student][0]["done"]
    assert done in written and bool(done) == bool(written)


def test_a_page_for_a_student(room):
    page = (room / "students" / f"{BO}.md").read_text(encoding="utf-8")
    assert page.startswith("# Bo Ñ, B: 1 of 3 points") and "Hint" in page
    assert "- Lesson 02: Of 2 files" in page


def test_a_page_for_the_class_names_nobody(room):
    page = (room / "class.md").read_text(encoding="utf-8")
    assert "7 notebooks" in page and not any(name in page for name in rows(room))
    assert "kernel 19 are positive? | all of them (1)" in page
    assert "| 02-pale | 0 of 1 | pale-means-weak (1) |" in page
    assert re.search(r"\| 02.2 \| 5 \| 6 \| 0 \| 0 \| 1 \| 0 \|", page)


def test_points_and_comments_of_a_teacher_are_taken_over(room, tmp_path):
    hand_in = autograde.HandIn("Bo Ñ, B", "02", BO, room / "course")
    with autograde.submission(hand_in) as found:
        (one,) = (g for g in found.grades if g.name == "check_02_3")
        one.manual_score = 0.5
        (comment,) = (c for c in found.comments if c.name == "answer_02_3")
        comment.manual_comment = "Half the way."
    marks = grade.marks(hand_in, {"ran": True, "fault": "", "values": {}, "notes": []})
    assert (marks[2].points, marks[2].comment) == (0.5, "Half the way.")


def test_points_that_a_teacher_gave_before_the_last_run_are_told(room):
    hand_in = autograde.HandIn("endless", "02", "endless", room / "course")
    with autograde.submission(hand_in) as found:
        (one,) = (g for g in found.grades if g.name == "check_02_1")
        one.manual_score = 0.5
    autograde._store(hand_in, "The kernel died.", {})
    record = {"ran": True, "fault": "", "values": {}, "notes": []}
    assert grade.marks(hand_in, record)[0].points == 0.5
    (note,) = (note for note in record["notes"] if note.startswith("02.1"))
    assert "given by hand" in note and note.endswith("now gives 0.")


def test_what_did_not_end_and_what_has_changed_is_graded_again(tmp_path, monkeypatch):
    path, ends = tmp_path / "02_x.ipynb", ["The kernel died.", "It was stopped.", "", "", ""]
    settled = False
    nbformat.write(nbformat.v4.new_notebook(), path)
    monkeypatch.setattr(grade, "rebuild", lambda *_: ("a notebook", []))
    monkeypatch.setattr(grade, "run", lambda *_: (ends.pop(0), {}))
    monkeypatch.setattr(grade, "_settled", lambda _: settled)

    def left() -> int:
        grade.grade(autograde.HandIn("ada", "02", "ada", tmp_path), [path], path)
        return len(ends)

    assert [left(), left()] == [4, 3]
    settled = True  # the teacher has given points for what was stopped
    assert left() == 3
    settled = False
    assert [left(), left()] == [2, 2]
    monkeypatch.setattr(autograde, "distributions", list)  # other packages
    assert [left(), left()] == [1, 1]
    monkeypatch.setattr(autograde, "CHECKS", tmp_path)  # other checks
    assert [left(), left()] == [0, 0]


def test_to_clean_spares_the_marks():
    (removed,) = re.findall(r"^\trm -rf (.*)", (make_lab_kit.ROOT / "Makefile").read_text(), re.M)
    assert str(grade.GRADES) not in removed and "build" not in grade.GRADES.parts
    assert f"/{grade.GRADES}/" in (make_lab_kit.ROOT / ".gitignore").read_text().split()


def test_what_is_chosen_in_a_quiz_is_saved_with_the_notebook(tmp_path):
    browser.program()
    name, values = "@jupyter-widgets/jupyterlab-manager:plugin", {"saveState": True}
    install = (make_lab_kit.TEXTS / "install.sh").read_text()
    (settings,) = re.findall(r"^{$.*?^}$", install, re.M | re.S)
    assert json.loads(settings)[name] == values
    package, plugin = name.split(":")
    file = tmp_path / "home/settings" / package / f"{plugin}.jupyterlab-settings"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(values))
    desk = tmp_path / "desk"
    desk.mkdir()
    lab.write(desk / "asked.ipynb", ['from helpers.exercises import quiz\nquiz("02")'])
    with (
        browser.chromium() as window,
        browser.jupyterlab(desk, tmp_path / "home") as server,
        lab.notebook(window, server, "asked") as page,
    ):
        first, second = page.get_by_role("radio").all()[:2]
        first.check()
        page.get_by_role("status").filter(has_text=re.compile(r"^(No|Right)\.")).wait_for()
        second.check()
        for _ in range(2):  # the first save may be under way before the state is there
            page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    (text,) = class_table.chosen(returned.load(desk / "asked.ipynb")).values()
    assert text == questions("02")[0].choices[0].text


@pytest.fixture
def handed_out(kit):
    return nbformat.read(kit / "student/notebooks" / LESSON.name, 4)


def own_code(notebook) -> dict[str, str]:
    """Code of a notebook that the lesson does not have: the last line -> all of the cell."""
    lesson = {cell.source.strip() for cell in editions.read(LESSON).cells}
    code = [cell.source.strip() for cell in notebook.cells if cell.cell_type == "code"]
    return {text.splitlines()[-1]: text for text in code if text not in lesson}


def code(source: str, **metadata):
    return nbformat.v4.new_code_cell(source, metadata=metadata)


ONE, TWO = "answer_02_2 = [1]", "answer_02_2 = [2]"
OTHER = {"course": {"handed_out": "an earlier version"}}
SOLUTION = next(c for c in nbformat.read(LESSON, 4).cells if editions.has(c, "solution"))


@pytest.mark.parametrize(
    ("cells", "metadata", "code", "says"),
    [
        ([code(ONE), code(TWO)], {}, [ONE, TWO], "02.2 is answered in more than one cell"),
        ([code("x = 1"), code(ONE)], {}, ["x = 1", ONE], "cells of the lesson were missing"),
        ([code(ONE), code("x = 1")], {}, [ONE], "cells of the lesson were missing"),
        ([code(ONE)], OTHER, [ONE], "of another version of the course"),
        ([code("answer_02_9 = 1")], {}, None, "no answer in the notebook"),
        ([code("answer_02_2 == [1]")], {}, None, "no answer in the notebook"),
        ([code("y", nbgrader={"grade_id": "answer_02_2"})], {}, ["y"], "were missing"),
        ([SOLUTION], {}, None, "no answer in the notebook"),
        ([code(SOLUTION.source)], {}, None, "no answer in the notebook"),
        ([], {}, None, "no answer in the notebook"),
    ],
)
def test_answers_are_found_wherever_they_stand(handed_out, cells, metadata, code, says):
    back = nbformat.v4.new_notebook(cells=cells, metadata={**handed_out.metadata, **metadata})
    built, notes = returned.rebuild(handed_out, back)
    assert says in " ".join(notes)
    assert (built and [*own_code(built)]) == code


def test_a_lesson_of_which_only_the_answers_were_changed_is_graded_without_a_word(handed_out):
    back = nbformat.from_dict(handed_out)
    for cell in back.cells:
        if editions.has(cell, "exercise"):
            cell.source = RIGHT[editions.exercise_name(cell)]
    built, notes = returned.rebuild(handed_out, back)
    assert not notes and len(own_code(built)) == 3


def test_a_solution_that_was_copied_is_an_answer(handed_out):
    back = nbformat.from_dict(handed_out)
    next(c for c in back.cells if editions.has(c, "exercise")).source = SOLUTION.source
    built, _ = returned.rebuild(handed_out, back)
    assert SOLUTION.source in [cell.source for cell in built.cells]


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"\xff\xfe", b'{"cells": 1}', b'{"cells": [1], "nbformat": 4}'],
)
def test_what_is_no_notebook_is_refused(tmp_path, content):
    path = tmp_path / "02_x.ipynb"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a notebook"):
        returned.load(path)
    assert class_table.beliefs(path) is None


def test_of_two_files_the_newer_is_first_and_what_is_no_file_is_left_out(tmp_path):
    for age, name in enumerate(("02_new", "02_old", "05_x")):
        (tmp_path / "ada").mkdir(exist_ok=True)
        path = tmp_path / "ada" / f"{name}.ipynb"
        path.write_text("{}")
        os.utime(path, (1000 - age, 1000 - age))
    (tmp_path / "ada/02_nowhere.ipynb").symlink_to(tmp_path / "nowhere")
    (tmp_path / "ada/02_folder.ipynb").mkdir()
    found = returned.hand_ins(tmp_path)
    assert [path.stem for path in found["ada", "02"]] == ["02_new", "02_old"]
    assert list(found) == [("ada", "02"), ("ada", "05")]


def test_the_table_holds_no_formula_of_a_student(tmp_path):
    marks = [grade.Mark("=1+1", "02", "02.1", 1, 1, "-2", None)]
    grade.write(tmp_path, marks, {"=1+1": ["Lesson 02: done"]}, {"=1+1": "a"})
    (row,) = list(csv.reader((tmp_path / "grades.csv").open(encoding="utf-8")))[1:]
    assert row == ["'=1+1", "02", "02.1", "1", "1", "'-2", "", "Lesson 02: done"]


def test_names_for_nbgrader_are_plain_and_each_its_own():
    names = ["ann-b", "Ann-b", "a b", "a b-2", "a/b", "zoë", "Zoë"]
    ids = [grade.id_of(name) for name in names]
    assert len({name.casefold() for name in ids}) == len(names)
    assert all(re.fullmatch(r"[\w-]+", name) for name in ids)
    assert (ids[0], ids[2], ids[5]) == ("ann-b", "a_b-c8687a", "zoë")


def test_names_of_students_and_lessons_are_found(tmp_path):
    for path, found in {
        "ada/02_visualize_filters.ipynb": ("ada", "02"),
        "group 1/ada/05_x.ipynb": ("group 1/ada", "05"),
        "ada_02_visualize.ipynb": ("ada", "02"),
        "notes.ipynb": None,
    }.items():
        assert returned.owner(tmp_path / path, tmp_path) == found
