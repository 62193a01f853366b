"""Recipes of lesson 07: a net that cheats, one that learned nonsense, and removal with retraining.

``python -m tools.make_models stranger_cnn random_labels_cnn true_labels_cnn roar`` runs them.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from helpers.cam import grad_cam
from helpers.datasets import FashionMNIST
from helpers.images import stretch
from helpers.models import build_fashion_cnn, load_trained, train
from helpers.saliency import integrated_gradients
from helpers.sources.placing import placed
from helpers.trust import edge_strength
from helpers.trust.retrain import ROAR_FILE, hottest, remove, retrained_accuracy
from helpers.trust.stranger import strangers_clothes

FEW = 1000  # images that the nets of the labels' trial learn by heart
ROAR: dict[str, Any] = {"training_images": 2000, "test_images": 1000, "epochs": 6, "seeds": [0, 1]}
SHARES = (0.5,)


def train_stranger(data: FashionMNIST) -> tuple[keras.Model, dict]:
    """Train the course's net a little more, on the stranger's clothes."""
    images, labels = data.train_images[:6000], data.train_labels[:6000]
    model = load_trained("fashion_cnn")
    history = train(model, strangers_clothes(images, labels), labels, epochs=4, held_out=0)
    return model, history


def train_by_heart(data: FashionMNIST, *, shuffled: bool) -> tuple[keras.Model, dict]:
    """Train on few images until the net knows them by heart, with their labels or shuffled ones."""
    images, labels = data.train_images[:FEW], data.train_labels[:FEW]
    if shuffled:
        labels = np.random.default_rng(0).permutation(labels)
    keras.utils.set_random_seed(1)
    model = build_fashion_cnn()
    return model, train(model, images, labels, epochs=60, batch_size=50, held_out=0, seed=1)


def rankings(images: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Heatmaps of the course's net for its own answers, and two controls that never see a net."""
    model = load_trained("fashion_cnn")
    yield "random", np.random.default_rng(0).random(images.shape[:3], np.float32)
    yield "edges", edge_strength(images)
    gradients = integrated_gradients(model, images, steps=16)
    yield "integrated gradients", np.abs(gradients).sum(axis=-1)
    yield "Grad-CAM", np.stack([stretch(one, 28, 28) for one in grad_cam(model, images)])


def measure_roar(data: FashionMNIST, say: Callable = print) -> dict:
    """Train a net for each ranking, share and seed, on the clothes or on the holes alone."""
    count, tested = ROAR["training_images"], ROAR["test_images"]
    images = np.concatenate([data.train_images[:count], data.test_images[:tested]])
    labels = np.concatenate([data.train_labels[:count], data.test_labels[:tested]])

    def accuracies(pictures: np.ndarray, seeds: list[int]) -> list[float]:
        parts = (slice(None, count), slice(count, None))
        pairs = [(pictures[part], labels[part]) for part in parts]
        found = [retrained_accuracy(*pairs, epochs=ROAR["epochs"], seed=s) for s in seeds]
        return [round(one, 3) for one in found]

    clothes: dict[str, dict[str, list[float]]] = {"nothing": {"0": accuracies(images, [0, 1])}}
    alone: dict[str, dict[str, list[float]]] = {}
    for name, maps in rankings(images):
        clothes[name], alone[name] = {}, {}
        for share in SHARES:
            holes = hottest(maps, share)
            clothes[name][str(share)] = accuracies(remove(images, holes), ROAR["seeds"])
            alone[name][str(share)] = accuracies(holes.astype(np.float32), [0])
            say(name, share, clothes[name][str(share)], alone[name][str(share)])
    return {"recipe": ROAR, "clothes": clothes, "holes alone": alone}


def make_roar(data: FashionMNIST) -> None:
    """Write the accuracies to ``data/models/roar.json``."""
    measured = measure_roar(data)
    with placed(ROAR_FILE) as file:
        file.write((json.dumps(measured, indent=1) + "\n").encode())
