"""Which rows of an image the rows of a feature map look at."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from helpers.figures import Picture, finish


def show_receptive_fields(
    tables: Mapping[str, ArrayLike],
    *,
    caption: str | None = None,
    alt: str | None = None,
) -> Picture:
    """Show how much each row of places answers to each row of pixels.

    A line for each row of places, its own largest answer the brightest. A dot marks the centre of
    the line, a frame the rows of pixels on which stretching the map to the image draws it.

    Args:
        tables: name of the net -> answers (places, pixels), at least 0, in no line all 0.
        caption, alt: as in ``show_images``.

    >>> table = np.eye(7).repeat(4, axis=1)
    >>> show_receptive_fields({"a net": table}, caption="It looks straight ahead.").alt
    'It looks straight ahead.'
    """
    figure = Figure(figsize=(9, 2.6 * len(tables)), dpi=96, layout="constrained")
    frames = figure.subplots(len(tables), 1, squeeze=False)[:, 0]
    for axis, (name, table) in zip(frames, tables.items(), strict=True):
        answers = np.asarray(table, np.float64)
        places, pixels = answers.shape
        axis.imshow(answers / answers.max(axis=1, keepdims=True), aspect="auto", cmap="viridis")
        wide = pixels / places
        for row, answer in enumerate(answers):
            left = row * wide - 0.5
            axis.add_patch(Rectangle((left, row - 0.46), wide, 0.92, fill=False, edgecolor="white"))
            centre = answer @ np.arange(pixels) / answer.sum()
            axis.plot(centre, row, "o", color="white", markeredgecolor="black", markersize=8)
        axis.set(title=name, yticks=range(places))
        axis.set_xlabel(f"row of pixels (0 to {pixels - 1})")
        axis.set_ylabel(f"row of places (0 to {places - 1})")
    return finish(figure, caption, alt)
