"""Compare figures as a person would: fonts and rounding may differ, content may not."""

import base64
import re
from copy import deepcopy
from itertools import product

import cv2
import numpy as np

TILES = 4  # a figure is cut into 4x4 tiles, so that one wrong panel is not lost in the rest
SHIFT = 2  # pixels by which other fonts may move a panel
NOTICEABLE = 16  # of 255: by how much two steps from a spot to its neighbour must differ to count
TOLERANCE = 4  # of the 64 steps of a tile; other versions of Matplotlib: up to 2
TEXTURE_TOLERANCE = 0.1  # of 1; the same pattern in other places: up to 0.06, another: from 0.16
DATA_URI = re.compile(r"data:image/(?:png|jpeg);base64,([A-Za-z0-9+/=]+)")


def decode(encoded: str) -> np.ndarray:
    """Base64 of a PNG or JPEG file -> uint8 BGR (h, w, 3)."""
    raw = np.frombuffer(base64.b64decode(encoded), np.uint8)
    return cv2.imdecode(raw, cv2.IMREAD_COLOR)


def _steps(picture: np.ndarray) -> np.ndarray:
    """Steps from each spot of a tile to its right neighbour, in grey: int (16 tiles, 64)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (TILES * 9, TILES * 8), interpolation=cv2.INTER_AREA)
    tiles = small.reshape(TILES, 8, TILES, 9).swapaxes(1, 2).astype(int)
    return np.diff(tiles, axis=3).reshape(TILES * TILES, 64)


def _shifted(picture: np.ndarray, right: int, down: int) -> np.ndarray:
    move = np.array([[1, 0, right], [0, 1, down]], np.float32)
    height, width = picture.shape[:2]
    return cv2.warpAffine(picture, move, (width, height), borderMode=cv2.BORDER_REPLICATE)


def _alike_in_shape(one: np.ndarray, other: np.ndarray) -> bool:
    ratio = (one.shape[1] / one.shape[0]) / (other.shape[1] / other.shape[0])
    return abs(ratio - 1) <= 0.05


def difference(one: np.ndarray, other: np.ndarray) -> int:
    """Steps that differ in the worst tile of two pictures, 0 to 64.

    A step differs where one picture gets brighter, the other does not, and one can see it. Each
    tile may lie a little beside the other's, because fonts and versions move panels.
    """
    if not _alike_in_shape(one, other):
        return 64
    other = cv2.resize(other, one.shape[1::-1], interpolation=cv2.INTER_AREA)
    steps, places = _steps(one), range(-SHIFT, SHIFT + 1, SHIFT)
    counts = []
    for right, down in product(places, places):
        moved = _steps(_shifted(other, right, down))
        differ = ((steps > 2) != (moved > 2)) & (np.abs(steps - moved) > NOTICEABLE)
        counts.append(differ.sum(axis=1))
    return int(np.min(counts, axis=0).max())


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
