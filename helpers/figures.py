"""A finished figure with its caption, and a grid of frames to draw one in."""

import io
import math
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from helpers.images import data_uri, encode_jpeg, encode_png, read_photo
from helpers.pixels import BLUE_WHITE_RED

LARGE = 60_000  # bytes; a PNG larger than this is stored as JPEG
DIVERGING = LinearSegmentedColormap.from_list("blue_white_red", BLUE_WHITE_RED / 255, N=257)


@dataclass(frozen=True, repr=False)
class Picture:
    """A finished figure: the bytes of a PNG or JPEG file, its alt text and its caption.

    A notebook shows it as an HTML image, so that screen readers read the description.
    """

    data: bytes
    alt: str
    caption: str = ""

    @property
    def html(self) -> str:
        """The picture as an HTML ``<img>`` that holds its own data, and the caption under it."""
        source = data_uri(self.data)
        image = f'<img alt="{escape(self.alt)}" src="{source}" style="max-width: 100%">'
        if not self.caption:
            return image
        caption = f"<figcaption>{escape(self.caption)}</figcaption>"
        return f'<figure style="margin: 0">{image}{caption}</figure>'

    def save(self, path: str | Path) -> None:
        """Write the picture, without its caption, as a PNG file."""
        Path(path).write_bytes(encode_png(read_photo(self.data)))

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.alt}


def captioned(data: bytes, caption: str | None, alt: str | None) -> Picture:
    """Make a picture whose caption is its alt text, too, where no other was given.

    Raises:
        ValueError: neither was given.
    """
    text = alt or caption
    if not text:
        raise ValueError("say in a sentence what the figure shows: caption=…")
    return Picture(data, text, caption or "")


def encoded(picture: np.ndarray, quality: int) -> bytes:
    """Encode a picture as PNG, or as a JPEG of a quality where that would be large."""
    png = encode_png(picture)
    return png if len(png) < LARGE else encode_jpeg(picture, quality)


def finish(
    figure: Figure, caption: str | None, alt: str | None = None, quality: int = 60
) -> Picture:
    """Draw a figure as a PNG, or as a JPEG of a quality where that would be large."""
    for kind, options in (("png", {}), ("jpeg", {"quality": quality})):
        file = io.BytesIO()
        figure.savefig(
            file,
            format=kind,
            bbox_inches="tight",
            pad_inches=0.05,
            facecolor="white",
            pil_kwargs=options,
        )
        if file.tell() < LARGE:
            break
    return captioned(file.getvalue(), caption, alt)


def grid(count: int, columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """Make a figure of ``count`` frames without axes, each so many inches wide and high."""
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    figure = Figure(figsize=(columns * width, rows * height), dpi=96, layout="constrained")
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axis in axes:
        axis.axis("off")
    return figure, axes[:count]


def add_colorbar(figure: Figure, colormap: str | Colormap, limits: tuple[float, float]) -> None:
    """Set a bar beside all frames that says which colour stands for which value."""
    scale = ScalarMappable(Normalize(*limits), colormap)
    figure.colorbar(scale, ax=figure.axes, fraction=0.05, aspect=15, pad=0.02)
