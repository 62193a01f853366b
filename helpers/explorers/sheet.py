"""A sheet of pictures: side by side on the screen as far as there is room, or as one picture."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from helpers.explorers.panels import HEIGHT, TITLE, column, panel, row
from helpers.images import data_uri, encode_jpeg, encode_png

LARGE = 2  # so many times is a picture enlarged whose pixels are to be seen
LETTERS = 0.65  # of the titles in the one picture: a page shows it at two thirds of its width


class Panel(NamedTuple):
    """One picture, uint8 RGB (h, w, 3), and its texts above and below.

    ``wide``: a row for it. ``small``: one of many, after all the others.
    """

    picture: np.ndarray
    title: str
    note: str = ""
    wide: bool = False
    small: bool = False

    @property
    def height(self) -> int:
        """Height in pixels in the one picture of the whole sheet."""
        return 2 * HEIGHT + TITLE if self.wide else HEIGHT


class Sheet(NamedTuple):
    """Pictures, a sentence about them, and HTML that stands beside the first on the screen."""

    panels: Sequence[Panel]
    caption: str
    aside: str = ""

    @property
    def html(self) -> str:
        """The sheet for a screen; the caption is the text of the first picture."""
        texts = [self.caption, *(one.title for one in self.panels[1:])]
        figures = [_figure(*pair) for pair in zip(self.panels, texts, strict=True)]
        aside = f'<div class="cnn-card">{self.aside}</div>' if self.aside else ""
        large = sum(not one.small for one in self.panels)
        parts = [figures[0], aside, *figures[1:large]]
        if figures[large:]:
            parts.append(f'<div class="cnn-small">{"".join(figures[large:])}</div>')
        return (
            f'<div class="cnn-sheet{" cnn-with-card" if aside else ""}">{"".join(parts)}</div>'
            f'<p class="cnn-caption" role="status">{escape(self.caption)}</p>'
        )

    @property
    def png(self) -> bytes:
        """The pictures as one, with their titles: a PNG file."""
        rows: list[list[Panel]] = [[]]
        across = 2 if len(self.panels) == 4 else 3
        for one in self.panels:
            if rows[-1] and (one.wide or rows[-1][-1].wide or len(rows[-1]) == across):
                rows.append([])
            rows[-1].append(one)
        drawn = [
            [panel(one.picture, one.title, one.height, LETTERS) for one in line] for line in rows
        ]
        return encode_png(column([row(line) for line in drawn]), compression=1)


def _figure(one: Panel, text: str) -> str:
    """Write one picture in HTML: small ones keep their pixels, and the browser enlarges them."""
    pixels = LARGE * one.picture.shape[0] <= HEIGHT
    source = data_uri(encode_png(one.picture) if pixels else encode_jpeg(one.picture, 90))
    note = f"<small>{escape(one.note)}</small>" if one.note else ""
    return (
        f"<figure{' class=cnn-wide' if one.wide else ''}>"
        f"<figcaption>{escape(one.title)}</figcaption>"
        f'<img alt="{escape(text)}" src="{source}"{" class=cnn-pixels" if pixels else ""}>'
        f"{note}</figure>"
    )
