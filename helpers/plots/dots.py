"""A dot for each measurement, so that a mean never stands alone."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.figures import Picture, finish
from helpers.trust import mean_interval

ROW, SPREAD = 0.42, 0.22  # inches a row takes; how far dots of a row stand apart


def show_dots(
    values: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    xlim: tuple[float, float] | None = None,
    caption: str | None = None,
    alt: str | None = None,
) -> Picture:
    """Show measurements in rows: a pale dot each, and their mean with its 95 % interval.

    Args:
        values: name of the row -> its measurements, (n,), the first row on top.
        xlabel: what is measured, with its unit.
        xlim: where the axis begins and ends, so that figures can be compared; just around the
            measurements where not given.
        caption, alt: as in ``show_images``.

    Raises:
        ValueError: a row with fewer than two measurements, or with one that is not finite.

    >>> show_dots({"ours": [1, 2], "random": [0, 1]}, xlabel="hits", caption="Ours hit.").alt
    'Ours hit.'
    """
    figure = Figure(figsize=(9, 1 + ROW * len(values)), dpi=96, layout="constrained")
    axis, rng = figure.subplots(), np.random.default_rng(0)
    for row, measured in enumerate(values.values()):
        numbers = np.asarray(measured, np.float64)
        mean, low, high = mean_interval(numbers)
        places = row + rng.uniform(-SPREAD, SPREAD, len(numbers))
        axis.plot(numbers, places, "o", color="C0", alpha=0.25, markersize=4, markeredgewidth=0)
        axis.plot([low, high], [row, row], color="black", linewidth=3, solid_capstyle="butt")
        axis.plot(mean, row, "o", color="white", markeredgecolor="black", markersize=8)
    axis.axvline(0, color="grey", linewidth=0.8)
    axis.set(xlabel=xlabel, xlim=xlim, yticks=range(len(values)), yticklabels=list(values))
    axis.invert_yaxis()
    axis.grid(alpha=0.3, axis="x")
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(left=False, labelsize=11)
    return finish(figure, caption, alt)
