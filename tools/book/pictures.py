"""Pictures of the stored results as files beside the pages, and small ones for the cover."""

import base64
import io
import re
from pathlib import Path

from PIL import Image, ImageOps

STORED = re.compile(r'<img\b([^>]*?)\ssrc="data:image/(\w+);base64,([^"]+)"[^>]*>')
FOLDER = "pictures"
WIDE = 480  # pixels; a wider figure fills the page
CARD = (480, 300)


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


def card(picture: Image.Image, stem: str, source: Path) -> str:
    """Cut a picture to the size of a card; returns its place in the source."""
    place = f"cards/{stem}.jpg"
    (source / place).parent.mkdir(exist_ok=True)
    ImageOps.fit(picture.convert("RGB"), CARD).save(source / place, quality=80)
    return place


def best(stem: str, site: Path) -> Image.Image:
    """Open the figure that a lesson chose for its card, else the one that takes most bytes."""
    figures = (site / FOLDER / stem).iterdir()
    return Image.open(max(figures, key=lambda path: (path.stem == "card", path.stat().st_size)))
