"""Pages that are not lessons: the cover, the helpers' documentation, what teachers need."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from tools.course_address import address

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\((?P<place>[^):#\s]+)(?P<anchor>#[^)\s]*)?\)")
CARD = """\
:::{{grid-item-card}} {title}
:link: {page}
:link-type: url
:img-top: {picture}
:img-alt:
{teaser}
:::"""
ROOM = """\
# {name}

```{{eval-rst}}
.. automodule:: helpers.{name}
   :members:
```
"""


def plain(text: str) -> str:
    """Take links and emphasis out of Markdown."""
    return re.sub(r"[*`]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text))


def teaser(notebook: NotebookNode) -> tuple[str, str]:
    """Title of a lesson and the first paragraph beneath it."""
    title, first = notebook.cells[0].source.split("\n\n")[:2]
    return title.removeprefix("# "), plain(" ".join(first.split()))


@dataclass(frozen=True)
class Card:
    """A page on the cover: its title, a sentence or two, and a picture."""

    page: str
    title: str
    teaser: str
    picture: str


def lay(cards: Iterable[Card]) -> str:
    """Lay out cards, two or three in a row."""
    laid = [CARD.format(**vars(card)) for card in cards]
    return "\n\n".join(["::::{grid} 1 2 2 3\n:gutter: 3", *laid, "::::"])


def rooms() -> list[str]:
    """Name the public modules and packages of the helpers."""
    found = (path for path in (ROOT / "helpers").iterdir() if path.name[0] != "_")
    return sorted(path.stem for path in found if path.suffix == ".py" or path.is_dir())


def module_file(room: str) -> Path:
    """Find the file of a module, or the one that a package begins with."""
    path = ROOT / "helpers" / f"{room}.py"
    return path if path.exists() else path.with_suffix("") / "__init__.py"


def purpose(room: str) -> str:
    """Return the first line of the documentation of a room."""
    documentation = ast.get_docstring(ast.parse(module_file(room).read_text(encoding="utf-8")))
    return (documentation or "").partition("\n")[0]


def helpers(folder: Path) -> str:
    """Write a page for each room into a folder; returns a table of them."""
    folder.mkdir(exist_ok=True)
    lines = ["| module | what it is for |", "|---|---|"]
    for room in rooms():
        (folder / f"{room}.md").write_text(ROOM.format(name=room), encoding="utf-8")
        lines.append(f"| [`{room}`](helpers/{room}.md) | {purpose(room)} |")
    return "\n".join(lines)


def outside_links(text: str, folder: Path, inside: set[str]) -> str:
    """Let links to files lead to the book's own pages, or else to the repository."""

    def lead(link: re.Match) -> str:
        path = (folder / link["place"]).resolve()
        anchor = link["anchor"] or ""
        if link["place"] in inside or not path.exists() or not path.is_relative_to(ROOT):
            return link[0]
        if path.name in inside:
            return f"]({path.name}{anchor})"
        return f"]({address()}/blob/main/{path.relative_to(ROOT).as_posix()}{anchor})"

    return LINK.sub(lead, text)


def gallery_page(text: str) -> str:
    """Let a page of the gallery lead to the pages of the book."""
    text = re.sub(r"\.\./\.\./notebooks/(\w+)\.ipynb", r"../\1.html", text)
    return text.replace('href="index.html"', 'href="../gallery.html"')


def lab_day() -> str:
    """The guide of the lab kit, as a section."""
    guide = (ROOT / "tools" / "lab_kit" / "HOW_TO.md").read_text(encoding="utf-8")
    return re.sub(r"^#", "##", guide, flags=re.M)
