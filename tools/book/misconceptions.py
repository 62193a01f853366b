"""The page of misconceptions: each with what the cell that refutes it has shown."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from helpers.exercises.quiz import questions
from tools.book import pictures

ENTRY = re.compile(r"^### ([\w-]+)\n+\*\*Belief\.\*\* (.+?)\.?$", re.M)
REFUTED = re.compile(r"^\*\*Refuted by\*\*.*?\]\((\w+\.ipynb)\).*?`([^\n]+)`\.?$", re.M | re.S)
ASKED = re.compile(r"^\*\*Betrayed by\*\* the quiz question `(\w+)-([\w-]+)`\.$", re.M)
TRIED = re.compile(r"^\*\*Betrayed by\*\* the exercise `([\w.]+)`\.$", re.M)
COLOURS = re.compile(r"\x1b\[[\d;]*m")
STEM = "misconceptions"


def _shown(cell: NotebookNode, site: Path) -> str:
    """Return what a cell printed, and its last figure, as Markdown; else the cell itself."""
    printed, drawn = "", []
    for one in cell.outputs:
        data = one.get("data", {})
        html = "".join(data.get("text/html", ""))
        if one.output_type == "stream":
            printed += one["text"]
        elif pictures.STORED.search(html):
            drawn.append(html)
        elif one.output_type == "display_data":
            printed += COLOURS.sub("", "".join(data.get("text/plain", "")))
    parts = [f"```text\n{printed.rstrip()}\n```"] if printed.strip() else []
    parts += [pictures.to_files(html, STEM, site) for html in drawn[-1:]]
    return "\n\n".join(parts or [f"```python\n{cell.source}\n```"])


def _asked(notebooks: Sequence[str], match: re.Match) -> str:
    """Lead to a question of a quiz by its number, as the page of its lesson counts."""
    lesson, name = match.groups()
    known = [one.id for one in questions(lesson)]
    number = known.index(f"{lesson}-{name}") + 1
    stem = next(stem for stem in notebooks if stem.startswith(lesson))
    whose = f"lesson {lesson}" if lesson.isdigit() else f"the {lesson}"
    place = f"{stem}.html#{lesson}-{name}"
    return f'**Asked in** <a href="{place}">question {number} of the quiz of {whose}</a>.'


def page(text: str, notebooks: Path, site: Path) -> str:
    """Let each belief be the heading of its entry, and show beneath it what refutes it.

    Its short name stays its address. What a cell has shown stands on the page once. Pictures are
    written into ``site``.
    """
    first: dict[tuple[str, str], tuple[str, str]] = {}
    entries = list(ENTRY.finditer(text))

    @cache
    def lesson(name: str) -> NotebookNode:
        return nbformat.read(notebooks / name, as_version=4)

    def evidence(match: re.Match) -> str:
        target, begins = match.groups()
        name, belief = [one for one in entries if one.start() < match.start()][-1].groups()
        if (target, begins) in first:
            above, its_belief = first[target, begins]
            return f'{match[0]}\n\nIt is shown above, under <a href="#{above}">“{its_belief}”</a>.'
        first[target, begins] = name, belief
        code = (cell for cell in lesson(target).cells if cell.cell_type == "code")
        cell = next(cell for cell in code if cell.source.startswith(begins))
        return f"{match[0]}\n\n{_shown(cell, site)}"

    text = REFUTED.sub(evidence, text)
    stems = [path.stem for path in notebooks.glob("*.ipynb")]
    text = ASKED.sub(lambda match: _asked(stems, match), text)
    text = TRIED.sub(r"**Asked in** exercise \1.", text)
    return ENTRY.sub(r'<a id="\1"></a>\n\n### “\2”', text)
