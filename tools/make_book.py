"""Write the book, a site of the lessons as they are stored: ``python -m tools.make_book``.

Nothing is run, and nothing asks for a network. ``build/book/source`` holds the pages as Sphinx
reads them, ``build/book/site`` the site, which opens from its ``index.html``.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from string import Template

import nbformat

from tools.book import pages
from tools.book.lesson import page
from tools.book.pictures import card

ROOT = Path(__file__).resolve().parents[1]
DOCS, NOTEBOOKS, BOOK = ROOT / "docs", ROOT / "notebooks", ROOT / "build" / "book"


def reading_order() -> list[Path]:
    """List the lessons; the microscope comes after lesson 05, of which it makes use."""
    paths = sorted(NOTEBOOKS.glob("0*.ipynb"))
    place = next(i for i, path in enumerate(paths) if path.name > "06")
    return [*paths[:place], NOTEBOOKS / "microscope.ipynb", *paths[place:]]


def write_lessons(source: Path, extra: Path) -> list[tuple[str, str, str, str]]:
    """Write the page of each lesson; returns what the cover says of each."""
    cards = []
    for path in reading_order():
        notebook = nbformat.read(path, as_version=4)
        title, teaser = pages.teaser(notebook)
        nbformat.write(page(notebook, path.stem, extra), source / path.name)
        cards.append((path.stem, title, teaser, card(path.stem, extra, source)))
    return cards


def write_texts(source: Path, **parts: str) -> None:
    """Write the pages in Markdown, with the parts that are made from the lessons and helpers."""
    texts = [*NOTEBOOKS.glob("*.md"), *DOCS.glob("*.md")]
    inside = {path.name for path in [*texts, *NOTEBOOKS.glob("*.ipynb")]}
    inside |= {f"helpers/{room}.md" for room in pages.rooms()}
    for path in texts:
        text = Template(path.read_text(encoding="utf-8")).safe_substitute(parts)
        if path.stem == "misconceptions":
            text = pages.misconceptions(text)
        text = pages.outside_links(text, path.parent, inside)
        (source / path.name).write_text(text, encoding="utf-8")


def write_gallery(extra: Path) -> None:
    """Copy the gallery beside the pages."""
    (extra / "gallery").mkdir(parents=True)
    for path in (DOCS / "gallery").glob("*.html"):
        text = pages.gallery(path.read_text(encoding="utf-8"))
        (extra / "gallery" / path.name).write_text(text, encoding="utf-8")


def build(source: Path, site: Path) -> None:
    """Let Sphinx make the site; any warning is an error.

    Raises:
        CalledProcessError: Sphinx warns of something; its lines say of what.
    """
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--fresh-env"]
    command += ["--conf-dir", str(DOCS), str(source), str(site)]
    subprocess.run(command, check=True, cwd=ROOT)


def main(book: Path = BOOK) -> Path:
    """Write the book and return the folder of the site."""
    shutil.rmtree(book, ignore_errors=True)
    source, extra = book / "source", book / "source" / "extra"
    extra.mkdir(parents=True)
    cards = write_lessons(source, extra)
    write_gallery(extra)
    lessons = "\n".join(stem for stem, *_ in cards)
    write_texts(
        source, cards=pages.cards(cards), lessons=lessons, rooms=pages.helpers(source / "helpers")
    )
    for picture in DOCS.glob("*.jpg"):
        shutil.copy(picture, source)
    build(source, book / "site")
    return book / "site"


if __name__ == "__main__":
    try:
        print(f"The book begins at {main() / 'index.html'}")
    except subprocess.CalledProcessError as stopped:
        sys.exit(stopped.returncode)
