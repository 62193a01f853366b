"""Launch links, and the first cell of every lesson in the places where it may run."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from markdown_it import MarkdownIt

from tools import course_address, write_badges
from tools.course_address import on_github

ROOT, PAGES = write_badges.ROOT, write_badges.PAGES
FORK = "https://github.com/ada/fork"
COLAB = r"https://colab\.research\.google\.com/github/[\w.-]+/[\w.-]+/blob/main/notebooks/"
BINDER = r"https://mybinder\.org/v2/gh/[\w.-]+/[\w.-]+/main\?urlpath=lab%2Ftree%2Fmy_course%2F"


def first_cell(page: Path) -> str:
    return nbformat.read(page, as_version=4).cells[0].source


def links(markdown: str) -> list[str]:
    """Where a reader of the rendered page can click."""
    return re.findall(r'<a href="([^"]*)"', MarkdownIt().render(markdown))


def assert_launch_links(markdown: str, page: str):
    targets = links(markdown)
    for address in (COLAB, BINDER):
        assert [t for t in targets if re.fullmatch(address + re.escape(page), t)], address


def test_readme_shows_launch_links_that_can_be_clicked():
    assert_launch_links((ROOT / "README.md").read_text(encoding="utf-8"), "00_start_here.ipynb")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_each_lesson_shows_launch_links_that_can_be_clicked(page):
    assert_launch_links(first_cell(page), page.name)
    assert "Clear all outputs" in MarkdownIt().render(first_cell(page))


def test_badges_and_set_up_cells_are_those_of_the_repository():
    assert write_badges.readme() == (write_badges.ROOT / "README.md").read_text(encoding="utf-8")
    for page in PAGES:
        assert write_badges.written(page) == nbformat.read(page, as_version=4), "run `make badges`"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_the_first_code_cell_is_the_set_up(page):
    first = next(c for c in nbformat.read(page, 4).cells if c.cell_type == "code")
    assert first.metadata.tags == ["setup"] and not first.outputs


def test_a_fork_changes_one_line(monkeypatch):
    for module in (write_badges, course_address):
        monkeypatch.setattr(module, "address", lambda: FORK)
    text = write_badges.readme()
    assert "colab.research.google.com/github/ada/fork/blob/main/notebooks/00_" in text
    assert "mybinder.org/v2/gh/ada/fork/main?urlpath=lab%2Ftree%2Fmy_course%2F00_" in text
    assert f"git clone {FORK} && cd fork" in text and f"pip install git+{FORK}\n" in text
    book = "https://ada.github.io/fork"
    assert {f"{book}/", f"{book}/live/"} <= {*links(text)}
    assert all("ada" in target for target in links(text) if "github" in target)
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
    for folder in ("helpers", "notebooks", "my_course"):
        (tmp_path / folder).mkdir()
    (tmp_path / "helpers/__init__.py").touch()
    return tmp_path


def set_up() -> str:
    return write_badges.written(PAGES[0]).cells[1].source


@pytest.mark.parametrize("folder", ["notebooks", "my_course"])
def test_set_up_finds_the_course_beside_the_notebooks(course, folder):
    """As on Binder, on a hub, in VS Code and with conda: packages are there, the course is not."""
    done = run(set_up() + SAY, course / folder)
    where, found = json.loads(done.stdout)
    assert where == str(course / folder) and found == str(course / "helpers/__init__.py")
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


@pytest.fixture
def clone(tmp_path):
    """A copy of all that `make badges` reads and writes, with one lesson."""
    tools = [f"tools/{name}.py" for name in ("__init__", "write_badges", "course_address")]
    for name in ("pyproject.toml", "README.md", *tools, f"notebooks/{LESSON}"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    return tmp_path


LESSON = PAGES[0].name
SETTING = write_badges.address()


def write(clone: Path, *wish: str, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "tools.write_badges", *wish]
    settings = {"cwd": clone, "env": os.environ | environment}
    return subprocess.run(command, **settings, capture_output=True, text=True)


def remote(clone: Path, url: str) -> None:
    subprocess.run(["git", "-C", clone, "remote", "add", "origin", url], check=True)


def assert_all_lead_to(clone: Path, address: str):
    place = address.removeprefix("https://github.com")
    lesson = nbformat.read(clone / "notebooks" / LESSON, as_version=4)
    readme = (clone / "README.md").read_text(encoding="utf-8")
    for markdown in (readme, lesson.cells[0].source):
        launch = [t for t in links(markdown) if "colab" in t or "mybinder" in t]
        assert len(launch) == 2 and all(f"{place}/" in target for target in launch)
    assert f"git clone {address} " in readme and f'"{address}"' in lesson.cells[1].source
    assert f'Repository = "{address}"' in (clone / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/ada/fork",
        "https://github.com/ada/fork.git",
        "https://ada:secret@github.com/ada/fork.git/",
        "git@github.com:ada/fork.git",
        "ssh://git@github.com:22/ada/fork.git",
    ],
)
def test_all_ways_to_write_an_address_are_read(url):
    assert on_github(url, "it") == FORK


def test_a_clone_of_a_fork_is_offered_its_own_address(clone):
    remote(clone, "https://ada:secret@github.com/ada/fork.git")
    offered = write(clone)
    assert offered.returncode == 0 and not offered.stderr
    assert f"make badges ADDRESS={FORK}\n" in offered.stdout and "secret" not in offered.stdout
    assert_all_lead_to(clone, SETTING)


@pytest.mark.parametrize("wish", ["origin", FORK])
def test_the_address_that_was_offered_can_be_taken(clone, wish):
    remote(clone, "git@github.com:ada/fork.git")
    taken = write(clone, wish)
    assert taken.returncode == 0 and "ADDRESS" not in taken.stdout
    assert_all_lead_to(clone, FORK)
    assert write(clone).stdout == taken.stdout


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://gitlab.com/ada/fork.git", "not a repository on GitHub"),
        ("/srv/courses/seeing", "no git remote"),
        ("file:///srv/courses/seeing", "no git remote"),
        (None, "no git remote"),
    ],
)
def test_a_clone_without_an_address_on_github_is_told_so(clone, url, says):
    if url:
        remote(clone, url)
    told = write(clone)
    assert told.returncode == 0 and says in told.stdout and not told.stderr
    assert_all_lead_to(clone, SETTING)
    refused = write(clone, "origin")
    assert refused.returncode == 1 and says in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_folder_without_git_keeps_the_setting(clone, tmp_path):
    told = write(clone, PATH=str(tmp_path / "empty"))
    assert told.returncode == 0 and "git is not installed" in told.stdout and not told.stderr
    assert_all_lead_to(clone, SETTING)


def test_a_download_inside_another_repository_has_no_remote(clone):
    remote(clone, FORK)
    inner = clone / "course"
    shutil.copytree(clone, inner, ignore=shutil.ignore_patterns(".git", "course"))
    assert "no git remote" in write(inner).stdout


def test_a_setting_elsewhere_is_refused_in_one_sentence(clone):
    project = clone / "pyproject.toml"
    project.write_text(project.read_text().replace(SETTING, "https://gitlab.com/ada/fork"))
    refused = write(clone)
    assert refused.returncode == 1 and "pyproject.toml is not" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_an_address_elsewhere_is_refused_in_one_sentence(clone):
    refused = write(clone, "https://gitlab.com/ada/fork")
    assert refused.returncode == 1 and len(refused.stderr.splitlines()) == 1
    assert_all_lead_to(clone, SETTING)


def test_make_hands_the_address_on():
    command = ["make", "--dry-run", "badges", f"ADDRESS={FORK}"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"tools.write_badges {FORK}\n" in shown.stdout
