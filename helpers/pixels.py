"""Pictures of any type, range and number of channels, brought to uint8 RGB and laid in a grid."""

import math

import numpy as np
from numpy.typing import ArrayLike

ROUNDING = 1e-3  # of a range: so far outside it may rounding carry a value
CHANNELS = (1, 3, 4)
BLUE_WHITE_RED = np.array([[5, 48, 97], [67, 147, 195], [255] * 3, [214, 96, 77], [103, 0, 31]])


def one_picture(image: ArrayLike) -> np.ndarray:
    """Return one picture (h, w) or (h, w, c) as an array; a batch of one is taken apart.

    Raises:
        ValueError: no numbers, no pixels, several pictures, or no picture's shape.

    >>> one_picture(np.zeros((1, 28, 28, 3))).shape
    (28, 28, 3)
    """
    array = np.asarray(image)
    picture = array
    if array.ndim == 4 or (array.ndim == 3 and array.shape[-1] not in CHANNELS):
        picture = array[0] if len(array) == 1 else array
    if picture.dtype.kind not in "biuf" or picture.ndim not in (2, 3) or not picture.size:
        raise ValueError(
            f"one image (h, w) or (h, w, channels) of numbers is needed, not {array.dtype} of the "
            f"shape {array.shape}"
        )
    return picture.astype(picture.dtype.newbyteorder("="), copy=False)


def _white(picture: np.ndarray) -> int:
    """Tell which number stands for white: 1, 255 or 65535."""
    low, high = float(picture.min()), float(picture.max())
    if not np.isfinite([low, high]).all():
        raise ValueError("the image holds NaN or infinite values")
    kind = picture.dtype.kind
    least: dict[int, int]  # the number for white -> the least that the brightest pixel must have
    if kind == "b":
        least = {1: 0}
    elif kind == "f":
        least = {1: 0, 255: 16}  # a brightest pixel of 1.5 could be of either range
    elif picture.dtype == np.uint16:
        least = {65535: 16384}  # below, they may be a camera's 8 to 14 bits
    else:
        least = {255: 2}  # 0 and 1 are a mask rather than black
    for white, bottom in least.items():
        slack = ROUNDING * white
        if low >= -slack and (high == 0 or bottom <= high <= white + slack):
            return white
    raise ValueError(
        f"the image ({picture.dtype}) runs from {low:.5g} to {high:.5g}, so only a guess could "
        "tell which number is white: give uint8 in 0 to 255, floats in 0 to 1, or a mask as bool"
    )


def to_uint8_rgb(image: ArrayLike) -> np.ndarray:
    """Bring a picture to uint8 RGB; transparent parts become white.

    Args:
        image: (h, w), (h, w, 1), RGB (h, w, 3) or RGBA (h, w, 4), or a batch of one: bool, whole
            numbers in 0 to 255, uint16 in 0 to 65535, or floats in 0 to 1 or in 0 to 255.

    Returns:
        uint8 RGB (h, w, 3).

    Raises:
        ValueError: another shape, NaN, or values whose range only a guess could tell, such as those
            of an image prepared for a net.

    >>> to_uint8_rgb(np.array([[0.0, 0.5, 1.0]]))[..., 0]
    array([[  0, 128, 255]], dtype=uint8)
    """
    picture = one_picture(image)
    if picture.ndim == 2:
        picture = picture[..., None]
    if picture.shape[-1] not in CHANNELS:
        raise ValueError(
            f"an image of the shape {picture.shape} has no known colours: give grey (h, w), RGB "
            "(h, w, 3) or RGBA (h, w, 4)"
        )
    white = _white(picture)
    if picture.dtype != np.uint8:
        scaled = picture.astype(np.float32) * (255 / white)
        picture = np.rint(scaled).clip(0, 255).astype(np.uint8)
    if picture.shape[-1] == 4:
        opacity = picture[..., 3:] / np.float32(255)
        picture = np.rint(255 + (picture[..., :3] - np.float32(255)) * opacity).astype(np.uint8)
    if picture.shape[-1] == 1:
        picture = np.repeat(picture, 3, axis=2)
    return np.ascontiguousarray(picture)


def to_unit_map(heatmap: ArrayLike) -> np.ndarray:
    """Return one heatmap as float32 (h, w) in [0, 1].

    Args:
        heatmap: (h, w), (1, h, w) or (h, w, 1): floats in [0, 1], bool, or whole numbers that run
            up to 1 or to 255.

    Raises:
        ValueError: another shape or range.

    >>> to_unit_map(np.array([[[0, 255]]], np.uint8))
    array([[0., 1.]], dtype=float32)
    """
    array = np.asarray(heatmap)
    one = array
    while one.ndim > 2 and 1 in (one.shape[0], one.shape[-1]):
        one = one[..., 0] if one.shape[-1] == 1 else one[0]
    if one.dtype.kind not in "biuf" or one.ndim != 2 or not one.size:
        raise ValueError(
            f"one heatmap (h, w) of numbers is needed, not {array.dtype} of the shape {array.shape}"
        )
    scaled = one / 255 if one.dtype.kind in "iu" and one.max() == 255 else one
    if not (scaled.min() >= -ROUNDING and scaled.max() <= 1 + ROUNDING):
        raise ValueError(
            f"the heatmap runs from {one.min():.5g} to {one.max():.5g}; bring it to 0 to 1 with "
            "cam.to_heatmap"
        )
    return np.clip(scaled, 0, 1, dtype=np.float32)


def signed(values: np.ndarray, limit: float) -> np.ndarray:
    """Draw numbers (h, w) in colour, uint8 RGB: blue below zero, white at zero, red above.

    >>> signed(np.array([[-2.0, 0.0, 2.0]]), limit=2)[0].tolist()
    [[5, 48, 97], [255, 255, 255], [103, 0, 31]]
    """
    stops = np.linspace(-1, 1, len(BLUE_WHITE_RED))
    scaled = values / max(limit, 1e-30)
    channels = [np.interp(scaled, stops, channel) for channel in BLUE_WHITE_RED.T]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)


def tile(pictures: np.ndarray, columns: int, gap: int = 0, background: float = 0) -> np.ndarray:
    """Lay pictures side by side, row by row.

    Args:
        pictures: (n, h, w) or (n, h, w, c).
        gap: pixels between two neighbours.
        background: value of the gaps, and of the places that are left over in the last row.

    >>> tile(np.ones((3, 2, 2)), columns=2, gap=1).shape
    (5, 5)
    """
    count, height, width = pictures.shape[:3]
    down, across = height + gap, width + gap
    size = (math.ceil(count / columns) * down - gap, columns * across - gap)
    sheet = np.full((*size, *pictures.shape[3:]), background, pictures.dtype)
    for i, picture in enumerate(pictures):
        top, left = i // columns * down, i % columns * across
        sheet[top : top + height, left : left + width] = picture
    return sheet
