"""Write ``data/album`` again: scaled photos without EXIF, and what the tables say of them.

``python -m tools.make_album FOLDER``: the folder holds the photos under their names of the column
``original`` of ``data/album/album.csv``, and ``SOURCES.csv`` with their authors, licences and
source pages. Kind, split and caption are kept as the table has them.
"""

import csv
import hashlib
import sys
from pathlib import Path

from PIL import Image, ImageOps

from helpers.sources.placing import placed

DATA = Path(__file__).resolve().parents[1] / "data"
TABLE = DATA / "album/album.csv"
COLUMNS = ("file", "kind", "split", "caption", "author", "licence", "source", "original", "sha256")
LONGEST_SIDE = 480
QUALITY = 85
BEGIN, END = "<!-- album: written by tools/make_album.py -->\n", "<!-- end of the album -->\n"


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def scaled(path: Path) -> Image.Image:
    """The photo the right side up, in RGB, scaled down where it is large; without EXIF."""
    photo = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    photo.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    photo.info.clear()
    return photo


def write_photos(folder: Path, rows: list[dict[str, str]]) -> None:
    """Write the photos, and their authors, licences, source pages and hashes into the rows."""
    known = {row["file"]: row for row in read_table(folder / "SOURCES.csv")}
    for row in rows:
        row |= {key: known[row["original"]][key] for key in ("author", "licence", "source")}
        path = TABLE.parent / row["file"]
        scaled(folder / row["original"]).save(path, quality=QUALITY, optimize=True)
        row["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()


def write_table(rows: list[dict[str, str]]) -> None:
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def section(rows: list[dict[str, str]]) -> str:
    """The album's table in SOURCES.md."""
    lines = [
        f"| `album/{row['file']}` | {row['author']} | {row['licence']} | <{row['source']}> "
        f"| `{row['sha256']}` |"
        for row in rows
    ]
    digest = hashlib.sha256(TABLE.read_bytes()).hexdigest()
    lines.append(f"| `album/album.csv` | this course | MIT | the table of the album | `{digest}` |")
    head = "| file | author | licence | source | SHA-256 |\n|---|---|---|---|---|\n"
    return f"{BEGIN}\n{head}" + "\n".join(lines) + f"\n\n{END}"


def write_sources(rows: list[dict[str, str]]) -> None:
    path = DATA / "SOURCES.md"
    before, rest = path.read_text(encoding="utf-8").split(BEGIN)
    with placed(path) as file:
        file.write((before + section(rows) + rest.split(END)[1]).encode())


if __name__ == "__main__":
    rows = read_table(TABLE)
    write_photos(Path(sys.argv[1]), rows)
    write_table(rows)
    write_sources(rows)
