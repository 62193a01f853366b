"""Compare figures as a person would: fonts and rounding may differ, content may not."""

import base64
import re
from copy import deepcopy

import cv2
import numpy as np

TILES = 4  # a figure is cut into 4x4 tiles, so that one wrong panel is not lost in the rest
TOLERANCE = 6  # of the 64 bits of a tile's hash
TEXTURE_TOLERANCE = 0.1  # of 1; the same pattern in other places: up to 0.06, another: from 0.16
DATA_URI = re.compile(r"data:image/(?:png|jpeg);base64,([A-Za-z0-9+/=]+)")


def decode(encoded: str) -> np.ndarray:
    """Base64 of a PNG or JPEG file -> uint8 BGR (h, w, 3)."""
    raw = np.frombuffer(base64.b64decode(encoded), np.uint8)
    return cv2.imdecode(raw, cv2.IMREAD_COLOR)


def hashes(picture: np.ndarray) -> np.ndarray:
    """Difference hash of every tile: bool (16, 64), is a spot darker than its right neighbour?"""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (TILES * 9, TILES * 8), interpolation=cv2.INTER_AREA)
    tiles = small.reshape(TILES, 8, TILES, 9).swapaxes(1, 2).astype(int)
    return (np.diff(tiles, axis=3) > 2).reshape(TILES * TILES, 64)


def _alike_in_shape(one: np.ndarray, other: np.ndarray) -> bool:
    ratio = (one.shape[1] / one.shape[0]) / (other.shape[1] / other.shape[0])
    return abs(ratio - 1) <= 0.05


def difference(one: np.ndarray, other: np.ndarray) -> int:
    """Bits that differ in the worst tile of two pictures, 0 to 64."""
    if not _alike_in_shape(one, other):
        return 64
    return int((hashes(one) != hashes(other)).sum(axis=1).max())


def texture(picture: np.ndarray) -> np.ndarray:
    """Shares of gradient directions and of colours in a picture, which together sum to 1."""
    lab = cv2.cvtColor(picture, cv2.COLOR_BGR2LAB).astype(np.float32)
    dx, dy = (cv2.Sobel(lab[..., 0], cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    angles = np.mod(np.arctan2(dy, dx), np.pi)
    directions, _ = np.histogram(angles, 8, (0, np.pi), weights=np.hypot(dx, dy))
    ranges = [(0, 256), (90, 170), (90, 170)]
    colours, _ = np.histogramdd(lab.reshape(-1, 3), 4, ranges)
    parts = [part.ravel() / max(part.sum(), 1e-9) / 2 for part in (directions, colours)]
    return np.concatenate(parts)


def texture_difference(one: np.ndarray, other: np.ndarray) -> float:
    """How far the textures of two pictures are apart, 0 to 2, wherever in the picture they lie.

    For patterns of the natural recipe: where in the picture a motif grows is decided by rounding,
    which motif is not.
    """
    if not _alike_in_shape(one, other):
        return 2.0
    return float(np.abs(texture(one) - texture(other)).sum())


def is_blank(picture: np.ndarray) -> bool:
    """Say whether a picture shows nothing: hardly any pixel differs from the rest."""
    return float(picture.std()) < 2


def found_in(outputs: list[dict]) -> list[str]:
    """Base64 of all pictures in a cell's outputs, in order."""
    found = []
    for output in outputs:
        data = output.get("data", {})
        found += DATA_URI.findall(data.get("text/html", ""))
        found += [data[kind] for kind in ("image/png", "image/jpeg") if kind in data]
    return found


def without_pictures(outputs: list[dict]) -> list[dict]:
    """Copy outputs with the bytes of pictures in HTML left out."""
    copies = deepcopy(outputs)
    for output in copies:
        if "text/html" in output.get("data", {}):
            output["data"]["text/html"] = DATA_URI.sub("data:image", output["data"]["text/html"])
    return copies
