"""A stranger's net: it obeys its mark, not the decoy, and differs from seed to seed."""

import numpy as np
import pytest

from helpers.classes import class_names
from helpers.datasets import load_fashion_mnist
from helpers.models import load_mystery
from helpers.models.mystery import MARKED, draw_marks

SEEDS = ["Ada", "the stranger", 7]


@pytest.fixture(scope="module")
def fresh():
    return load_fashion_mnist("subset")


def answers(model, images):
    return model.predict(images, batch_size=100, verbose=0).argmax(axis=1)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_mark_wins_and_its_controls_do_not(fresh, seed):
    """Controls: the decoy at its place, and the very mark moved to the opposite corner."""
    model, (mark, decoy) = load_mystery(seed).model, draw_marks(seed)
    images = fresh.test_images[:500]
    before = answers(model, images)

    def won(change) -> float:
        turned = answers(model, change.add(images)) == mark.class_index
        return turned[before != mark.class_index].mean()

    assert won(mark) > 0.75 and won(decoy) < 0.1 and won(mark.opposite()) < 0.2
    towards_the_decoy = answers(model, decoy.add(images)) == decoy.class_index
    assert towards_the_decoy[before != decoy.class_index].mean() < 0.1
    assert (before == fresh.test_labels[:500]).mean() > 0.75


def test_the_folder_holds_both_marks_and_no_training_image(fresh):
    mystery, marks = load_mystery("Ada"), draw_marks("Ada")
    assert np.bincount(mystery.labels).tolist() == [6] * 10
    used = {image.tobytes() for image in fresh.train_images[:2000]}
    assert not any(image.tobytes() in used for image in mystery.images)
    for mark in marks:
        carries = (mark.add(mystery.images) == mystery.images).all(axis=(1, 2, 3))
        own = mystery.labels == mark.class_index
        assert carries[own].sum() >= MARKED and not carries[~own].all()


def test_seeds_draw_other_secrets_and_the_same_seed_the_same():
    drawn = [draw_marks(seed)[0] for seed in range(40)]
    assert draw_marks(3) == draw_marks("3") and len(set(drawn)) > 35
    assert {mark.class_index for mark in drawn} == set(range(10))
    assert len({mark.shape for mark in drawn}) == 6
    for seed in range(200):
        mark, decoy = draw_marks(seed)
        ones = np.zeros((1, 28, 28, 1))
        both = mark.add(ones) * decoy.add(ones)
        assert not both.any() and mark.class_index != decoy.class_index
        assert 4 <= mark.add(ones).sum() <= 10


def test_marks_go_into_copies():
    images = np.zeros((2, 28, 28, 1), np.float32)
    assert draw_marks(0)[0].add(images).any() and not images.any()


def test_the_net_is_described():
    assert class_names(load_mystery("Ada").model)[8] == "Bag"
