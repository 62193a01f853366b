"""The page of misconceptions: each with what the cell that refutes it has shown."""

import re
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.book import pictures

ENTRY = re.compile(r"^### ([\w-]+)\n+\*\*Belief\.\*\* (.+?)\.?$", re.M)
REFUTED = re.compile(r"^\*\*Refuted by\*\*.*?\]\((\w+\.ipynb)\).*?`([^\n]+)`\.?$", re.M | re.S)
STEM = "misconceptions"


def _shown(cell: NotebookNode, site: Path) -> str:
    """Return what a cell printed, and its last figure, as Markdown."""
    printed = "".join(one["text"] for one in cell.outputs if one.output_type == "stream")
    drawn = [
        html
        for one in cell.outputs
        if pictures.STORED.search(html := "".join(one.get("data", {}).get("text/html", "")))
    ]
    parts = [f"```text\n{printed.rstrip()}\n```"] if printed.strip() else []
    parts += [pictures.to_files(html, STEM, site) for html in drawn[-1:]]
    return "\n\n".join(parts)


def page(text: str, notebooks: Path, site: Path) -> str:
    """Let each belief be the heading of its entry, and show beneath it what refutes it.

    Its short name stays its address. Pictures are written into ``site``.
    """

    @cache
    def lesson(name: str) -> NotebookNode:
        return nbformat.read(notebooks / name, as_version=4)

    def evidence(match: re.Match) -> str:
        target, begins = match.groups()
        code = (cell for cell in lesson(target).cells if cell.cell_type == "code")
        cell = next(cell for cell in code if cell.source.startswith(begins))
        return f"{match[0]}\n\n{_shown(cell, site)}".rstrip()

    return ENTRY.sub(r'<a id="\1"></a>\n\n### \2', REFUTED.sub(evidence, text))
