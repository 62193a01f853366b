"""What the gallery's pages of feature maps and heatmaps show, drawn by the lessons' helpers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from helpers.activations import feature_maps
from helpers.cam import grad_cam, to_heatmap
from helpers.classes import class_names, probabilities
from helpers.datasets import load_fashion_mnist, load_photo
from helpers.explorers.filters import describe_map
from helpers.explorers.panels import HEIGHT, coloured, overlaid, place_of_maximum
from helpers.images import enlarge, overlay, squeeze
from helpers.inputs import prepare, prepare_photo
from helpers.models import load_efficientnet_lite, load_trained, load_vgg16

FILTERS = 9
SHIRT = 4  # among the test images
VGG_MAPS = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3")
NET_HEATMAPS = ("head_conv", "block5c_project")
WIDTH = 450  # of a photo, as wide as the page shows it
ANIMALS = {"two jaguars": "jaguar", "dog": "dog", "cat": "cat", "pyramid": "pyramid"}
WANTED = ("jaguar", "German shepherd", "Egyptian cat", "thatch", "teapot")


class Control(NamedTuple):
    """An input of a page: ``"range"`` or ``"select"``, and what it chooses from."""

    kind: str
    name: str
    options: list[str]


class Frame(NamedTuple):
    """One picture, uint8 RGB, and its texts.

    Beside it stand the plain picture, found by its index ``original``, and ``over``, if there is
    one. The page writes a label under each, in its own type.
    """

    picture: np.ndarray
    alt: str
    caption: str
    original: int = 0
    over: np.ndarray | None = None


@dataclass
class Show:
    """All that the inputs of a page can show: one frame for each combination, the last fastest.

    An original is a picture with its alt text and its label.
    """

    controls: list[Control]
    frames: list[Frame]
    originals: list[tuple[np.ndarray, str, str]] = field(default_factory=list)


def numbers(count: int) -> Control:
    return Control("range", "filter", [str(i) for i in range(count)])


def maps_of(model, picture: np.ndarray, layers: tuple[str, ...]) -> list[np.ndarray]:
    """Feature maps (h, w, channels) of a plain picture in some layers."""
    channels = model.input_shape[-1]
    return [
        m[0] for m in feature_maps(model, prepare(model, picture[None, ..., :channels]), layers)
    ]


def map_frames(picture, name: str, layers, maps, original: int) -> Iterator[Frame]:
    for layer, of_layer in zip(layers, maps, strict=True):
        for number in range(FILTERS):
            values = of_layer[..., number]
            place = f"{layer}, filter {number} of {of_layer.shape[-1]}"
            caption = f"{place}: on the {name} its feature map {describe_map(values)}."
            alt = f"Feature map of {place}"
            drawn = enlarge(coloured(values), HEIGHT)
            over = enlarge(overlaid(picture, values), HEIGHT)
            yield Frame(drawn, alt, caption, original, over)


def show_maps() -> Show:
    """A shirt in the small net, and a cat in VGG16."""
    shirt = np.uint8(load_fashion_mnist("subset").test_images[SHIRT] * 255).repeat(3, axis=2)
    small, small_layers = load_trained("fashion_cnn"), ("conv1", "conv2")
    vgg, cat = load_vgg16(None), load_photo("cat", 224)
    looks = (
        (shirt, "shirt", small_layers, maps_of(small, shirt, small_layers)),
        (cat, "cat", VGG_MAPS, maps_of(vgg, cat, VGG_MAPS)),
    )
    frames = [f for i, look in enumerate(looks) for f in map_frames(*look, original=i)]
    layers = [f"small net, {name}" for name in small_layers]
    layers += [f"VGG16, {name}" for name in VGG_MAPS]
    originals = [
        (enlarge(picture, HEIGHT), f"The {name} alone", name) for picture, name, *_ in looks
    ]
    return Show([Control("range", "layer", layers), numbers(FILTERS)], frames, originals)


def narrowed(photo: np.ndarray) -> np.ndarray:
    return squeeze(photo, round(len(photo) * WIDTH / photo.shape[1]), WIDTH)


def show_heatmaps() -> Show:
    """Four photos, five classes and two layers, by EfficientNet-Lite0."""
    net = load_efficientnet_lite()
    names = class_names(net)
    photos = {name: load_photo(photo) for name, photo in ANIMALS.items()}
    frames = []
    for original, (name, photo) in enumerate(photos.items()):
        picture, prepared = narrowed(photo), prepare_photo(net, photo)
        probable = probabilities(net, prepared)[0]
        for wanted in WANTED:
            index = names.index(wanted)
            for layer in NET_HEATMAPS:
                (raw,) = grad_cam(net, prepared, index, layer)
                spot = f"hottest {place_of_maximum(raw)}" if raw.any() else "zero everywhere"
                what = f"Grad-CAM of the {name} for {wanted!r}"
                caption = f"{what} ({probable[index]:.0%}) at {layer}: {spot}."
                drawn = overlay(picture, to_heatmap(raw))
                frames.append(Frame(drawn, f"{what}, at {layer}", caption, original))
    controls = [
        Control("select", "picture", list(photos)),
        Control("range", "class", list(WANTED)),
        Control("range", "layer", list(NET_HEATMAPS)),
    ]
    originals = [(narrowed(photo), f"The {name} alone", name) for name, photo in photos.items()]
    return Show(controls, frames, originals)


SHOWS: dict[str, Callable[[], Show]] = {
    "feature_maps": show_maps,
    "heatmaps": show_heatmaps,
}
