"""Write launch links and set-up cells: ``make badges``, or ``make badges ADDRESS=origin``.

The address that they lead to is one setting, so a fork changes one line (see course_address.py).
"""

import re
import sys
from pathlib import Path
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode

from tools.course_address import address, book_address, offer, take

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "notebooks").glob("*.ipynb"))
BEGIN, END = "<!-- badges -->", "<!-- /badges -->"
IN_LESSON = (
    "Open this page in {}. Colab shows it with all its results. There, choose *Edit* and then "
    "*Clear all outputs* before you start, so that you can make your own predictions first."
)
IN_README = "Open the first lesson in {}. There is nothing to install."
SETUP = """\
# @title Set-up: fetches the course on Colab, and does nothing where it is installed
import os
import subprocess
import sys
from importlib.util import find_spec
if "google.colab" in sys.modules and not os.path.exists("../helpers"):
    if not os.path.exists("{name}"):
        course = "{address}"
        subprocess.run(["git", "clone", "--quiet", "--depth", "1", course], check=True)
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "anywidget"], check=True)
    os.chdir("{name}/notebooks")
if find_spec("helpers") is None:
    sys.path.insert(0, os.path.abspath(".."))
if absent := [name for name in ("tensorflow", "cv2", "anywidget") if find_spec(name) is None]:
    print("This kernel lacks", ", ".join(absent), "- in the course's folder, run: make lab")"""


def links(page: str) -> str:
    """Links that open a lesson on Colab, and the learner's copy of it on Binder."""
    place = address().removeprefix("https://github.com/")
    colab = f"https://colab.research.google.com/github/{place}/blob/main/notebooks/{page}"
    binder = f"https://mybinder.org/v2/gh/{place}/main?urlpath="
    binder += quote(f"lab/tree/my_course/{page}", safe="")
    return f"[Colab]({colab}) or in [Binder]({binder})"


def between_marks(text: str, new: str) -> str:
    """Replace what stands between the marks; put it at the end where there are none.

    The marks stand on lines of their own, because Markdown reads a line that begins with one as
    HTML and shows the links in it as text.
    """
    pattern = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.S)
    new = f"{BEGIN}\n\n{new}\n\n{END}"
    return pattern.sub(lambda _: new, text) if pattern.search(text) else f"{text}\n\n{new}"


def _setup_cell() -> NotebookNode:
    metadata = {"tags": ["setup"], "jupyter": {"source_hidden": True}, "cellView": "form"}
    source = SETUP.format(address=address(), name=address().split("/")[-1])
    cell = nbformat.v4.new_code_cell(source, metadata=metadata)
    cell["id"] = "setup"
    return cell


def written(path: Path) -> NotebookNode:
    """Return a notebook with its launch links and its set-up cell; other cells stay as they are."""
    notebook = nbformat.read(path, as_version=4)
    first = notebook.cells[0]
    first.source = between_marks(first.source, IN_LESSON.format(links(path.name)))
    new = _setup_cell()
    if "setup" in notebook.cells[1].metadata.get("tags", []):
        new["execution_count"] = notebook.cells[1].execution_count
        notebook.cells[1] = new
        return notebook
    notebook.cells.insert(1, new)
    return notebook


def readme() -> str:
    """Return README.md with launch links for lesson 00 and the addresses of course and book."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    fetch = f"git clone {address()} && cd {address().split('/')[-1]}"
    text = re.sub(r"^git clone \S+ && cd \S+$", lambda _: fetch, text, flags=re.M)
    text = re.sub(r"git\+https://\S+", lambda _: f"git+{address()}", text)
    text = re.sub(r"https://[\w-]+\.github\.io/[\w.-]+", lambda _: book_address(), text)
    return between_marks(text, IN_README.format(links("00_start_here.ipynb")))


def write_all() -> None:
    (ROOT / "README.md").write_text(readme(), encoding="utf-8")
    for page in PAGES:
        nbformat.write(written(page), page)
    print(f"The launch links and the set-up cells lead to {address()}.")


if __name__ == "__main__":
    try:
        if wish := "".join(sys.argv[1:]):
            take(wish)
        elif said := offer():
            print(said)
        write_all()
    except LookupError as reason:
        sys.exit(str(reason))
