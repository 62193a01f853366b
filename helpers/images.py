"""Photos in and out: read, fit, overlay, encode. Images are uint8 RGB (h, w, 3)."""

import cv2
import numpy as np
from numpy.typing import ArrayLike

from helpers._choices import unknown
from helpers.photo_files import data_uri, encode_jpeg, encode_png, read_photo
from helpers.pixels import one_picture, to_uint8_rgb, to_unit_map

__all__ = [
    "COLORMAPS",
    "blur",
    "data_uri",
    "encode_jpeg",
    "encode_png",
    "enlarge",
    "fit",
    "grey",
    "overlay",
    "random_crops",
    "read_photo",
    "squeeze",
    "stretch",
    "to_uint8_rgb",
    "write",
]

COLORMAPS = {
    name: getattr(cv2, f"COLORMAP_{name.upper()}")
    for name in ("viridis", "cividis", "inferno", "magma", "jet")
}


def _resize(image: np.ndarray, height: int, width: int, method: int) -> np.ndarray:
    """Scale an image of any type and number of channels, which it keeps."""
    kept = image.dtype in (np.uint8, np.float32)
    values = np.ascontiguousarray(image if kept else image.astype(np.float64))
    scaled = cv2.resize(values, (width, height), interpolation=method)
    scaled = scaled.reshape(height, width, *image.shape[2:])
    whole = not kept and image.dtype.kind != "f"
    return (np.rint(scaled) if whole else scaled).astype(image.dtype, copy=False)


def fit(image: ArrayLike, size: int) -> np.ndarray:
    """Scale the shorter side of an image to ``size`` pixels and cut the centre square out of it.

    Nothing is stretched.

    Args:
        image: (h, w) or (h, w, c) of any type and range, or a batch of one.

    Returns:
        The same type, (size, size) or (size, size, c).

    Raises:
        ValueError: no image, or a size that is no whole number or below 1.

    >>> fit(np.zeros((300, 500, 3), np.uint8), 224).shape
    (224, 224, 3)
    """
    if size < 1 or size != int(size):
        raise ValueError(f"a size is a whole number of pixels, at least 1, not {size}")
    picture = one_picture(image)
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = picture[top : top + side, left : left + side]
    return _resize(
        square, int(size), int(size), cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
    )


def squeeze(image: np.ndarray, height: int, width: int | None = None) -> np.ndarray:
    """Scale all of an image (h, w, c) to a size, or to a square; proportions are not kept.

    >>> squeeze(np.zeros((300, 500, 3), np.uint8), 224).shape
    (224, 224, 3)
    """
    width = width or height
    smaller = image.shape[0] > height or image.shape[1] > width
    return _resize(image, height, width, cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)


def overlay(
    image: ArrayLike,
    heatmap: ArrayLike,
    alpha: float = 0.75,
    colormap: str = "inferno",
    mode: str = "heat",
) -> np.ndarray:
    """Lay a coloured heatmap over an image, which stays as it is where the map is cold.

    Args:
        image: any that ``pixels.to_uint8_rgb`` takes, such as uint8 RGB (h, w, 3), grey (h, w, 1),
            or floats in 0 to 1.
        heatmap: in [0, 1], of any height and width; it is stretched over the image.
        alpha: opacity of the hottest places, from 0 (image alone) to 1 (heatmap alone).
        colormap: one of ``COLORMAPS``.
        mode: ``"heat"``, the opacity is ``alpha * heat``; ``"blend"``, it is ``alpha`` everywhere,
            as in most figures of this kind.

    Returns:
        uint8 RGB (h, w, 3), of the image's height and width.

    Raises:
        ValueError: unknown colour map or mode, a heatmap outside [0, 1], or no image, or one whose
            range only a guess could tell.

    >>> overlay(np.full((2, 2, 3), 100, np.uint8), np.array([[0, 0], [0, 1]]))[:, :, 0].tolist()
    [[100, 100], [100, 214]]
    """
    if colormap not in COLORMAPS:
        raise unknown("colour map", colormap, COLORMAPS)
    if mode not in ("heat", "blend"):
        raise unknown("mode", mode, ("heat", "blend"))
    pixels = to_uint8_rgb(image)
    height, width = pixels.shape[:2]
    method = cv2.INTER_CUBIC if mode == "heat" else cv2.INTER_LINEAR
    heat = cv2.resize(to_unit_map(heatmap), (width, height), interpolation=method).clip(0, 1)
    levels = np.rint(heat * 255).astype(np.uint8)
    colours = cv2.cvtColor(cv2.applyColorMap(levels, COLORMAPS[colormap]), cv2.COLOR_BGR2RGB)
    if mode == "blend":
        return cv2.addWeighted(colours, alpha, pixels, 1 - alpha, 0)
    opacity = alpha * heat[..., None]
    return np.rint((1 - opacity) * pixels + opacity * colours).astype(np.uint8)


def stretch(heatmap: np.ndarray, height: int, width: int) -> np.ndarray:
    """Scale a map (h, w) to another size, float32 (height, width), smoothly.

    >>> stretch([[0.0, 1.0]], 1, 4)
    array([[0.  , 0.25, 0.75, 1.  ]], dtype=float32)
    """
    return cv2.resize(np.asarray(heatmap, np.float32), (width, height))


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Blur an image (h, w, c) of any range with a Gaussian of ``sigma`` pixels.

    >>> blur(np.eye(9)[..., None], sigma=2).shape
    (9, 9, 1)
    """
    return cv2.GaussianBlur(image, (0, 0), sigma).reshape(image.shape)


def grey(image: np.ndarray) -> np.ndarray:
    """Take the colours out of a uint8 RGB image (h, w, 3); it keeps three equal channels.

    >>> grey(np.array([[[255, 0, 0]]], np.uint8)).tolist()
    [[[76, 76, 76]]]
    """
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def enlarge(image: np.ndarray, height: int) -> np.ndarray:
    """Scale an image to a height, its proportions kept; small ones keep their sharp pixels.

    >>> enlarge(np.zeros((28, 28, 1), np.float32), 280).shape
    (280, 280, 1)
    """
    width = max(1, round(image.shape[1] * height / image.shape[0]))
    smaller = image.shape[0] > height
    sharp = cv2.INTER_NEAREST if height >= 3 * image.shape[0] else cv2.INTER_LINEAR
    return _resize(image, height, width, cv2.INTER_AREA if smaller else sharp)


def write(
    image: np.ndarray, text: str, place: tuple[int, int], colour=(40, 40, 40), size: float = 0.45
) -> None:
    """Write a short text into a uint8 RGB image, its lower left corner at (x, y)."""
    cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)


def random_crops(photo: np.ndarray, count: int, size: int, seed: int) -> np.ndarray:
    """Cut random squares, 40 to 100 % of the shorter side, half of them mirrored, from a photo.

    Returns uint8 RGB (count, size, size, 3).

    >>> random_crops(np.zeros((60, 80, 3), np.uint8), count=5, size=32, seed=0).shape
    (5, 32, 32, 3)
    """
    rng = np.random.default_rng(seed)
    crops = []
    for _ in range(count):
        side = int(min(photo.shape[:2]) * rng.uniform(0.4, 1))
        top, left = (rng.integers(0, length - side + 1) for length in photo.shape[:2])
        crop = fit(photo[top : top + side, left : left + side], size)
        crops.append(crop[:, ::-1] if rng.random() < 0.5 else crop)
    return np.stack(crops)
