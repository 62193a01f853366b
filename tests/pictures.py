"""Compare figures as a person would: fonts and rounding may differ, content may not."""

import base64
import re
from copy import deepcopy

import cv2
import numpy as np

TILES = 4  # a figure is cut into 4x4 tiles, so that one wrong panel is not lost in the rest
TOLERANCE = 6  # of the 64 bits of a tile's hash
DATA_URI = re.compile(r"data:image/(?:png|jpeg);base64,([A-Za-z0-9+/=]+)")


def decode(encoded: str) -> np.ndarray:
    """Base64 of a PNG or JPEG file -> uint8 grey (h, w)."""
    raw = np.frombuffer(base64.b64decode(encoded), np.uint8)
    return cv2.imdecode(raw, cv2.IMREAD_GRAYSCALE)


def hashes(picture: np.ndarray) -> np.ndarray:
    """Difference hash of every tile: bool (16, 64), is a spot darker than its right neighbour?"""
    small = cv2.resize(picture, (TILES * 9, TILES * 8), interpolation=cv2.INTER_AREA)
    tiles = small.reshape(TILES, 8, TILES, 9).swapaxes(1, 2).astype(int)
    return (np.diff(tiles, axis=3) > 2).reshape(TILES * TILES, 64)


def difference(one: np.ndarray, other: np.ndarray) -> int:
    """Bits that differ in the worst tile of two grey pictures, 0 to 64."""
    ratio = (one.shape[1] / one.shape[0]) / (other.shape[1] / other.shape[0])
    if abs(ratio - 1) > 0.05:
        return 64
    return int((hashes(one) != hashes(other)).sum(axis=1).max())


def is_blank(picture: np.ndarray) -> bool:
    """Say whether a grey picture shows nothing: hardly any pixel differs from the rest."""
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
