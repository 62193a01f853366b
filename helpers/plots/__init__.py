"""Figures of the lessons. Each function returns a ``Picture`` that carries its description."""

from helpers.figures import Picture
from helpers.plots.answers import show_heatmap, show_names
from helpers.plots.architecture import show_architecture
from helpers.plots.confusion import show_confusion, show_reliability
from helpers.plots.curves import show_curves, show_training
from helpers.plots.dots import show_dots
from helpers.plots.fields import show_receptive_fields
from helpers.plots.grids import show_heatmaps, show_images, show_kernels, show_mosaic
from helpers.plots.live import LiveCurves
from helpers.plots.steps import show_step

__all__ = [
    "LiveCurves",
    "Picture",
    "show_architecture",
    "show_confusion",
    "show_curves",
    "show_dots",
    "show_heatmap",
    "show_heatmaps",
    "show_images",
    "show_kernels",
    "show_mosaic",
    "show_names",
    "show_receptive_fields",
    "show_reliability",
    "show_step",
    "show_training",
]
