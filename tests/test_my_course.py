"""The learner's own copies: made, renewed, and kept on good days and on bad ones."""

import errno
import json
import os
import re
import shutil
import stat
from pathlib import Path

import nbformat
import pytest

from tools import my_course
from tools.editions import NOTEBOOKS, has
from tools.helper_names import missing_names

LESSON, NEW, NEW_2 = (f"03_feature_maps{part}.ipynb" for part in ("", ".new", ".new2"))
ANSWER = "answer_03_1 = 'mine'"
ROOT = NOTEBOOKS.parent


class Course:
    """A small course in a folder of its own: two lessons and a page of text."""

    def __init__(self, root: Path):
        self.notebooks, self.mine = root / "notebooks", root / "my_course"
        self.notebooks.mkdir(parents=True)
        for name in ("00_start_here.ipynb", LESSON, "glossary.md"):
            shutil.copy(NOTEBOOKS / name, self.notebooks)

    def lab(self, helpers_root: Path = ROOT) -> list[str]:
        return my_course.hand_out_all(self.notebooks, self.mine, helpers_root)

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.mine.iterdir() if path.is_file()}


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path / "Kurs für Zoë")


def edit(path: Path, source: str) -> None:
    """Append a cell, as an author or a learner would."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, path)


def run(path: Path) -> None:
    """Leave behind what JupyterLab does when all cells are run: outputs and one empty cell."""
    notebook = nbformat.read(path, as_version=4)
    for number, cell in enumerate(cell for cell in notebook.cells if cell.cell_type == "code"):
        cell.execution_count = number
        cell.outputs = [nbformat.v4.new_output("stream", text="a result")]
        cell.metadata["collapsed"] = False
    notebook.cells.append(nbformat.v4.new_code_cell())
    nbformat.write(notebook, path)


def sources(path: Path) -> str:
    return "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)


def tells(cell) -> bool:
    """Whether a cell gives a solution, or in words the answer to a prediction, away."""
    return has(cell, "solution") or re.search(r"\.compare\(\s*\"", cell.source) is not None


def test_copies_of_the_real_course_are_whole_and_give_no_answer_away(tmp_path):
    my_course.hand_out_all(NOTEBOOKS, tmp_path / "my_course")
    copies = {path.name: path for path in (tmp_path / "my_course").iterdir()}
    masters = [path for kind in ("*.ipynb", "*.md") for path in NOTEBOOKS.glob(kind)]
    assert set(copies) == {path.name for path in masters}
    for path in NOTEBOOKS.glob("*.ipynb"):
        copy, master = (nbformat.read(p, as_version=4) for p in (copies[path.name], path))
        nbformat.validate(copy)
        assert [c.source for c in copy.cells] == [c.source for c in master.cells]
        for cell in (cell for cell in copy.cells if cell.cell_type == "code"):
            assert not cell.outputs and cell.execution_count is None
            assert not tells(cell) or cell.metadata.jupyter.source_hidden


def test_solutions_are_folded_even_where_the_master_shows_them(course):
    notebook = nbformat.read(course.notebooks / LESSON, as_version=4)
    shown = [cell for cell in notebook.cells if has(cell, "solution")]
    for cell in shown:
        cell.metadata.pop("jupyter")
    nbformat.write(notebook, course.notebooks / LESSON)
    course.lab()
    copy = nbformat.read(course.mine / LESSON, as_version=4)
    folded = [cell.metadata.jupyter.source_hidden for cell in copy.cells if has(cell, "solution")]
    assert shown and folded == [True] * len(shown)


def prose(path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_links_of_the_copies_lead_somewhere(tmp_path):
    my_course.hand_out_all(NOTEBOOKS, tmp_path / "my_course")
    names = {path.name for path in (tmp_path / "my_course").iterdir()}
    for path in (tmp_path / "my_course").iterdir():
        text = path.read_text() if path.suffix == ".md" else prose(path)
        for link in re.findall(r"\]\(([\w./-]+)(?:#[\w-]+)?\)", text):
            place = ROOT / "my_course" / link
            assert link in names or (link.startswith("../") and place.resolve().exists()), link


def test_the_first_call_says_so_and_the_second_does_nothing(course, monkeypatch):
    assert course.lab() == ["my_course now holds your own copies of the lessons."]
    before = course.files()
    monkeypatch.setattr(my_course, "write", None)
    assert course.lab() == [] and course.files() == before
    assert set(before) == {"00_start_here.ipynb", LESSON, "glossary.md"}


@pytest.mark.parametrize("touch", [lambda path: None, run], ids=["untouched", "only run"])
def test_a_copy_that_nobody_changed_follows_its_lesson(course, touch):
    course.lab()
    touch(course.mine / LESSON)
    before = course.files()
    assert course.lab() == [] and course.files() == before  # results stay while nothing is new
    edit(course.notebooks / LESSON, "'edition two'")
    (line,) = course.lab()
    assert line == f"my_course/{LESSON} was unchanged, so it is now the newest version."
    assert "edition two" in sources(course.mine / LESSON)
    assert course.lab() == [] and not (course.mine / NEW).exists()


def test_a_changed_copy_is_kept_and_newer_lessons_lie_beside_it(course):
    course.lab()
    edit(course.mine / LESSON, ANSWER)
    mine = (course.mine / LESSON).read_bytes()
    assert course.lab() == []
    for edition in ("edition two", "edition three"):
        edit(course.notebooks / LESSON, f"'{edition}'")
        for _ in range(2):
            (line,) = course.lab()
            assert line == (
                f"Your changes stay in my_course/{LESSON}; the newer version is my_course/{NEW}."
            )
        assert (course.mine / LESSON).read_bytes() == mine
        assert edition in sources(course.mine / NEW) and ANSWER not in sources(course.mine / NEW)
        assert not (course.mine / NEW_2).exists()


def test_a_new_copy_that_was_changed_is_kept_too(course):
    course.lab()
    edit(course.mine / LESSON, ANSWER)
    edit(course.notebooks / LESSON, "'edition two'")
    course.lab()
    edit(course.mine / NEW, ANSWER)
    kept = course.files()
    course.lab()
    assert course.files() == kept
    edit(course.notebooks / LESSON, "'edition three'")
    (line,) = course.lab()
    assert f"my_course/{LESSON} and my_course/{NEW};" in line and NEW_2 in line
    assert {name: course.files()[name] for name in kept} == kept
    assert "edition three" in sources(course.mine / NEW_2)


def test_a_new_copy_in_the_place_of_the_old_one_is_the_copy_from_then_on(course):
    course.lab()
    edit(course.mine / LESSON, ANSWER)
    edit(course.notebooks / LESSON, "'edition two'")
    course.lab()
    (course.mine / NEW).replace(course.mine / LESSON)
    edit(course.mine / LESSON, ANSWER)
    assert course.lab() == [] and not (course.mine / NEW).exists()


def test_an_unchanged_new_copy_goes_when_the_learner_starts_over(course):
    course.lab()
    edit(course.mine / LESSON, ANSWER)
    edit(course.notebooks / LESSON, "'edition two'")
    course.lab()
    (course.mine / LESSON).unlink()
    assert course.lab() == [] and not (course.mine / NEW).exists()
    assert "edition two" in sources(course.mine / LESSON)


@pytest.mark.parametrize(
    "spoil",
    [lambda path: edit(path, ANSWER), lambda path: half(path)],
    ids=["changed", "half copied"],
)
def test_a_new_copy_that_holds_work_stays_when_the_old_one_goes(course, spoil):
    course.lab()
    edit(course.mine / LESSON, ANSWER)
    edit(course.notebooks / LESSON, "'edition two'")
    course.lab()
    spoil(course.mine / NEW)
    kept = (course.mine / NEW).read_bytes()
    (course.mine / LESSON).unlink()
    assert course.lab() == [] and (course.mine / NEW).read_bytes() == kept


@pytest.mark.parametrize("place", ["start", "end"])
def test_a_page_of_text_is_renewed_or_kept_like_a_lesson(course, place):
    course.lab()
    master, mine = course.notebooks / "glossary.md", course.mine / "glossary.md"
    master.write_text(master.read_text() + "\nEdition two.\n")
    assert "glossary.md was unchanged" in course.lab()[0]
    assert "Edition two." in mine.read_text()
    note = "my note\n"
    mine.write_text(note + mine.read_text() if place == "start" else mine.read_text() + note)
    kept = mine.read_bytes()
    assert course.lab() == []
    master.write_text(master.read_text() + "\nEdition three.\n")
    assert "my_course/glossary.new.md" in course.lab()[0] and mine.read_bytes() == kept
    assert "Edition three." in (course.mine / "glossary.new.md").read_text()


def test_a_copy_without_record_is_taken_for_the_learners(course):
    course.lab()
    notebook = nbformat.read(course.mine / LESSON, as_version=4)
    notebook.metadata.pop("course")
    nbformat.write(notebook, course.mine / LESSON)
    assert course.lab() == []
    edit(course.notebooks / LESSON, "'edition two'")
    assert NEW in course.lab()[0] and "edition two" not in sources(course.mine / LESSON)


def write_helpers(root: Path, **modules: str) -> None:
    (root / "helpers").mkdir(parents=True, exist_ok=True)
    for name, text in modules.items():
        (root / f"helpers/{name}.py").write_text(text)


def test_a_changed_copy_that_asks_for_a_lost_helper_is_named(course, tmp_path):
    master = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A lesson")])
    nbformat.write(master, course.notebooks / LESSON)
    write_helpers(tmp_path, maps="def heat(): ...\n\ndef cold(): ...\n")
    course.lab(tmp_path)
    edit(course.mine / LESSON, "from helpers.maps import heat, cold as c")
    edit(course.mine / LESSON, "%time\nfrom helpers.maps import lost  # not plain Python")
    assert course.lab(tmp_path) == []
    write_helpers(tmp_path, maps="heat = 1\n")
    why = f"In my_course/{LESSON}, imports will fail: the helpers do not have helpers.maps.cold."
    assert course.lab(tmp_path) == [why]
    edit(course.notebooks / LESSON, "'edition two'")
    (line,) = course.lab(tmp_path)
    assert NEW in line and line.endswith(why)


def test_no_import_of_a_lesson_is_taken_for_a_lost_one():
    for path in NOTEBOOKS.glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        code = [cell.source for cell in cells if cell.cell_type == "code"]
        assert any("from helpers" in source for source in code)
        assert missing_names(code, ROOT) == []


def test_lost_names_and_modules_are_found(tmp_path):
    package = tmp_path / "helpers/cam"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from helpers.cam.plain import grad_cam as grad_cam\n")
    (package / "plain.py").write_text("def grad_cam():\n    inner = 1\n    return inner\n")
    (tmp_path / "helpers/__init__.py").write_text("")
    lines = (
        "from helpers.cam import grad_cam, plain, score_cam",
        "from helpers.cam.plain import inner",
        "from helpers import cam, trust\nfrom helpers.gone import x\nfrom numpy import nothing",
    )
    lost = ["cam.score_cam", "cam.plain.inner", "trust", "gone"]
    assert missing_names(lines, tmp_path) == [f"helpers.{name}" for name in lost]


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:3000])


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


BROKEN = {
    "half copied": half,
    "empty": lambda path: path.write_bytes(b""),
    "not UTF-8": lambda path: path.write_bytes(b"\xff\xfe{}\xe9"),
    "other JSON": lambda path: path.write_text("[1, 2]"),
    "bare JSON": lambda path: path.write_text("{}"),
    "odd cells": lambda path: path.write_text('{"cells": [{"cell_type": "code", "source": 3}]}'),
    "odd record": lambda path: path.write_text('{"cells": [], "metadata": {"course": 1}}'),
    "folder": folder,
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_what_is_no_notebook_stays_and_a_whole_copy_lies_beside_it(course, broken):
    course.lab()
    broken(course.mine / LESSON)
    before = course.files()
    for _ in range(2):
        (line,) = course.lab()
        assert line == (
            f"my_course/{LESSON} cannot be read and stays as it is; "
            f"a whole copy is my_course/{NEW}."
        )
    after = course.files()
    assert {name: after[name] for name in before} == before
    assert sources(course.mine / NEW) == sources(course.notebooks / LESSON)


def refuse(code: int):
    def refused(*_, **__):
        raise OSError(code, os.strerror(code))

    return refused


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.ENOSPC])
@pytest.mark.parametrize("step", ["replace", "mkdir", "write_text"])
def test_a_folder_that_takes_nothing_loses_nothing(course, monkeypatch, code, step):
    course.lab()
    before = course.files()
    edit(course.notebooks / LESSON, "'edition two'")
    target = os if step == "replace" else Path
    monkeypatch.setattr(target, step, refuse(code))
    (line,) = course.lab()
    assert os.strerror(code) in line and LESSON in line and "glossary" not in line
    assert course.files() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_without_write_permission_loses_nothing(course):
    course.lab()
    before = course.files()
    edit(course.notebooks / LESSON, "'edition two'")
    course.mine.chmod(stat.S_IRUSR | stat.S_IXUSR)
    (line,) = course.lab()
    course.mine.chmod(stat.S_IRWXU)
    assert LESSON in line and course.files() == before


def test_a_file_in_the_place_of_the_folder_stays(course):
    course.mine.write_text("my notes")
    (line,) = course.lab()
    assert "notebooks" in line and LESSON in line
    assert course.mine.read_text() == "my notes"


def test_a_lesson_that_cannot_be_read_leaves_its_copy_alone(course):
    course.lab()
    before = course.files()
    (course.notebooks / LESSON).write_text("<<<<<<< a conflict")
    (line,) = course.lab()
    assert line == f"notebooks/{LESSON} cannot be read, so there is no new copy of it."
    assert course.files() == before


def test_an_interrupted_copy_is_made_whole(course, monkeypatch):
    monkeypatch.setattr(os, "replace", refuse(errno.EIO))
    course.lab()
    assert course.files() == {}
    monkeypatch.undo()
    (course.mine / f".{LESSON}.part").write_text("half")
    course.lab()
    assert set(course.files()) == {"00_start_here.ipynb", LESSON, "glossary.md"}
    assert json.loads((course.mine / LESSON).read_text())["metadata"]["course"]
