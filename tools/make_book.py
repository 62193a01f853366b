"""Write the book, a site of the lessons as they are stored: ``python -m tools.make_book``.

No lesson is run. ``build/book/source`` holds the pages as Sphinx reads them, ``build/book/site``
the site, which opens from its ``index.html``. Another folder than ``build/book`` may be named. The
live page is part of the site wherever npm can build it; nothing else asks for a network.
"""

import re
import shutil
import sys
from pathlib import Path

import nbformat
from sphinx.cmd.build import build_main as sphinx

from helpers import sources
from tools import make_gallery, make_live
from tools.book import lesson, misconceptions, pages, pictures
from tools.book.pages import Card
from tools.folders import MARK, refuse_foreign

ROOT = Path(__file__).resolve().parents[1]
DOCS, NOTEBOOKS, BOOK = ROOT / "docs", ROOT / "notebooks", ROOT / "build" / "book"

BRAND = '<p class="brand">Seeing like a CNN</p>'
HOME = '<p class="brand"><a href="../index.html">Seeing like a CNN</a></p>'
LIVE = '<a href="live/index.html">Draw, and watch a net look</a>'


def reading_order() -> list[Path]:
    """List the lessons; the microscope comes after lesson 05, of which it makes use."""
    paths = sorted(NOTEBOOKS.glob("0*.ipynb"))
    place = next(i for i, path in enumerate(paths) if path.name > "06")
    return [*paths[:place], NOTEBOOKS / "microscope.ipynb", *paths[place:]]


def write_lessons(source: Path, extra: Path) -> list[Card]:
    """Write the page of each lesson; returns their cards."""
    cards = []
    for path in reading_order():
        notebook = nbformat.read(path, as_version=4)
        title, teaser = pages.teaser(notebook)
        nbformat.write(lesson.page(notebook, path.stem, extra), source / path.name)
        parts = pictures.CHOSEN.get(path.stem, {}).get("parts", [])
        picture = pictures.card(pictures.best(path.stem, extra), path.stem, source, parts)
        cards.append(Card(f"{path.stem}.html", title, teaser, picture))
    return cards


def draw_gallery() -> None:
    """Draw the pages of the gallery that are missing and quick; say how to get the others."""
    here = sources.available("vgg16_convolutions")
    quick = {"heatmaps": True, "feature_maps": here, "patterns": False}
    missing = [name for name in make_gallery.TEXTS if name not in make_gallery.drawn()]
    for name in missing:
        if quick[name]:
            make_gallery.draw(name)
        else:
            print(f"The book is without the gallery's page {name}; make gallery draws it")


def write_gallery(source: Path, extra: Path) -> list[Card]:
    """Copy the pages of the gallery that are there; returns their cards."""
    cards = []
    for name in make_gallery.drawn():
        page, texts = f"gallery/{name}.html", make_gallery.TEXTS[name]
        text = (make_gallery.GALLERY / f"{name}.html").read_text(encoding="utf-8")
        (extra / page).parent.mkdir(exist_ok=True)
        (extra / page).write_text(pages.gallery_page(text), encoding="utf-8")
        shown = make_gallery.best(name)["picture"]
        if not shown.startswith("data:"):
            folder = Path(shown).parent
            beside = shutil.ignore_patterns("*.json", "*.part-*")
            shutil.copytree(
                make_gallery.GALLERY / folder, extra / "gallery" / folder, ignore=beside
            )
        picture = pictures.card(pictures.opened(shown, make_gallery.GALLERY), name, source)
        cards.append(Card(page, texts["title"], texts["teaser"], picture))
    return cards


def write_live(extra: Path) -> str:
    """Copy the live page; returns the button that opens it, nothing where it cannot be built."""
    try:
        live = make_live.main()
        shutil.copytree(live, extra / "live", ignore=shutil.ignore_patterns(MARK))
    except make_live.NoPage as fault:
        print(f"The book is without the live page: {fault}")
        return ""
    page = extra / "live" / "index.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace(BRAND, HOME), encoding="utf-8")
    return LIVE


def write_texts(source: Path, extra: Path, **parts: str) -> None:
    """Write the pages in Markdown; those in ``docs`` have comments in place of parts."""
    texts = [*NOTEBOOKS.glob("*.md"), *DOCS.glob("*.md")]
    inside = {path.name for path in [*texts, *NOTEBOOKS.glob("*.ipynb"), *DOCS.glob("*.jpg")]}
    inside |= {f"helpers/{room}.md" for room in pages.rooms()}
    for path in texts:
        text = path.read_text(encoding="utf-8")
        if path.parent == DOCS:
            text = re.sub(r"<!-- (\w+) -->", lambda place: parts[place[1]], text)
        if path.stem == "misconceptions":
            text = misconceptions.page(text, NOTEBOOKS, extra)
        text = pages.outside_links(text, path.parent, inside)
        (source / path.name).write_text(text, encoding="utf-8")


def build(source: Path, site: Path) -> None:
    """Let Sphinx make the site, in this process, which has imported the helpers already.

    Raises:
        SystemExit: Sphinx warns of something; its lines say of what.
    """
    options = ["--quiet", "--fail-on-warning", "--fresh-env", "--conf-dir", str(DOCS)]
    if failed := sphinx([*options, str(source), str(site)]):
        raise SystemExit(failed)


def main(book: Path = BOOK) -> Path:
    """Write the book and return the folder of the site.

    Raises:
        FileExistsError: another folder than the usual one is named, and holds something else.
    """
    if book != BOOK:
        refuse_foreign(book)
    shutil.rmtree(book, ignore_errors=True)
    source, extra = book / "source", book / "source" / "extra"
    extra.mkdir(parents=True)
    (book / MARK).touch()
    draw_gallery()
    gallery = pages.lay(write_gallery(source, extra))
    lessons = write_lessons(source, extra)
    write_texts(
        source,
        extra,
        cards=pages.lay(lessons),
        gallery=gallery,
        lessons="\n".join(card.page.removesuffix(".html") for card in lessons),
        rooms=pages.helpers(source / "helpers"),
        lab_day=pages.lab_day(),
        live=write_live(extra),
    )
    for picture in DOCS.glob("*.jpg"):
        shutil.copy(picture, source)
    build(source, book / "site")
    return book / "site"


if __name__ == "__main__":
    try:
        print(f"The book begins at {main(*map(Path, sys.argv[1:])) / 'index.html'}")
    except FileExistsError as fault:
        sys.exit(f"The book is not written: {fault}")
