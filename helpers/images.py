"""Photos in and out, with OpenCV: read, fit, overlay, encode. Images are uint8 RGB (h, w, 3)."""

from pathlib import Path

import cv2
import numpy as np

from helpers._choices import unknown

COLORMAPS = {
    name: getattr(cv2, f"COLORMAP_{name.upper()}")
    for name in ("viridis", "cividis", "inferno", "magma", "jet")
}


def read_photo(source: str | Path | bytes) -> np.ndarray:
    """Read a photo from a path or from the bytes of a file.

    EXIF rotation is applied; grey, palette and 16-bit images become 8-bit RGB.

    Returns:
        uint8 RGB (h, w, 3).

    Raises:
        FileNotFoundError: no such file.
        ValueError: the bytes are no picture that OpenCV can read.
    """
    raw = source if isinstance(source, bytes) else Path(source).read_bytes()
    picture = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_COLOR) if raw else None
    if picture is None:
        raise ValueError("this file is not a picture, or it is damaged: use a JPEG or PNG file")
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def fit(image: np.ndarray, size: int) -> np.ndarray:
    """Scale the shorter side of an image to ``size`` pixels and cut the centre square out of it.

    Nothing is stretched. Returns an array (size, size, c) of the same type.

    >>> fit(np.zeros((300, 500, 3), np.uint8), 224).shape
    (224, 224, 3)
    """
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = image[top : top + side, left : left + side]
    method = cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
    return cv2.resize(square, (size, size), interpolation=method)


def overlay(
    image: np.ndarray, heatmap: np.ndarray, alpha: float = 0.4, colormap: str = "viridis"
) -> np.ndarray:
    """Lay a coloured heatmap over an image.

    Args:
        image: uint8 RGB (h, w, 3).
        heatmap: floats in [0, 1], of any height and width; it is stretched over the image.
        alpha: weight of the heatmap, from 0 (image alone) to 1 (heatmap alone).
        colormap: one of ``COLORMAPS``.

    Returns:
        uint8 RGB (h, w, 3).

    Raises:
        ValueError: unknown colour map, or a heatmap outside [0, 1].
    """
    if colormap not in COLORMAPS:
        raise unknown("colour map", colormap, COLORMAPS)
    if not (np.min(heatmap) >= 0 and np.max(heatmap) <= 1):
        raise ValueError(
            f"the heatmap runs from {np.min(heatmap):.3g} to {np.max(heatmap):.3g}; bring it to "
            "0 to 1 with cam.to_heatmap"
        )
    height, width = image.shape[:2]
    smooth = stretch(heatmap, height, width)
    grey = np.uint8(np.round(smooth * 255))
    colours = cv2.cvtColor(cv2.applyColorMap(grey, COLORMAPS[colormap]), cv2.COLOR_BGR2RGB)
    return cv2.addWeighted(colours, alpha, image, 1 - alpha, 0)


def encode_png(image: np.ndarray) -> bytes:
    """Encode a uint8 RGB (h, w, 3) or grey (h, w) image as the bytes of a PNG file."""
    flipped = cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if image.ndim == 3 else image
    return cv2.imencode(".png", flipped, [cv2.IMWRITE_PNG_COMPRESSION, 6])[1].tobytes()


def stretch(heatmap: np.ndarray, height: int, width: int) -> np.ndarray:
    """Scale a map (h, w) to another size, float32 (height, width), smoothly."""
    return cv2.resize(heatmap.astype(np.float32), (width, height))


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Blur an image (h, w, c) of any range with a Gaussian of ``sigma`` pixels."""
    return cv2.GaussianBlur(image, (0, 0), sigma).reshape(image.shape)
