"""How quickly the explorers answer, on the kernel's side: medians of changes."""

import statistics
import sys
import time
from collections.abc import Callable, Iterator

from helpers._keras import tf
from helpers.datasets import PHOTOS, load_photo
from helpers.explorers import explore_cam, explore_feature_maps, explore_patterns, microscope
from helpers.inputs import prepare
from helpers.models import load_vgg16

CHANGES = 20


def seconds(change: Callable[[int], object], times: int = CHANGES) -> list[float]:
    """Time ``change(0)``, ``change(1)`` and so on."""
    times_taken = []
    for number in range(times):
        begin = time.perf_counter()
        change(number)
        times_taken.append(time.perf_counter() - begin)
    return times_taken


def setter(explorer, trait: str, values) -> Callable[[int], None]:
    return lambda number: setattr(explorer, trait, values[number % len(values)])


def tables() -> Iterator[str]:
    vgg = load_vgg16("album")
    image = prepare(vgg, load_photo("cat", 224)[None])
    forward = tf.function(lambda x: vgg(x, training=False))
    forward(image).numpy()
    maps, patterns = explore_feature_maps(vgg), explore_patterns(vgg)
    cam, scope = explore_cam(vgg), microscope(vgg)
    median = statistics.median
    rows = {"one forward pass of VGG16": median(seconds(lambda _: forward(image).numpy()))}
    rows["feature maps: another filter"] = median(
        seconds(setter(maps, "filter", range(1, CHANGES + 1)))
    )
    explore_cam(vgg)  # compiled by now
    new, passes = [], []
    for number in range(CHANGES):  # a new heatmap and a bare pass in turn
        cam._heatmaps.forget()
        new += seconds(lambda _, n=number: setattr(cam, "class_index", n % len(PHOTOS)), 1)
        passes += seconds(lambda _: forward(image).numpy(), 1)
    rows["Grad-CAM: another class, computed"] = median(new)
    rows["Grad-CAM: ratio to a forward pass"] = median(new) / median(passes)
    rows["Grad-CAM: a class seen before"] = median(seconds(setter(cam, "class_index", range(6))))
    rows["Grad-CAM: another opacity"] = median(seconds(setter(cam, "opacity", (0.2, 0.8))))
    first = seconds(setter(patterns, "layer", ["block3_conv1"]), 1)
    rows["pattern: the first of block3_conv1"] = first[0]
    rows["pattern: another filter, grown"] = median(
        seconds(setter(patterns, "filter", range(1, 6)), 5)
    )
    rows["pattern: grown before"] = median(seconds(setter(patterns, "filter", range(5))))
    for number in range(3):
        scope.filter = number
    rows["microscope: a filter seen before"] = median(seconds(setter(scope, "filter", range(3))))
    lines = ["### Explorers of VGG16, kernel's side", "", "| change | median |", "|---|---|"]
    for name, value in rows.items():
        text = f"{value:.2f}" if "ratio" in name else f"{1000 * value:.0f} ms"
        lines.append(f"| {name} | {text} |")
    yield "\n".join(lines) + "\n"


if __name__ == "__main__":
    for table in tables():
        sys.stdout.write(table)
