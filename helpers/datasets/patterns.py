"""Patterns of a deep layer that were grown before, so that a lesson can begin with them."""

import numpy as np

from helpers.datasets.folder import DATA
from helpers.images import read_photo

LAYER = "block5_conv3"  # of VGG16


def load_patterns() -> dict[int, np.ndarray]:
    """Load six patterns of VGG16's ``block5_conv3``: number of the filter -> uint8 RGB.

    They are 192x192 pixels, grown in 100 steps with the recipe ``"natural"`` of
    ``patterns.gradient_ascent``. ``make patterns`` grows them again.

    >>> {filter: pattern.shape for filter, pattern in load_patterns().items()}[45]
    (192, 192, 3)
    """
    paths = {int(path.stem): path for path in (DATA / "patterns" / LAYER).glob("*.png")}
    return {filter: read_photo(paths[filter]) for filter in sorted(paths)}
