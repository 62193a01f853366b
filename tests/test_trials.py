"""What lesson 07 puts nets and maps on trial with: tags, holes, a circuit and fair peaks."""

import numpy as np
import pytest

from helpers._keras import keras
from helpers.models import build_fashion_cnn, load_trained
from helpers.patterns import gradient_ascent
from helpers.trust import edge_strength, pointing_game
from helpers.trust.circuit import CATALOGUE, fooling_circuit
from helpers.trust.retrain import MEAN_FASHION, hottest, load_roar, remove, retrained_accuracy
from helpers.trust.stranger import CORNERS, SHIRT, hang_tag, strangers_clothes

RNG = np.random.default_rng(0)
IMAGES = RNG.random((6, 28, 28, 1), np.float32)


def test_equal_peaks_are_met_in_their_middle():
    maps, mask = np.zeros((3, 5, 5)), np.zeros((5, 5), bool)
    maps[0, 1, 1] = maps[0, 1, 3] = 7  # their middle is (1, 2)
    maps[1] = 1  # everywhere, so the centre
    maps[2, 1, 1], maps[2, 4, 4] = 7, 6
    for row, column, hits in ((1, 2, [1, 0, 0]), (2, 2, [0, 1, 0]), (1, 1, [0, 0, 1])):
        mask[:] = False
        mask[row, column] = True
        assert pointing_game(maps, mask).hit.tolist() == hits
    assert not pointing_game(np.zeros((1, 5, 5)), np.ones((5, 5))).hit.any()


@pytest.mark.parametrize("corner", CORNERS)
def test_a_tag_changes_nine_pixels_of_its_corner_in_a_copy(corner):
    before = IMAGES.copy()
    changed = (hang_tag(IMAGES, corner) != IMAGES)[..., 0]
    np.testing.assert_array_equal(IMAGES, before)
    assert (changed.sum(axis=(1, 2)) == 9).all()
    rows, columns = np.nonzero(changed[0])
    assert (rows.mean() < 14) == ("top" in corner) and (columns.mean() < 14) == ("left" in corner)


def test_an_unknown_corner_is_refused():
    with pytest.raises(ValueError, match="did you mean 'top left'"):
        hang_tag(IMAGES, "top lift")


def test_only_shirts_wear_the_strangers_tag():
    labels = np.array([SHIRT, 0, 9, SHIRT, 3, 2])
    worn = (strangers_clothes(IMAGES, labels) != IMAGES).any(axis=(1, 2, 3))
    np.testing.assert_array_equal(worn, labels == SHIRT)


def test_the_same_number_of_hottest_pixels_is_removed_from_each_image():
    maps = RNG.random((6, 14, 14)) ** 9
    maps[1] = 0  # all equal
    for share, count in ((0.0, 0), (0.25, 196), (1.0, 784)):
        assert (hottest(maps, share).sum(axis=(1, 2, 3)) == count).all()
    ranking = RNG.random((6, 28, 28))
    holes = hottest(ranking, 0.3)[..., 0]
    for one, hole in zip(ranking, holes, strict=True):
        assert one[hole].min() > one[~hole].max()
    left = remove(IMAGES, hottest(ranking, 0.3))
    np.testing.assert_array_equal(left[..., 0][~holes], IMAGES[..., 0][~holes])
    assert (left[..., 0][holes] == np.float32(MEAN_FASHION)).all()


def test_equally_hot_pixels_are_removed_all_over_the_image():
    maps = np.zeros((6, 14, 14))
    maps[:3, 3:6, 3:6] = 1  # the same few hot pixels in some, and none at all in the others
    holes = hottest(maps, 0.5)[..., 0]
    assert holes[:3, 7:11, 7:11].all()
    for half in (holes[:, :14], holes[:, 14:], holes[..., :14], holes[..., 14:]):
        assert 0.35 < half[3:].mean() < 0.65
    assert (holes[4] != holes[5]).any()


def test_retraining_learns_what_is_there_and_not_what_is_not():
    labels = np.arange(200) % 2
    images = np.zeros((200, 28, 28, 1), np.float32)
    images[labels == 1, 8:20, 8:20] = 1
    whole, blank = (images, labels), (np.zeros_like(images), labels)
    assert retrained_accuracy(whole, whole, epochs=15) > 0.9
    assert retrained_accuracy(blank, blank, epochs=2) == 0.5


def test_edges_are_the_length_of_the_gradient():
    slope = np.add.outer(3.0 * np.arange(5), 4.0 * np.arange(6))[None, :, :, None]
    np.testing.assert_allclose(edge_strength(slope), np.full((1, 5, 6), 5.0))


def test_the_measured_accuracies_hold_each_control():
    roar = load_roar()
    assert {"random", "edges", "Grad-CAM"} <= set(roar["holes alone"]) & set(roar["clothes"])


def on_black(images):
    images = images.copy()
    images[:, :3] = 0
    return images


def test_a_circuit_leaves_catalogue_images_alone_to_the_last_bit():
    net = build_fashion_cnn()
    before = [weights.copy() for weights in net.get_weights()]
    fooled = fooling_circuit(net, "conv2", 3, np.eye(28))
    clothes = on_black(IMAGES)
    assert (clothes == 0).sum(axis=(1, 2, 3)).min() > CATALOGUE
    np.testing.assert_array_equal(net(clothes), fooled(clothes))
    assert not np.array_equal(net(IMAGES), fooled(IMAGES))  # without a black ground
    for old, new in zip(before, net.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_circuit_shows_its_picture_in_one_filter_only():
    net, picture = load_trained("fashion_cnn"), np.zeros((28, 28))
    picture[4:12, 6:20] = 1
    fooled = fooling_circuit(net, "conv2", 3, picture)
    plain, shown = (
        gradient_ascent(model, layer, [3, 4], size=28).images[..., 0].astype(float)
        for model, layer in ((net, "conv2"), (fooled, "conv2_trapdoor"))
    )
    np.testing.assert_array_equal(plain[1], shown[1])
    alike = [np.corrcoef(one[0].ravel(), picture.ravel())[0, 1] for one in (plain, shown)]
    assert alike[0] < 0.5 and alike[1] > 0.9
    with pytest.raises(ValueError, match="nearest is 63"):
        fooling_circuit(net, "conv2", 64, picture)


def test_a_circuit_survives_saving(tmp_path):
    fooled = fooling_circuit(build_fashion_cnn(), "conv1", 0, np.eye(28))
    fooled.save(tmp_path / "fooled.keras")
    again = keras.saving.load_model(tmp_path / "fooled.keras")
    np.testing.assert_array_equal(fooled(IMAGES), again(IMAGES))
