"""Write a folder for a lab day: ``python -m tools.make_lab_kit [FOLDER]``.

It holds the student and the instructor edition, an answer sheet, the book with its live page, data
and weights, and wheels, so that the course installs and runs without a network on machines like
this one.
"""

import argparse
import shutil
import subprocess
import sys
import tomllib
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from helpers import sources
from helpers.exercises.quiz import questions
from helpers.sources import assets
from tools import make_book
from tools.editions import LESSONS, NOTEBOOKS, has, predictions, read
from tools.folders import refuse_full
from tools.release import CONFIG, release

ROOT = NOTEBOOKS.parent
TEXTS = Path(__file__).parent / "lab_kit"
COURSE = ("helpers", "data", "pyproject.toml", "LICENSE", "LICENSE-TEXT")
ASSETS = ("fashion_mnist", "vgg16_convolutions")


def copy_course(target: Path) -> None:
    """Copy what the lessons need, without caches."""
    for name in COURSE:
        source, ignore = ROOT / name, shutil.ignore_patterns("__pycache__")
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=ignore)
        else:
            shutil.copy(source, target / name)
    shutil.copy(TEXTS / "README.md", target)


def write_editions(target: Path) -> None:
    """Write the student edition into the copy of the course, and the instructor's beside it."""
    pages = [path for path in NOTEBOOKS.iterdir() if path.suffix in (".md", ".ipynb")]
    for folder in (target / "student/notebooks", target / "instructor"):
        folder.mkdir(parents=True)
        for page in pages:
            if page not in LESSONS:
                shutil.copy(page, folder)
    shutil.copy(CONFIG, target / "instructor")
    with TemporaryDirectory() as course:
        for edition in release(LESSONS, Path(course)).values():
            shutil.copy(edition, target / "student/notebooks")
        for source in Path(course).glob("source/*/*.ipynb"):
            shutil.copy(source, target / "instructor")


def answer_sheet() -> str:
    """Lay out predictions, exercises and quiz of all lessons, with lines to write on."""
    parts = []
    for path in LESSONS:
        cells = (lesson := read(path)).cells
        parts.append(f"<section><h2>{escape(cells[0].source.splitlines()[0].strip('# '))}</h2>")
        parts += [f"<p>Prediction: {escape(q)}</p><hr>" for q, _ in predictions(lesson)]
        for index, cell in enumerate(cells):
            if has(cell, "exercise"):
                task = cells[index - 1].source.replace("**", "")
                parts.append(f"<p>{escape(task)}</p><hr><hr>")
        for number, question in enumerate(questions(path.name[:2]), start=1):
            choices = "".join(f"<li>&#9744; {escape(c.text)}</li>" for c in question.choices)
            parts.append(f"<p>Quiz {number}. {escape(question.text)}</p><ul>{choices}</ul>")
        parts.append("</section>")
    template = (TEXTS / "answer_sheet.html").read_text(encoding="utf-8")
    return template.replace("{{lessons}}", "\n".join(parts))


def copy_weights(target: Path) -> None:
    """Gather data and weights where the course looks for them below ``KERAS_HOME``."""
    inside = target / assets.course_cache().relative_to(assets.keras_home())
    for asset in ASSETS:
        found = sources.fetch(asset)
        names = {name for source in assets.SOURCES[asset] for name in source.files}
        (inside / asset).mkdir(parents=True)
        for name in names:
            if (found / name).exists():
                shutil.copy(found / name, inside / asset)


def download_wheels(target: Path) -> None:
    """Download all packages of the course for this platform and this Python."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = target.parent / "requirements.txt"
    listed.write_text("\n".join(project["dependencies"]) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(target)]
    subprocess.run([*command, "--requirement", str(listed), "pip"], check=True)


def copy_book(target: Path) -> None:
    with TemporaryDirectory() as place:
        shutil.move(make_book.main(Path(place)), target)


def write_course(target: Path) -> None:
    """Write the kit apart from the book and the packages.

    Raises:
        FileExistsError: the folder is there already and not empty.
    """
    refuse_full(target)
    (target / "student").mkdir(parents=True)
    copy_course(target / "student")
    write_editions(target)
    (target / "answer_sheet.html").write_text(answer_sheet(), encoding="utf-8")
    for name in ("HOW_TO.md", "install.sh", "start.sh"):
        shutil.copy(TEXTS / name, target)
    copy_weights(target / "keras")


def make(target: Path) -> None:
    """Write the whole kit; raises as ``write_course`` does."""
    write_course(target)
    copy_book(target / "book")
    (target / "wheels").mkdir()
    download_wheels(target / "wheels")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write a folder for a lab day.")
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "build/lab-kit")
    options = parser.parse_args()
    try:
        make(options.folder)
    except FileExistsError as fault:
        sys.exit(f"The kit is not written: {fault}")
    size = sum(p.stat().st_size for p in options.folder.rglob("*") if p.is_file())
    print(f"written: {options.folder}, {size / 1e9:.1f} GB; HOW_TO.md says how to use it")
