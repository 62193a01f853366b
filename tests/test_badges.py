"""Launch links, and the first cell of every lesson in the places where it may run."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
import write_badges

PAGES = write_badges.PAGES
FORK = "https://github.com/ada/fork"


def test_badges_and_set_up_cells_are_those_of_the_repository():
    assert write_badges.readme() == (write_badges.ROOT / "README.md").read_text(encoding="utf-8")
    for page in PAGES:
        assert write_badges.written(page) == nbformat.read(page, as_version=4), "run `make badges`"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_the_first_code_cell_is_the_set_up(page):
    first = next(c for c in nbformat.read(page, 4).cells if c.cell_type == "code")
    assert first.metadata.tags == ["setup"] and not first.outputs


def test_a_fork_changes_one_line(monkeypatch):
    monkeypatch.setattr(write_badges, "address", lambda: FORK)
    text = write_badges.readme()
    assert "colab.research.google.com/github/ada/fork/blob/main/notebooks/00_" in text
    assert "mybinder.org/v2/gh/ada/fork/main?urlpath=lab%2Ftree%2Fnotebooks%2F00_" in text
    assert f"git clone {FORK} && cd fork" in text
    made = write_badges.written(PAGES[0])
    assert FORK in made.cells[1].source and "/ada/fork/" in made.cells[0].source


def run(code: str, folder, **environment) -> subprocess.CompletedProcess:
    """Run code in a Python that does not know the course, as in a kernel started in a folder."""
    usual = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [sys.executable, "-c", HIDE + code]
    return subprocess.run(
        command, cwd=folder, env=usual | environment, capture_output=True, text=True, check=True
    )


HIDE = f"""
import sys, types
sys.path[:] = [p for p in sys.path if p not in ("", {str(write_badges.ROOT)!r})]
sys.meta_path[:] = [f for f in sys.meta_path if "editable" not in repr(f).lower()]
"""
SAY = "\nimport json, helpers; print(json.dumps([os.getcwd(), helpers.__file__]))"


@pytest.fixture
def course(tmp_path):
    (tmp_path / "helpers").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "helpers/__init__.py").touch()
    return tmp_path


def set_up() -> str:
    return write_badges.written(PAGES[0]).cells[1].source


def test_set_up_finds_the_course_beside_the_notebooks(course):
    """As on Binder, on a hub, in VS Code and with conda: packages are there, the course is not."""
    done = run(set_up() + SAY, course / "notebooks")
    where, found = json.loads(done.stdout)
    assert where == str(course / "notebooks") and found == str(course / "helpers/__init__.py")
    assert not done.stderr


def test_set_up_does_nothing_where_all_is_installed(course):
    code = set_up() + "\nprint(len(sys.path))"
    known = run(code, course / "notebooks", PYTHONPATH=str(course))
    bare = run("print(len(sys.path))", course / "notebooks", PYTHONPATH=str(course))
    assert known.stdout == bare.stdout


def test_set_up_fetches_the_course_once_on_colab(course, tmp_path_factory):
    """A stranger's folder, a git that copies, and a module google.colab; two lessons in turn."""
    content, tools = tmp_path_factory.mktemp("content"), tmp_path_factory.mktemp("bin")
    (tools / "git").write_text(
        f'#!/bin/sh\necho "$@" >> {tools}/log\ncp -R {course} $(basename "$5")\n'
    )
    (tools / "git").chmod(0o755)
    colab = "sys.modules['google.colab'] = types.ModuleType('google.colab')\n"
    for _ in range(2):
        path = f"{tools}:{os.environ['PATH']}"
        where, found = json.loads(run(colab + set_up() + SAY, content, PATH=path).stdout)
        name = write_badges.address().split("/")[-1]
        assert where == str(content / name / "notebooks") and found.startswith(str(content))
    assert (tools / "log").read_text().splitlines() == [
        f"clone --quiet --depth 1 {write_badges.address()}"
    ]


def test_a_kernel_without_the_packages_is_told_what_to_do(course):
    absent = "import importlib.util as u\nold = u.find_spec\n"
    absent += "u.find_spec = lambda n, *a: None if n == 'cv2' else old(n, *a)\n"
    assert "lacks cv2" in run(absent + set_up(), course / "notebooks").stdout
