"""Photos in and out: read, fit, overlay, encode. Images are uint8 RGB (h, w, 3)."""

import io
import warnings
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

from helpers._choices import unknown

COLORMAPS = {
    name: getattr(cv2, f"COLORMAP_{name.upper()}")
    for name in ("viridis", "cividis", "inferno", "magma", "jet")
}

LARGEST = 64_000_000  # pixels of a photo
_no_warning_of_size = partial(
    warnings.catch_warnings, action="ignore", category=Image.DecompressionBombWarning
)


def read_photo(source: str | Path | bytes) -> np.ndarray:
    """Read a photo from a path or from the bytes of a file.

    EXIF rotation is applied; transparent parts become white; grey, palette, CMYK and 16-bit
    images become 8-bit RGB; of an animation the first picture is taken.

    Returns:
        uint8 RGB (h, w, 3).

    Raises:
        FileNotFoundError: no such file.
        ValueError: the bytes are no picture, a damaged one, or one of more than ``LARGEST``
            pixels, which would fill the memory.
    """
    raw = source if isinstance(source, bytes) else Path(source).read_bytes()
    try:
        with _no_warning_of_size(), Image.open(io.BytesIO(raw)) as photo:
            width, height = photo.size
            if width * height > LARGEST:
                raise ValueError(
                    f"this picture has {width * height / 1e6:.0f} million pixels: scale it down "
                    f"to {LARGEST / 1e6:.0f} million or less"
                )
            return _rgb(ImageOps.exif_transpose(photo))
    except (OSError, SyntaxError, EOFError, Image.DecompressionBombError) as fault:
        raise ValueError(
            "this file is not a picture, or it is damaged: use a JPEG or PNG file"
        ) from fault


def _rgb(photo: Image.Image) -> np.ndarray:
    if photo.mode.startswith(("I", "F")):  # 16 bits a pixel, which Pillow would cut off at 255
        return np.repeat(np.uint8(np.asarray(photo).clip(0, 65535) // 257)[..., None], 3, axis=2)
    if photo.has_transparency_data:
        photo = photo.convert("RGBA")
        photo = Image.alpha_composite(Image.new("RGBA", photo.size, "white"), photo)
    return np.array(photo.convert("RGB"))


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


def encode_png(image: np.ndarray, compression: int = 6) -> bytes:
    """Encode a uint8 RGB (h, w, 3) or grey (h, w) image as the bytes of a PNG file.

    Args:
        compression: from 0, quick and large, to 9, slow and small; nothing is lost.
    """
    flipped = cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if image.ndim == 3 else image
    return cv2.imencode(".png", flipped, [cv2.IMWRITE_PNG_COMPRESSION, compression])[1].tobytes()


def encode_jpeg(image: np.ndarray, quality: int = 80) -> bytes:
    """Encode a uint8 RGB image (h, w, 3) as the bytes of a JPEG file."""
    flipped = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", flipped, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def stretch(heatmap: np.ndarray, height: int, width: int) -> np.ndarray:
    """Scale a map (h, w) to another size, float32 (height, width), smoothly."""
    return cv2.resize(heatmap.astype(np.float32), (width, height))


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Blur an image (h, w, c) of any range with a Gaussian of ``sigma`` pixels."""
    return cv2.GaussianBlur(image, (0, 0), sigma).reshape(image.shape)


def grey(image: np.ndarray) -> np.ndarray:
    """Take the colours out of a uint8 RGB image (h, w, 3); it keeps three equal channels."""
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def enlarge(image: np.ndarray, height: int) -> np.ndarray:
    """Scale an image to a height, its proportions kept; small ones keep their sharp pixels."""
    width = max(1, round(image.shape[1] * height / image.shape[0]))
    smaller = image.shape[0] > height
    method = cv2.INTER_AREA if smaller else cv2.INTER_NEAREST
    return cv2.resize(image, (width, height), interpolation=method)


def write(image: np.ndarray, text: str, place: tuple[int, int], colour=(40, 40, 40)) -> None:
    """Write a short text into a uint8 RGB image, its lower left corner at (x, y)."""
    cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA)


def random_crops(photo: np.ndarray, count: int, size: int, seed: int) -> np.ndarray:
    """Cut random squares, 40 to 100 % of the shorter side, half of them mirrored, from a photo.

    Returns uint8 RGB (count, size, size, 3).
    """
    rng = np.random.default_rng(seed)
    crops = []
    for _ in range(count):
        side = int(min(photo.shape[:2]) * rng.uniform(0.4, 1))
        top, left = (rng.integers(0, length - side + 1) for length in photo.shape[:2])
        crop = fit(photo[top : top + side, left : left + side], size)
        crops.append(crop[:, ::-1] if rng.random() < 0.5 else crop)
    return np.stack(crops)
