"""What a classifier confuses, and whether its confidence can be relied on."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.figures import Picture, finish


def show_confusion(
    counts: ArrayLike,
    class_names: Sequence[str],
    *,
    caption: str | None = None,
    alt: str | None = None,
) -> Picture:
    """Show how often each true class got each answer; only mistakes are coloured.

    Args:
        counts: (classes, classes), a row for each true class, a column for each answer.
        class_names: one for each class, in the order of the counts.
        caption, alt: as in ``show_images``.

    Raises:
        ValueError: not as many rows and columns as names.

    >>> show_confusion([[9, 1], [0, 8]], ["cat", "dog"], caption="One cat is called a dog.").alt
    'One cat is called a dog.'
    """
    table, count = np.asarray(counts), len(class_names)
    if table.shape != (count, count):
        raise ValueError(
            f"{count} class names belong to counts of the shape {(count, count)}, not {table.shape}"
        )
    mistakes = table * (1 - np.eye(count, dtype=int))
    figure = Figure(figsize=(8.4, 6.6), dpi=96, layout="constrained")
    axis = figure.subplots()
    axis.imshow(mistakes, cmap="Blues", vmax=max(mistakes.max(), 1))
    for (row, column), number in np.ndenumerate(table):
        dark = mistakes[row, column] > mistakes.max() / 2
        weight = "bold" if row == column else "normal"
        ink = "white" if dark else "black" if number else "lightgray"
        axis.text(column, row, str(number), ha="center", va="center", color=ink, weight=weight)
    axis.set(xticks=range(count), yticks=range(count), yticklabels=class_names)
    axis.set_xticklabels(class_names, rotation=35, ha="right", rotation_mode="anchor")
    axis.set_xlabel("what the net says", fontsize=11)
    axis.set_ylabel("what it is", fontsize=11)
    return finish(figure, caption, alt)


def show_reliability(
    nets: Mapping[str, Sequence[tuple[float, float]]],
    *,
    caption: str | None = None,
    alt: str | None = None,
) -> Picture:
    """Show how often nets are right at each confidence, and a line where both are the same.

    Args:
        nets: name -> points (mean confidence, share of right answers), each in 0 to 1.
        caption, alt: as in ``show_images``.

    >>> show_reliability({"a net": [(0.5, 0.4), (0.9, 0.8)]}, caption="It is too sure.").alt
    'It is too sure.'
    """
    figure = Figure(figsize=(8, 5), dpi=96, layout="constrained")
    axis = figure.subplots()
    axis.plot([0, 1], [0, 1], color="0.6", label="as often right as it says")
    for number, (name, points) in enumerate(nets.items()):
        confidence, right = np.transpose(points)
        axis.plot(confidence, right, "osD^"[number % 4] + "-", color=f"C{number}", label=name)
    lowest = min(float(np.min(points)) for points in nets.values())
    axis.set(xlim=(lowest - 0.03, 1.01), ylim=(lowest - 0.03, 1.01))
    axis.set_xlabel("mean confidence", fontsize=11)
    axis.set_ylabel("share of right answers", fontsize=11)
    axis.grid(alpha=0.3)
    axis.legend(fontsize=10)
    return finish(figure, caption, alt)
