"""Curves: how a training went, and any values over one axis."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from helpers.figures import Picture, finish


def show_training(
    histories: Mapping[str, Mapping[str, Sequence[float]]],
    *,
    caption: str | None = None,
    alt: str | None = None,
) -> Picture:
    """Show learning curves, as ``models.train`` returns them, of one or more runs.

    Accuracy left, loss right; training solid, validation dashed; the legend hides no curve.

    Args:
        histories: name of the run -> its lists ``accuracy``, ``val_accuracy``, ``loss``,
            ``val_loss``.
        caption, alt: as in ``show_images``.

    >>> history = {"loss": [2, 1], "accuracy": [0.5, 0.6]}
    >>> show_training({"first run": history}, caption="It learns.").alt
    'It learns.'
    """
    figure = Figure(figsize=(8, 3.1), dpi=96, layout="constrained")
    for axis, measure in zip(figure.subplots(1, 2), ("accuracy", "loss"), strict=True):
        for number, (name, history) in enumerate(histories.items()):
            for prefix, style, part in (("", "-", "training"), ("val_", "--", "validation")):
                values = history.get(prefix + measure, [])
                epochs = range(1, len(values) + 1)
                label = f"{name}, {part}"
                axis.plot(epochs, values, style, color=f"C{number}", label=label, marker=".")
        axis.set(xlabel="epoch", title=measure)
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.grid(alpha=0.3)
    lines = axis.get_legend_handles_labels()
    figure.legend(*lines, loc="outside lower center", ncols=4, fontsize=8)
    return finish(figure, caption, alt)


def show_curves(
    curves: Mapping[str, Sequence[float]],
    x: Sequence[float],
    *,
    xlabel: str,
    ylabel: str,
    caption: str | None = None,
    alt: str | None = None,
) -> Picture:
    """Show curves over one axis.

    Args:
        curves: name -> values, as many as ``x`` has.
        caption, alt: as in ``show_images``.

    >>> show_curves({"line": [0, 1]}, [0, 1], xlabel="x", ylabel="y", caption="It rises.").alt
    'It rises.'
    """
    figure = Figure(figsize=(5.5, 3.2), dpi=96, layout="constrained")
    axis = figure.subplots()
    styles = ("-", "--", "-.", ":")
    for number, (name, values) in enumerate(curves.items()):
        axis.plot(x, values, styles[number % len(styles)], label=name, marker=".")
    axis.set(xlabel=xlabel, ylabel=ylabel)
    axis.grid(alpha=0.3)
    axis.legend(fontsize=9)
    return finish(figure, caption, alt)
