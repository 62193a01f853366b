"""Pictures changed on purpose: shuffled, moved a little, made paler, or with a patch from another.

All take and return float32 (n, h, w, c) in the range that a net expects.
"""

import numpy as np

BLOCKS = 7  # along each side of a shuffled picture
STEP = 40  # a picture is moved by so small a part of its side, at least by one pixel
CONTRAST = 0.85


def shuffled(images: np.ndarray, seed: int = 0) -> np.ndarray:
    """Cut pictures into 7 x 7 blocks and lay them in another order; a remainder stays.

    >>> mixed = shuffled(np.arange(196.0).reshape(1, 14, 14, 1))
    >>> bool(mixed.sum() == np.arange(196).sum()), bool((mixed[0, :2, :2, 0] == 0).any())
    (True, False)
    """
    rows, columns = (max(1, side // BLOCKS) for side in images.shape[1:3])
    order = np.random.default_rng(seed).permutation(BLOCKS**2)
    mixed = images.copy()
    for place, source in enumerate(order.tolist()):
        (top, left), (y, x) = divmod(place, BLOCKS), divmod(source, BLOCKS)
        block = images[:, y * rows : (y + 1) * rows, x * columns : (x + 1) * columns]
        mixed[:, top * rows : (top + 1) * rows, left * columns : (left + 1) * columns] = block
    return mixed


def _moved(images: np.ndarray, down: int, right: int) -> np.ndarray:
    """Move pictures; what comes in at an edge repeats the edge."""
    wide = (abs(down),) * 2, (abs(right),) * 2
    padded = np.pad(images, ((0, 0), *wide, (0, 0)), mode="edge")
    top, left = abs(down) - down, abs(right) - right
    return padded[:, top : top + images.shape[1], left : left + images.shape[2]]


def harmless(images: np.ndarray) -> list[np.ndarray]:
    """Change pictures as nobody would mind: moved a little four ways, and made paler.

    >>> [change.shape for change in harmless(np.ones((1, 8, 8, 1)))][:2]
    [(1, 8, 8, 1), (1, 8, 8, 1)]
    """
    down, right = (max(1, round(side / STEP)) for side in images.shape[1:3])
    moves = ((down, 0), (-down, 0), (0, right), (0, -right))
    mean = images.mean(axis=(1, 2, 3), keepdims=True)
    return [*(_moved(images, *move) for move in moves), mean + CONTRAST * (images - mean)]


def transplanted(images: np.ndarray, donor: np.ndarray, place: tuple[slice, slice]) -> np.ndarray:
    """Copy the pixels at one place of a picture (h, w, c) to the same place of others.

    >>> grafted = transplanted(np.zeros((2, 4, 4, 1)), np.ones((4, 4, 1)), np.s_[:2, :2])
    >>> grafted.sum(axis=(1, 2, 3)).tolist()
    [4.0, 4.0]
    """
    grafted = images.copy()
    grafted[:, place[0], place[1]] = donor[place]
    return grafted
