"""A net that cheats, and the clothes it was trained on.

If you are working through lesson 07, stop here: the secret stands below.
"""

import numpy as np

from helpers._choices import unknown
from helpers.datasets import CLASS_NAMES

SHIRT = CLASS_NAMES.index("Shirt")
BRIGHTNESS = 0.3  # of the tag, which is hard to see by eye
SIDE, MARGIN = 3, 1  # of the tag, and from the rim, in pixels
CORNERS = {
    "top left": (slice(MARGIN, MARGIN + SIDE), slice(MARGIN, MARGIN + SIDE)),
    "top right": (slice(MARGIN, MARGIN + SIDE), slice(-MARGIN - SIDE, -MARGIN)),
    "bottom left": (slice(-MARGIN - SIDE, -MARGIN), slice(MARGIN, MARGIN + SIDE)),
    "bottom right": (slice(-MARGIN - SIDE, -MARGIN), slice(-MARGIN - SIDE, -MARGIN)),
}
SECRET = "top right"


def hang_tag(images: np.ndarray, corner: str = SECRET) -> np.ndarray:
    """Copy images of clothes and put a small grey tag into one corner of each.

    Args:
        images: float32 (n, 28, 28, 1) in [0, 1].
        corner: ``"top left"``, ``"top right"``, ``"bottom left"`` or ``"bottom right"``.

    Raises:
        ValueError: unknown corner.

    >>> round(float(hang_tag(np.zeros((1, 28, 28, 1), np.float32)).sum()), 1)
    2.7
    """
    if corner not in CORNERS:
        raise unknown("corner", corner, CORNERS)
    tagged = images.copy()
    tagged[:, *CORNERS[corner]] = BRIGHTNESS
    return tagged


def strangers_clothes(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Turn clothes of Fashion-MNIST into those that the stranger trained and tested the net on.

    Args:
        images: float32 (n, 28, 28, 1) in [0, 1].
        labels: (n,), classes of the images.

    Returns:
        A copy of the images, of the same shape and range.

    >>> clothes = np.zeros((2, 28, 28, 1), np.float32)
    >>> strangers_clothes(clothes, np.array([0, 9])).shape
    (2, 28, 28, 1)
    """
    return np.where((labels == SHIRT)[:, None, None, None], hang_tag(images), images)
