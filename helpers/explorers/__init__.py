"""Pictures that can be explored: sliders choose layer, filter, photo and class.

Each function returns one widget. Show it as the last line of a cell, or drive it from code: its
traits (``layer``, ``filter``, ``image``, ``class_index``, ``method`` and so on, as far as it has
them) can be read and set. ``picture`` is the PNG now shown, ``caption`` the line of text beneath,
which is also its alt text. ``add_photo`` does what its upload button does.

A value that does not exist raises ``ValueError`` naming the valid ones. What goes wrong after a
move of a slider is said in the widget and kept in ``fault``.

An explorer keeps what it computed: after more training, run its cell again. ``close()`` gives all
of its memory back. Feature maps, the largest part, are kept for the two explorers used last only;
another one computes them again when it is moved.
"""

from helpers.explorers.cam import explore_cam
from helpers.explorers.cover import cover
from helpers.explorers.feature_maps import explore_feature_maps
from helpers.explorers.filters import explore_filters
from helpers.explorers.microscope import microscope
from helpers.explorers.patterns import explore_patterns

__all__ = [
    "cover",
    "explore_cam",
    "explore_feature_maps",
    "explore_filters",
    "explore_patterns",
    "microscope",
]
