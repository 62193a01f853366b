"""The names of ImageNet's classes."""

import json
from functools import cache

from helpers.datasets.folder import DATA


@cache
def imagenet_class_names() -> tuple[str, ...]:
    """Return the names of ImageNet's 1,000 classes, in the order of VGG16's outputs.

    >>> imagenet_class_names()[285]
    'Egyptian cat'
    """
    index = json.loads((DATA / "imagenet_class_index.json").read_text(encoding="utf-8"))
    return tuple(index[str(i)][1].replace("_", " ") for i in range(len(index)))
