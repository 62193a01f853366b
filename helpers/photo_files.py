"""Photos from files of any kind, and back to PNG and JPEG."""

import base64
import io
import warnings
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, ImageCms, ImageOps

from helpers.pixels import to_uint8_rgb

LARGEST = 64_000_000  # pixels of a photo
DARK = 64  # of 255: 16 bits of which a camera uses 14 or fewer stay below


def _in_srgb(photo: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert an RGB or CMYK photo from the colours of its profile, such as Display P3."""
    if not profile:
        return photo
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(photo, own, srgb, outputMode="RGB") or photo
    except (ImageCms.PyCMSError, OSError):  # a damaged profile, or one of another kind of picture
        return photo


def _rgb(photo: Image.Image, has_16_bits: bool) -> np.ndarray:
    """Turn an opened file of any mode into uint8 RGB (h, w, 3), the right side up."""
    upright = ImageOps.exif_transpose(photo)
    if photo.mode.startswith(("I", "F")):  # one channel of more than 8 bits
        values = np.asarray(upright)
        older_pillow = photo.mode == "I" and photo.format in ("PNG", "PPM")
        return to_uint8_rgb(values.astype(np.uint16) if older_pillow else values)
    if has_16_bits and np.max(upright.convert("RGB").getextrema()) < DARK:
        raise ValueError(
            "this file has 16 bits a colour and is nearly black, so only a guess could tell how "
            "many of them are used: save it with 8 bits"
        )
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright)
    if upright.mode != "CMYK":
        upright = upright.convert("RGB")
    return np.array(_in_srgb(upright, photo.info.get("icc_profile")).convert("RGB"))


def read_photo(source: str | Path | bytes) -> np.ndarray:
    """Read a photo from a path or from the bytes of a file.

    EXIF rotation is applied; transparent parts become white; grey, palette, CMYK, LAB, 16-bit and
    float images become 8-bit sRGB, also from a colour profile; of an animation the first picture
    is taken.

    Returns:
        uint8 RGB (h, w, 3).

    Raises:
        FileNotFoundError: no such file.
        ValueError: the bytes are no picture, a damaged one, one of more than ``LARGEST`` pixels,
            which would fill the memory, or one whose range only a guess could tell.

    >>> read_photo(b"this is text")
    Traceback (most recent call last):
    ValueError: this file is not a picture, or it is damaged: use a JPEG or PNG file
    """
    raw = source if isinstance(source, bytes) else Path(source).read_bytes()
    with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
        try:
            photo = Image.open(io.BytesIO(raw))
            has_16_bits, pixels = ";16" in str(photo.tile), photo.width * photo.height
            if pixels <= LARGEST:
                photo.load()
        except Exception as fault:  # on damaged bytes decoders raise errors of any type
            raise ValueError(
                "this file is not a picture, or it is damaged: use a JPEG or PNG file"
            ) from fault
    if pixels > LARGEST:
        raise ValueError(
            f"this picture has {pixels / 1e6:.0f} million pixels: scale it down to "
            f"{LARGEST / 1e6:.0f} million or less"
        )
    return _rgb(photo, has_16_bits)


def _encode(image: ArrayLike, kind: str, *options: int) -> bytes:
    flipped = cv2.cvtColor(to_uint8_rgb(image), cv2.COLOR_RGB2BGR)
    done, code = cv2.imencode(kind, flipped, options)
    if not done:
        raise ValueError(f"an image of the shape {flipped.shape} is too large for a {kind} file")
    return code.tobytes()


def encode_png(image: ArrayLike, compression: int = 6) -> bytes:
    """Encode an image, such as uint8 RGB (h, w, 3), as the bytes of a PNG file.

    Args:
        compression: from 0, quick and large, to 9, slow and small; nothing is lost.

    >>> encode_png(np.zeros((2, 2, 3), np.uint8))[1:4]
    b'PNG'
    """
    return _encode(image, ".png", cv2.IMWRITE_PNG_COMPRESSION, compression)


def encode_jpeg(image: ArrayLike, quality: int = 80) -> bytes:
    """Encode an image, such as uint8 RGB (h, w, 3), as the bytes of a JPEG file.

    >>> encode_jpeg(np.zeros((2, 2, 3), np.uint8))[6:10]
    b'JFIF'
    """
    return _encode(image, ".jpg", cv2.IMWRITE_JPEG_QUALITY, quality)


def data_uri(data: bytes) -> str:
    """Write the bytes of a PNG or JPEG file as an address for ``<img src=…>``."""
    kind = "png" if data.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
