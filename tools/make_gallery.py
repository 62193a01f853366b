"""Write the gallery, ``build/gallery``: pages with sliders that need neither kernel nor network.

``python -m tools.make_gallery [page …]``; without a name, all pages.
"""

import io
import json
import re
import sys
import tomllib
from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

import numpy as np
from PIL import Image

from helpers.images import data_uri
from helpers.sources.placing import placed

HERE = Path(__file__).resolve().parent
GALLERY = HERE.parent / "build" / "gallery"
TEXTS = tomllib.loads((HERE / "gallery.toml").read_text(encoding="utf-8"))
QUALITY = 50  # of JPEG
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.S)


def template(name: str) -> Template:
    return Template((HERE / name).read_text(encoding="utf-8"))


def jpeg(picture: np.ndarray) -> str:
    """Encode uint8 RGB (h, w, 3) as a data URI."""
    file = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(picture))
    image.save(file, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return data_uri(file.getvalue())


def collect(show) -> dict:
    """Encode what a page shows: controls, frames and originals."""

    def written(frame) -> dict:
        drawn = {"picture": jpeg(frame.picture)}
        if frame.over is not None:
            drawn["over"] = jpeg(frame.over)
        return {key: text for key, text in frame._asdict().items() if key != "over"} | drawn

    return {
        "controls": [control._asdict() for control in show.controls],
        "frames": [written(frame) for frame in show.frames],
        "originals": [[jpeg(picture), alt, label] for picture, alt, label in show.originals],
    }


def render(name: str, data: dict) -> str:
    """Set what a page shows into the template; its first picture needs no scripting."""
    original, original_alt, label = (data["originals"] or [["data:,", "", ""]])[0]
    frames, best = data["frames"], TEXTS[name]["best"]
    start = next((frame for frame in frames if frame.get("address") == best), frames[0])
    first = {key: escape(start[key]) for key in ("picture", "alt", "caption")}
    return template("gallery.html").substitute(
        TEXTS[name] | first,
        original=original,
        original_alt=escape(original_alt),
        label=escape(label),
        over=start.get("over", "data:,"),
        hidden="" if data["originals"] else "hidden",
        hidden_over="" if "over" in start else "hidden",
        number=TEXTS[name]["lesson"][:2],
        start=start.get("address", ""),
        data=json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
    )


def stored(name: str, gallery: Path = GALLERY) -> dict:
    """Read back what a written page can show: controls, frames and originals."""
    return json.loads(DATA.findall((gallery / f"{name}.html").read_text(encoding="utf-8"))[0])


def draw(name: str, gallery: Path = GALLERY) -> None:
    """Draw one page."""
    from tools import gallery_pages, gallery_patterns

    if name == "patterns":
        data = gallery_patterns.collect(gallery)
    else:
        data = collect(gallery_pages.SHOWS[name]())
    with placed(gallery / f"{name}.html") as file:
        file.write(render(name, data).encode())


def drawn(gallery: Path = GALLERY) -> list[str]:
    """Name the pages that are there."""
    return [name for name in TEXTS if (gallery / f"{name}.html").exists()]


def best(name: str, gallery: Path = GALLERY) -> dict:
    """Choose the frame of a page that stands for it."""
    frames, wanted = stored(name, gallery)["frames"], TEXTS[name]["best"]
    return next(f for i, f in enumerate(frames) if wanted in (i, f.get("address")))


def index(gallery: Path = GALLERY) -> str:
    """List the pages that are there, each with one of its pictures."""
    entries = []
    for name in drawn(gallery):
        chosen = best(name, gallery)
        shown = {"picture": chosen["picture"], "alt": escape(chosen["alt"])}
        entries.append(template("gallery_entry.html").substitute(TEXTS[name] | shown, name=name))
    return template("gallery_index.html").substitute(entries="".join(entries))


def main(names: Iterable[str], gallery: Path = GALLERY) -> Path:
    """Draw some pages, and list all that are there; returns the folder."""
    for name in names:
        draw(name, gallery)
    with placed(gallery / "index.html") as file:
        file.write(index(gallery).encode())
    return gallery


if __name__ == "__main__":
    print(f"The gallery begins at {main(sys.argv[1:] or TEXTS) / 'index.html'}")
