"""Grow the six patterns that lesson 04 opens with, and list them in ``data/SOURCES.md``.

``python -m tools.make_patterns`` (or ``make patterns``) follows the lesson's own recipe. On another
processor the same motifs grow, partly in other places, so the files and their hashes change.
"""

import hashlib

from tqdm import tqdm

from helpers.datasets import DATA
from helpers.datasets.patterns import LAYER
from helpers.images import encode_png
from helpers.models import load_vgg16
from helpers.patterns import gradient_ascent
from helpers.sources.placing import placed

FILTERS = (45, 65, 137, 256, 459, 501)
SIZE, STEPS = 192, 100
BEGIN, END = (
    "<!-- patterns: written by tools/make_patterns.py -->\n",
    "<!-- end of the patterns -->\n",
)


def grow() -> None:
    """Write one PNG file for each filter."""
    with tqdm(total=STEPS, unit="step") as bar:
        grown = gradient_ascent(
            load_vgg16(None),
            LAYER,
            FILTERS,
            size=SIZE,
            steps=STEPS,
            recipe="natural",
            on_step=lambda number, pictures: bar.update(),
        )
    for number, pattern in zip(FILTERS, grown.images, strict=True):
        with placed(DATA / "patterns" / LAYER / f"{number:03}.png") as file:
            file.write(encode_png(pattern))


def table() -> str:
    """Make the patterns' table in SOURCES.md."""
    lines = ["| file | author | licence | made from | SHA-256 |", "|---|---|---|---|---|"]
    for number in FILTERS:
        name = f"patterns/{LAYER}/{number:03}.png"
        digest = hashlib.sha256((DATA / name).read_bytes()).hexdigest()
        lines.append(f"| `{name}` | this course | MIT | VGG16, filter {number} | `{digest}` |")
    return "\n".join(lines)


def list_them() -> None:
    """Write the table into SOURCES.md, between its marks."""
    path = DATA / "SOURCES.md"
    before, rest = path.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    with placed(path) as file:
        file.write(f"{before}{BEGIN}\n{table()}\n\n{END}{after}".encode())


if __name__ == "__main__":
    grow()
    list_them()
