"""Pictures of the stored results as files beside the pages, and small ones for the cover."""

import base64
import io
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageOps

STORED = re.compile(r'<img\b([^>]*?)\ssrc="data:image/(\w+);base64,([^"]+)"[^>]*>')
FOLDER = "pictures"
WIDE = 480  # pixels; a wider figure fills the page
Parts = Sequence[Sequence[float]]
CARD, GAP = (480, 300), 4
CHOSEN = tomllib.loads((Path(__file__).parent / "cards.toml").read_text(encoding="utf-8"))


def to_files(html: str, stem: str, site: Path, for_card: bool = False) -> str:
    """Write the pictures in a piece of HTML to files, and let it name these instead."""

    def file(match: re.Match) -> str:
        alt, kind, data = match.groups()
        content = base64.b64decode(data)
        folder = site / FOLDER / stem
        folder.mkdir(parents=True, exist_ok=True)
        name = "card" if for_card else f"{len(list(folder.iterdir())) + 1:02}"
        path = folder / f"{name}.{kind.replace('jpeg', 'jpg')}"
        path.write_bytes(content)
        width, height = Image.open(io.BytesIO(content)).size
        size = f'width="{width}" height="{height}" loading="lazy"'
        wide = ' class="wide"' if width >= WIDE else ""
        return f'<img{alt} src="{path.relative_to(site).as_posix()}" {size}{wide}>'

    return STORED.sub(file, html)


def opened(address: str, folder: Path) -> Image.Image:
    """Open a picture that a data address holds, or a file of a folder."""
    if not address.startswith("data:"):
        return Image.open(folder / address)
    return Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))


def card(picture: Image.Image, stem: str, source: Path, parts: Parts = ()) -> str:
    """Bring a picture, or parts of it, to the size of a card; returns its place in the source."""
    place = f"cards/{stem}.jpg"
    (source / place).parent.mkdir(exist_ok=True)
    picture = picture.convert("RGB")
    if parts:
        picture = ImageOps.pad(side_by_side(picture, parts), CARD, color="white")
    ImageOps.fit(picture, CARD).save(source / place, quality=80)
    return place


def side_by_side(picture: Image.Image, parts: Parts) -> Image.Image:
    """Cut parts out of a picture, each left, top, right and bottom in per cent; lay them in a row.

    >>> side_by_side(Image.new("RGB", (200, 100)), [[0, 0, 50, 100], [50, 0, 100, 100]]).size
    (604, 300)
    """
    wide, high = picture.size
    cut = [
        picture.crop(
            (left * wide // 100, top * high // 100, right * wide // 100, low * high // 100)
        )
        for left, top, right, low in parts
    ]
    cut = [ImageOps.scale(each, CARD[1] / each.height) for each in cut]
    row = Image.new("RGB", (sum(each.width + GAP for each in cut) - GAP, CARD[1]), "white")
    place = 0
    for each in cut:
        row.paste(each, (place, 0))
        place += each.width + GAP
    return row


def best(stem: str, site: Path) -> Image.Image:
    """Open the figure that was chosen for a lesson's card, else the one that takes most bytes."""
    figures = (site / FOLDER / stem).iterdir()
    return Image.open(max(figures, key=lambda path: (path.stem == "card", path.stat().st_size)))
