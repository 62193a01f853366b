"""What lesson 00 claims of the dog, each with the control that could break it."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from helpers.cam import grad_cam
from helpers.classes import class_names
from helpers.datasets import load_photo
from helpers.explorers import cover
from helpers.inputs import prepare_photo
from helpers.models import load_efficientnet_lite

PAGE = Path(__file__).parents[2] / "notebooks/00_start_here.ipynb"
HEAD, HOTTEST, GRASS = (20, 80), (36, 64), (80, 20)  # row and column in per cent


@pytest.fixture(scope="module")
def patch():
    return cover(load_efficientnet_lite(), {"dog": load_photo("dog")})


def covered(patch, place: tuple[int, int], size: int) -> np.ndarray:
    patch.set(row=place[0], column=place[1], size=size)
    return patch.ask(cover_of(patch)).logits


def cover_of(patch) -> np.ndarray:
    return patch._sheet.panels[0].picture


def test_the_heatmap_is_hottest_where_the_lesson_says_and_cold_on_the_grass(patch):
    dog = class_names(patch.model).index("German shepherd")
    (heat,) = grad_cam(patch.model, prepare_photo(patch.model, load_photo("dog")), dog)
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    assert abs((row + 0.5) / 7 - HOTTEST[0] / 100) < 0.08
    assert abs((column + 0.5) / 7 - HOTTEST[1] / 100) < 0.08
    assert heat[5:, :2].max() < 0.25 * heat.max()


def falls(patch, size: int) -> list[float]:
    """How far the logit falls under a patch over the head, the hottest place and the grass."""
    dog = class_names(patch.model).index("German shepherd")
    before = patch.said().logits[dog]
    return [before - covered(patch, place, size)[dog] for place in (HEAD, HOTTEST, GRASS)]


@pytest.mark.parametrize("size", [30, 45])
def test_under_a_large_patch_the_head_costs_most_and_the_hottest_place_nothing(patch, size):
    head, hottest, grass = falls(patch, size)
    assert head > 0.5 > grass > hottest and hottest < 0


def test_under_a_small_patch_the_hottest_place_costs_most_and_the_head_nothing(patch):
    head, hottest, grass = falls(patch, 20)
    assert hottest > 0.15 > grass > head and head < 0


def test_a_patch_over_most_of_the_dog_costs_in_both_places(patch):
    """What the size decides: from 60 % on the larger patch over the hottest place costs, too."""
    head, hottest, _ = falls(patch, 60)
    assert head > 0.5 < hottest


@pytest.mark.parametrize("size", [20, 45])
def test_no_single_patch_takes_the_answer_away(patch, size):
    dog = class_names(patch.model).index("German shepherd")
    places = [(row, column) for row in range(5, 100, 15) for column in range(5, 100, 15)]
    assert all(covered(patch, place, size).argmax() == dog for place in places)


def test_the_lowest_versions_are_those_that_the_course_needs():
    (cell,) = (c.source for c in nbformat.read(PAGE, 4).cells if "needs at least" in c.source)
    wanted = (PAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    named = re.findall(r'\((\w+), "([\d.]+)"\)', cell)
    assert len(named) == 5
    for library, lowest in named:
        assert re.findall(rf'"{library}>=([\d.]+)', wanted) == [lowest]
