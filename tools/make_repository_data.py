"""Write the files of ``data/`` that come from other packages: photos, subset, class names.

Run once by maintainers, in an environment that also has scikit-image, scikit-learn and timm.
"""

import gzip
import hashlib
import json
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path

import cv2

from helpers.sources import fetch

DATA = Path(__file__).resolve().parents[1] / "data"
PHOTOS = {
    "cat": ("skimage.data", "chelsea.png"),
    "coffee": ("skimage.data", "coffee.png"),
    "astronaut": ("skimage.data", "astronaut.png"),
    "rocket": ("skimage.data", "rocket.jpg"),
    "palace": ("sklearn.datasets.images", "china.jpg"),
    "flower": ("sklearn.datasets.images", "flower.jpg"),
}


def write_photos() -> None:
    (DATA / "photos").mkdir(parents=True, exist_ok=True)
    for name, (package, file) in PHOTOS.items():
        path = str(files(package) / file)
        photo = cv2.imread(path)
        if photo is None:
            raise FileNotFoundError(path)
        scale = min(1, 640 / max(photo.shape[:2]))
        photo = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(DATA / f"photos/{name}.jpg"), photo, [cv2.IMWRITE_JPEG_QUALITY, 90])


def write_subset() -> None:
    """Keep the first 6,000 training and 1,000 test images, in the files' own format."""
    full = fetch("fashion_mnist")
    (DATA / "fashion_mnist").mkdir(parents=True, exist_ok=True)
    for part, count in (("train", 6000), ("t10k", 1000)):
        for kind, header, size in (("images-idx3", 16, 784), ("labels-idx1", 8, 1)):
            name = f"{part}-{kind}-ubyte.gz"
            raw = gzip.decompress((full / name).read_bytes())
            head = raw[:4] + count.to_bytes(4, "big") + raw[8:header]
            packed = gzip.compress(head + raw[header : header + count * size], mtime=0)
            (DATA / "fashion_mnist" / name).write_bytes(packed)


def write_class_names() -> None:
    """Write ImageNet's 1,000 classes in the layout of Keras' ``imagenet_class_index.json``."""
    found = distribution("timm").locate_file("timm/data/_info")  # importing it would need torch
    info = Path(str(found))
    lines = (info / "imagenet_synset_to_lemma.txt").read_text(encoding="utf-8").splitlines()
    lemmas = dict(line.split("\t") for line in lines)
    synsets = (info / "imagenet_synsets.txt").read_text(encoding="utf-8").split()
    names = {
        str(i): [synset, lemmas[synset].split(",")[0].replace(" ", "_")]
        for i, synset in enumerate(synsets)
    }
    (DATA / "imagenet_class_index.json").write_text(json.dumps(names), encoding="utf-8")


def print_hashes() -> None:
    for path in sorted(DATA.glob("[fpi]*/*")) + sorted(DATA.glob("*.json")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        print(f"| `{path.relative_to(DATA)}` | {path.stat().st_size} | `{digest}` |")


if __name__ == "__main__":
    write_photos()
    write_subset()
    write_class_names()
    print_hashes()
