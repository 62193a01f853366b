"""A finished figure with its alt text, and a grid of frames to draw one in."""

import io
import math
from dataclasses import dataclass
from html import escape

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.images import data_uri

LARGE = 60_000  # bytes; a PNG larger than this is stored as JPEG


@dataclass(frozen=True, repr=False)
class Picture:
    """A finished figure: the bytes of a PNG or JPEG file and its alt text.

    A notebook shows it as an HTML image, so that screen readers read the description.
    """

    data: bytes
    alt: str

    @property
    def html(self) -> str:
        """The picture as an HTML ``<img>`` that holds its own data."""
        source = data_uri(self.data)
        return f'<img alt="{escape(self.alt)}" src="{source}" style="max-width: 100%">'

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.alt}


def finish(figure: Figure, alt: str) -> Picture:
    """Draw a figure as a PNG, or as a JPEG where that would be large."""
    for kind, options in (("png", {}), ("jpeg", {"quality": 60})):
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
    return Picture(file.getvalue(), alt)


def grid(count: int, columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """Make a figure of ``count`` frames without axes, each so many inches wide and high."""
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    figure = Figure(figsize=(columns * width, rows * height), dpi=96, layout="constrained")
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axis in axes:
        axis.axis("off")
    return figure, axes[:count]
