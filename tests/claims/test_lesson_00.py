"""What lesson 00 claims of the dog, each with the control that could break it."""

import numpy as np
import pytest

from helpers.cam import grad_cam
from helpers.classes import class_names
from helpers.datasets import load_photo
from helpers.explorers import cover
from helpers.inputs import prepare_photo
from helpers.models import load_efficientnet_lite

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


@pytest.mark.parametrize("size", [30, 45])
def test_the_head_costs_most_and_the_hottest_place_costs_nothing(patch, size):
    dog = class_names(patch.model).index("German shepherd")
    before = patch.said().logits[dog]
    head, hottest, grass = (
        before - covered(patch, place, size)[dog] for place in (HEAD, HOTTEST, GRASS)
    )
    assert head > 0.5 > grass > hottest and hottest < 0


def test_no_single_patch_takes_the_answer_away(patch):
    dog = class_names(patch.model).index("German shepherd")
    places = [(row, column) for row in range(5, 100, 15) for column in range(5, 100, 15)]
    assert all(covered(patch, place, 45).argmax() == dog for place in places)
