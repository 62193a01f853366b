"""Where a place of a feature map lies on the image: at the middle of the pixels that move it."""

import numpy as np

from helpers._keras import keras
from helpers.activations import feature_maps
from helpers.inputs import check_images
from helpers.models.layers import LayerLike

PUSH = 0.2  # as a share of the images' own range


def centres(
    model: keras.Model, images: np.ndarray, layer: LayerLike
) -> tuple[np.ndarray, np.ndarray]:
    """Measure where the places of a layer look, by pushing one row or column of pixels at a time.

    The centre of a row of places is the mean of the pixel rows, each weighted by how much the
    places change when it is pushed, dark pixels up and bright ones down; the same for columns.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects; a few are enough.
        layer: name or index of a layer with height and width, or the layer itself.

    Returns:
        Row numbers (height,) and column numbers (width,) of the layer's places, in pixels.

    Raises:
        ValueError: unknown layer, or images of a wrong shape or range.

    >>> from helpers.models import build_fashion_cnn
    >>> rows, columns = centres(build_fashion_cnn(), np.zeros((1, 28, 28, 1)), "pool1")
    >>> len(rows), len(columns), bool(12 < rows[7] < 17)
    (14, 14, True)
    """
    images = check_images(model, images)
    middle = (images.min() + images.max()) / 2
    other = images + np.where(images > middle, -PUSH, PUSH) * (np.ptp(images) or 1)
    (before,) = feature_maps(model, images, [layer])
    found = []
    for axis in (1, 2):
        change = []
        for place in range(images.shape[axis]):
            here = (slice(None),) * axis + (place,)
            pushed = images.copy()
            pushed[here] = other[here]
            (after,) = feature_maps(model, pushed, [layer])
            change.append(np.abs(after - before).mean(axis=(0, 3 - axis, 3)))
        weights = np.array(change, np.float64) / np.maximum(np.sum(change, axis=0), 1e-12)
        found.append(np.arange(images.shape[axis]) @ weights)
    return found[0], found[1]


def placed(
    raw: np.ndarray, rows: np.ndarray, columns: np.ndarray, height: int, width: int
) -> np.ndarray:
    """Draw maps on an image, each value at its row and column, in straight lines between them.

    Args:
        raw: (n, h, w).
        rows, columns: where the values lie, in pixels, rising: (h,) and (w,).

    Returns:
        float32 (n, height, width). Outside of the outer values they go on as they are.

    >>> placed(np.array([[[0.0, 2.0]]]), np.array([0]), np.array([1, 3]), 1, 5)[0].tolist()
    [[0.0, 0.0, 1.0, 2.0, 2.0]]
    """
    down = np.stack([np.interp(np.arange(height), rows, one) for one in np.eye(len(rows))], axis=1)
    along = np.stack([np.interp(np.arange(width), columns, o) for o in np.eye(len(columns))])
    return (down @ raw @ along).astype(np.float32)
