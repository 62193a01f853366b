"""What the repository promises about itself."""

import ast
import hashlib
import importlib
import inspect
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import yaml

from tools.mutants import mutants
from tools.write_environment import environment

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_environment_agrees_with_pyproject():
    written = (ROOT / "environment.yml").read_text()
    assert written == environment(), "run `make environment`"
    dependencies = yaml.safe_load(written)["dependencies"]
    assert any("tensorflow" in line for line in dependencies[-1]["pip"])


def test_environment_can_run_the_tests():
    pip = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"][-1]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {*project["dependencies"], *project["optional-dependencies"]["test"]} == {*pip["pip"]}


def build(folder: Path, kind: str) -> Path:
    """Let pip build the course, in a copy, as a wheel or for an editable install."""
    course, built = folder / "course", folder / "built"
    for name in ("helpers", "data"):
        shutil.copytree(ROOT / name, course / name)
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT"):
        shutil.copy(ROOT / name, course)
    pip = [sys.executable, "-m", "pip", "--verbose", "--disable-pip-version-check"]
    ways = {
        "wheel": ["wheel", "--wheel-dir", built, course],
        "editable": ["install", "--target", built, "--editable", course],
    }
    command = [*pip, *ways[kind], "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not re.search(r"Warning\b|is absent", done.stdout + done.stderr)
    return built


def test_an_editable_install_leads_to_the_clone(tmp_path):
    built = build(tmp_path, "editable")
    (path,) = built.glob("*.pth")
    assert Path(path.read_text().strip()) == tmp_path / "course"
    assert not (built / "helpers").exists()


def test_a_wheel_brings_the_helpers_and_all_data(tmp_path):
    (wheel,) = build(tmp_path, "wheel").iterdir()
    course, package, project = tmp_path / "course", tmp_path / "package", tmp_path / "project"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(package)
    files = [path for path in course.glob("helpers/**/*.*") if path.suffix != ".pyc"]
    inside = {path.relative_to(course) for path in files}
    inside |= {"helpers" / p.relative_to(course) for p in course.glob("data/**/*.*")}
    assert inside <= {path.relative_to(package) for path in package.rglob("*.*")}
    shutil.rmtree(course)
    project.mkdir()
    code = "from helpers.datasets import load_photo; from helpers.datasets.folder import WORKPLACE;"
    code += "print(load_photo('dog').shape, WORKPLACE)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip().endswith(f", 3) {project}")


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("exit 1", "needs Python 3.11, 3.12 or 3.13"),
        ('case "$2" in *ensurepip*) exit 1;; esac', "python3-venv"),
    ],
)
def test_make_says_in_a_sentence_what_python_lacks(tmp_path, fault, says):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{fault}\n")
    python.chmod(0o755)
    command = ["make", "--no-print-directory", "lab", f"PYTHON={python}", f"VENV={tmp_path}/venv"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode and says in done.stdout and len(done.stdout.splitlines()) == 1


def test_oldest_and_newest_versions_are_stated_in_one_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needs = [project["project"]["requires-python"], *project["project"]["dependencies"]]
    oldest = dict(re.match(r"([\w-]*)>=([\d.]+)", need).groups() for need in needs)
    oldest |= {"python": oldest.pop(""), "tensorflow": oldest["tensorflow-cpu"]}
    for name, newest in project["tool"]["course"]["newest"].items():
        ends = [tuple(map(int, end.split("."))) for end in (oldest[name], newest)]
        assert ends[0] <= ends[1]
        assert f"| {name} | {oldest[name]} | {newest} |" in (ROOT / "docs/install.md").read_text()


def test_the_citation_is_valid_and_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["cff-version"] == "1.2.0" and citation["version"] == project["version"]
    assert project["license"].split(" AND ") == citation["license"]
    released = re.search(r"^## ([\d.]+), ([\d-]+)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    dates = [released[2]] if released else []
    assert dates == [str(value) for key, value in citation.items() if key == "date-released"]


def test_every_file_of_data_is_listed_with_its_hash():
    listed = dict(re.findall(r"^\| `([^`]+)` .* `([0-9a-f]{64})` \|$", sources_md(), re.M))
    files = {p for p in DATA.rglob("*.*") if "models" not in p.parts and p.suffix != ".md"}
    files.add(DATA / "models/efficientnet_lite0.npz")  # the course made the other models
    assert {str(p.relative_to(DATA)) for p in files} == set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == digest, name


def sources_md():
    return (DATA / "SOURCES.md").read_text()


def test_photos_are_small():
    for photo in (DATA / "photos").iterdir():
        assert photo.stat().st_size < 120_000, photo


def test_make_alone_lists_the_targets():
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in (
        "lab",
        "check",
        "mutants",
        "test",
        "test-oldest",
        "data",
        "bench",
        "live",
        "lab-kit",
        "patterns",
        "grade",
        "badges",
        "audit",
        "clean",
    ):
        assert re.search(rf"^{target} ", listed, re.M), target


TEXTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "tools/lab_kit/HOW_TO.md"]
COMMANDS = [*TEXTS, *(ROOT / ".github/workflows").iterdir(), ROOT / ".ci/run", ROOT / "postBuild"]


def test_the_readme_is_for_somebody_who_has_just_arrived():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 100


def headings(path: Path) -> set[str]:
    """The anchors that GitHub and the book give to the headings of a text."""
    found = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", line).lower().replace(" ", "-") for line in found}


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.name)
def test_links_of_texts_lead_somewhere(text):
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        found = text.parent / name if name else text
        assert found.exists(), target
        assert not anchor or anchor in headings(found), target


@pytest.mark.parametrize("text", COMMANDS, ids=lambda path: path.name)
def test_texts_name_targets_that_make_knows(text):
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    said = r"(?:^\s*(?:- run: )?|`)make ([a-z][a-z-]*)"
    assert set(re.findall(said, text.read_text(encoding="utf-8"), re.M)) <= known


MODULES = sorted((ROOT / "helpers").rglob("*.py"))
FLOORS = (  # from the ground up: a module imports from lower ones, or from its own room
    {"_choices", "pixels"},
    {"_keras", "photo_files", "sources"},
    {"images"},
    {"datasets"},
    {"models"},
    {"inputs"},
    {"classes"},
    {"activations", "filters", "occlusion", "patterns", "saliency", "trust"},
    {"cam"},
    {"figures"},
    {"plots"},
    {"report"},
    {"explorers", "exercises"},
)
AT_HOME = {  # what alone imports a library
    "cv2": {"images", "photo_files"},
    "ipywidgets": {"explorers", "exercises"},
    "keras": {"_keras"},
    "matplotlib": {"figures", "plots"},
    "requests": {"sources"},
    "tensorflow": {"_keras"},
}


def room(module: str) -> str:
    """What stands next to ``helpers``, or the library's own name."""
    package, *rest = module.split(".")
    return rest[0] if package == "helpers" and rest else package


def imported(code: str) -> set[str]:
    """The rooms and libraries that a module imports, also inside its functions."""
    nodes = list(ast.walk(ast.parse(code)))
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            whole = [f"helpers.{alias.name}" for alias in node.names]
            modules.update(whole if node.module == "helpers" else [node.module])
    return {room(module) for module in modules}


def arrows_up(name: str, code: str) -> set[str]:
    """What a module of the room ``name`` imports and must not."""
    height = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
    others = imported(code) - {name}
    up = {other for other in others & height.keys() if height[other] >= height[name]}
    return up | {library for library in others & AT_HOME.keys() if name not in AT_HOME[library]}


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_are_short_and_arrows_go_down(module):
    code = module.read_text(encoding="utf-8")
    assert sum(bool(line.strip()) for line in code.splitlines()) <= 150, "lines that are not blank"
    name = module.relative_to(ROOT / "helpers").parts[0].removesuffix(".py")
    assert name == "__init__" or not arrows_up(name, code)


@pytest.mark.parametrize(
    "code",
    [
        "from helpers.plots import show_images",
        "from helpers import explorers",
        "def late():\n    import helpers.classes",
        "import matplotlib.pyplot as plt",
        "import keras",
    ],
)
def test_an_arrow_that_goes_up_is_seen(code):
    assert arrows_up("models", code) and not arrows_up("models", "from helpers import datasets")


WITHOUT_EXAMPLE = {
    "helpers.exercises.predictions.predictions": "shows what the learner has typed",
    "helpers.exercises.predictions.save_predictions": "writes what the learner has typed",
    "helpers.sources.fetch.available": "depends on what this machine has fetched",
    "helpers.sources.fetch.fetch": "downloads",
}


def public_functions() -> dict[str, Callable]:
    """What packages offer by ``__all__``, and what lessons import."""
    offered = set()
    for path in (ROOT / "helpers").glob("[!_]*/__init__.py"):
        module = f"helpers.{path.parent.name}"
        offered |= {(module, name) for name in importlib.import_module(module).__all__}
    for path in LESSONS:
        code = "\n".join(c.source for c in nbformat.read(path, 4).cells if c.cell_type == "code")
        for module, names in re.findall(r"^from (helpers\S*) import (\([^)]*\)|.*)", code, re.M):
            offered |= {(module, name) for name in re.findall(r"\w+", names)}
    things = [getattr(importlib.import_module(module), name) for module, name in offered]
    return {f"{one.__module__}.{one.__name__}": one for one in things if inspect.isroutine(one)}


def test_public_functions_have_an_example():
    functions = public_functions()
    assert len(functions) > 40
    assert {name for name, one in functions.items() if ">>>" not in one.__doc__} == {
        *WITHOUT_EXAMPLE
    }


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.fault)
def test_the_place_of_every_mutant_is_still_there(mutant):
    assert mutant.new in mutant.source()
    file, name = mutant.test.split("[")[0].split("::")
    assert f"def {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8")


GRIDS_AT_FULL_SIZE = {"04": 2_000_000}  # bytes, with 256 patterns in them


@pytest.fixture(params=LESSONS, ids=lambda p: p.stem)
def lesson(request):
    return request.param, nbformat.read(request.param, as_version=4)


def test_lessons_are_stored_whole_and_light(lesson):
    path, notebook = lesson
    nbformat.validate(notebook)
    assert path.stat().st_size < GRIDS_AT_FULL_SIZE.get(path.stem[:2], 1_000_000)
    assert "widgets" not in notebook.metadata
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    counts = [cell.execution_count for cell in code]
    assert counts == list(range(1, len(code) + 1)), "run `make notebooks`"
    assert not [o for cell in code for o in cell.outputs if o.output_type == "error"]
    for cell in code:
        most = 18 if "solution" in cell.metadata.get("tags", []) else 15
        assert len(cell.source.splitlines()) <= most, cell.source


def test_lessons_hold_pictures_that_all_have_a_description(lesson):
    _, notebook = lesson
    html = "".join(
        output.data["text/html"]
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "text/html" in output.get("data", {})
    )
    images = re.findall(r"<img[^>]*>", html)
    assert images
    for image in images:
        assert re.search(r'alt="[^"]{15,}"', image), image[:80]


def test_all_lessons_together_are_light():
    assert sum(path.stat().st_size for path in LESSONS) < 750_000 * len(LESSONS)


def test_links_between_lessons_lead_somewhere(lesson):
    path, notebook = lesson
    text = "".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for target in re.findall(r"\]\((?!http|#)([^)#]+)", text):
        assert (path.parent / target).exists(), target
