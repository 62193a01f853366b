"""Pictures that can be explored: sliders choose layer, filter, photo and class.

Each function returns one widget. Show it as the last line of a cell, or drive it from code: its
traits (``layer``, ``filter``, ``image``, ``class_index``, ``method`` and so on, as far as it has
them) can be read and set. ``picture`` is the PNG now shown, ``says`` the line of text beneath,
which is also its alt text. ``add_photo`` does what its upload button does.

    model: any net of the course, or one with 2D convolutions and a square input.
    images: plain pictures, not prepared ones: name -> picture, or a sequence of pictures, uint8
        RGB (h, w, 3) or floats in [0, 1] (h, w, 1). ``None``: the course's own.

A value that does not exist raises ``ValueError`` naming the valid ones. What goes wrong after a
move of a slider is said in the widget and kept in ``fault``.
"""

from helpers.explorers.cam import explore_cam
from helpers.explorers.feature_maps import explore_feature_maps
from helpers.explorers.filters import explore_filters
from helpers.explorers.microscope import microscope
from helpers.explorers.patterns import explore_patterns

__all__ = [
    "explore_cam",
    "explore_feature_maps",
    "explore_filters",
    "explore_patterns",
    "microscope",
]
