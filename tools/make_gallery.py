"""Write the gallery to ``docs/gallery``: pages with sliders that need neither kernel nor network.

``python -m tools.make_gallery [page …]``; without a name, all pages.
"""

import io
import json
import re
import sys
import tomllib
from html import escape
from pathlib import Path
from string import Template

import numpy as np
from PIL import Image

from helpers.images import data_uri

HERE = Path(__file__).resolve().parent
GALLERY = HERE.parent / "docs" / "gallery"
TEXTS = tomllib.loads((HERE / "gallery.toml").read_text())
QUALITY = 50  # of JPEG
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.S)


def template(name: str) -> Template:
    return Template((HERE / name).read_text())


def jpeg(picture: np.ndarray) -> str:
    """Encode uint8 RGB (h, w, 3) as a data URI."""
    file = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(picture))
    image.save(file, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return data_uri(file.getvalue())


def collect(show) -> dict:
    """Encode what a page shows: controls, frames and originals."""
    return {
        "controls": [control._asdict() for control in show.controls],
        "frames": [frame._asdict() | {"picture": jpeg(frame.picture)} for frame in show.frames],
        "originals": [[jpeg(picture), alt] for picture, alt in show.originals],
    }


def render(name: str, data: dict) -> str:
    """Set what a page shows into the template; its first picture needs no scripting."""
    original, original_alt = (data["originals"] or [["data:,", ""]])[0]
    first = {key: escape(data["frames"][0][key]) for key in ("picture", "alt", "caption")}
    return template("gallery.html").substitute(
        TEXTS[name] | first,
        original=original,
        original_alt=escape(original_alt),
        hidden="" if data["originals"] else "hidden",
        number=TEXTS[name]["lesson"][:2],
        data=json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
    )


def stored(name: str) -> dict:
    """Read back what a written page can show: controls, frames and originals."""
    return json.loads(DATA.findall((GALLERY / f"{name}.html").read_text())[0])


def index() -> str:
    """List all pages, each with one of its pictures."""
    entries = []
    for name, texts in TEXTS.items():
        frames = stored(name)["frames"]
        chosen = frames[texts["best"]]
        shown = {"picture": chosen["picture"], "alt": escape(chosen["alt"])}
        entries.append(template("gallery_entry.html").substitute(texts | shown, name=name))
    return template("gallery_index.html").substitute(entries="".join(entries))


def main(names: list[str]) -> None:
    from tools.gallery_pages import SHOWS

    GALLERY.mkdir(parents=True, exist_ok=True)
    for name in names or SHOWS:
        (GALLERY / f"{name}.html").write_text(render(name, collect(SHOWS[name]())))
    (GALLERY / "index.html").write_text(index())
    for path in sorted(GALLERY.iterdir()):
        print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
