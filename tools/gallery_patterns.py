"""The gallery's patterns: what filters of VGG16 grow, beside the photos that excite them most.

A layer that is drawn is kept, so a gallery that was interrupted goes on where it stopped.
"""

import json
from pathlib import Path

import numpy as np
from tqdm import tqdm

from helpers._keras import keras
from helpers._keras.receptive import Span, receptive_fields
from helpers.activations import Responses, responses
from helpers.datasets import load_album
from helpers.explorers.panels import close_up, number
from helpers.images import encode_jpeg, squeeze
from helpers.inputs import prepare
from helpers.models import load_vgg16
from helpers.patterns import gradient_ascent
from helpers.pixels import tile
from helpers.sources.placing import placed

CONVOLUTIONS = (2, 2, 3, 3, 3)  # in each block
LAYERS = [f"block{b}_conv{c + 1}" for b, n in enumerate(CONVOLUTIONS, 1) for c in range(n)]
SHOWN = 32  # filters of each layer
NAMED = {  # filters that lessons look at
    "block1_conv2": (20,),
    "block2_conv2": (33,),
    "block3_conv1": (33,),
    "block3_conv3": (84,),
    "block4_conv1": (5,),
    "block4_conv2": (192,),
    "block4_conv3": (60, 230, 446, 501),
    "block5_conv3": (45, 65, 137, 245, 256, 459, 501),
}
SIZE, LARGE, GAP = 128, 256, 8  # of a pattern as it grows and as it is shown, in pixels
CROPS, ROWS = 6, 2
QUALITY = 60  # of JPEG
FOLDER = "patterns"


def chosen(layer: str, channels: int) -> list[int]:
    """Name the filters that are shown: those of the lessons, and others in even steps."""
    named = list(NAMED.get(layer, ()))[:SHOWN]
    others = [one for one in range(channels) if one not in named]
    steps = np.linspace(0, len(others) - 1, min(SHOWN, channels) - len(named)).round().astype(int)
    return sorted(named + [others[step] for step in steps])


def strongest(
    fields: tuple[Span, Span], photos: np.ndarray, found: Responses, channel: int
) -> list[np.ndarray]:
    """Cut the parts out of photos that excite a filter most, the strongest first."""
    rows, columns = fields
    parts = []
    for index in np.argsort(-found.largest[:, channel], kind="stable")[:CROPS]:
        i, j = divmod(int(found.places[index, channel]), len(columns.first))
        box = (rows.first[i], rows.last[i] + 1, columns.first[j], columns.last[j] + 1)
        parts.append(close_up(photos[index], box))
    return parts


def picture(pattern: np.ndarray, parts: list[np.ndarray]) -> np.ndarray:
    """Lay a pattern beside the parts of photos: uint8 RGB."""
    side = (LARGE - GAP) // ROWS
    photos = tile(np.stack([squeeze(one, side) for one in parts]), CROPS // ROWS, GAP, 255)
    gap = np.full((LARGE, GAP, 3), 255, np.uint8)
    return np.hstack([squeeze(pattern, LARGE), gap, photos])


def frame(layer: str, channel: int, moved: np.ndarray, found: Responses) -> dict:
    """Say what a picture shows; ``moved``: the activation at the start and at the end."""
    address, place = f"{layer}-{channel}", f"{layer}, filter {channel}"
    before, after = map(number, moved)
    most = found.largest[:, channel].max()
    photos = (
        f"Its largest value on a photo of the album is {number(most)}; frames mark what the "
        "largest values depend on."
        if most > 0
        else "No photo of the album excites it."
    )
    return {
        "address": address,
        "picture": f"{FOLDER}/{address}.jpg",
        "alt": f"Left a pattern of {place}, right parts of the {CROPS} photos that excite it most",
        "caption": f"{place}. Its mean activation rose from {before} to {after}. {photos}",
        "original": 0,
    }


def draw_layer(
    model: keras.Model, layer: str, photos: np.ndarray, found: Responses, gallery: Path
) -> None:
    """Write the pictures of a layer, and last of all what they show."""
    filters = chosen(layer, found.largest.shape[1])
    grown = gradient_ascent(model, layer, filters, size=SIZE, recipe="natural")
    fields = receptive_fields(model, model.get_layer(layer), photos.shape[1])
    frames = []
    for pattern, channel, moved in zip(
        grown.images, filters, grown.activations[[0, -1]].T, strict=True
    ):
        frames.append(frame(layer, channel, moved, found))
        drawn = picture(pattern, strongest(fields, photos, found, channel))
        with placed(gallery / frames[-1]["picture"]) as file:
            file.write(encode_jpeg(drawn, QUALITY))
    with placed(listed(layer, gallery)) as file:
        file.write(json.dumps(frames).encode())


def listed(layer: str, gallery: Path) -> Path:
    """Name the file that says what a layer's pictures show."""
    return gallery / FOLDER / f"{layer}.json"


def collect(gallery: Path) -> dict:
    """Draw the layers that are missing; returns what the page shows."""
    if missing := [layer for layer in LAYERS if not listed(layer, gallery).exists()]:
        model, photos = load_vgg16(None), load_album()
        found = responses(model, prepare(model, photos), missing)
        for layer, of_layer in zip(tqdm(missing, unit="layer"), found, strict=True):
            draw_layer(model, layer, photos, of_layer, gallery)
    frames = [json.loads(listed(layer, gallery).read_text(encoding="utf-8")) for layer in LAYERS]
    numbers = [[one["address"].partition("-")[2] for one in of_layer] for of_layer in frames]
    controls = [
        {"kind": "range", "name": "layer", "options": LAYERS},
        {"kind": "range", "name": "filter", "options": numbers},
    ]
    return {"controls": controls, "frames": [f for some in frames for f in some], "originals": []}
