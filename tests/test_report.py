"""The trust report: its numbers on nets known by hand, and what it says of odd input."""

import re

import numpy as np
import pytest

from helpers._keras import keras
from helpers.datasets import load_photo
from helpers.models import build_fashion_cnn, describe, free_memory
from helpers.report import trust_report
from helpers.report.case import Case, as_list
from helpers.report.changes import harmless, shuffled, transplanted
from helpers.report.findings import needs_the_picture
from helpers.report.limits import FAILED, LIKE, PASSED, TIMES, UNDECIDED, UNKNOWN, state_of
from helpers.report.measures import (
    kept_under_harmless_changes,
    likeness_to_dice,
    patches,
    times_more_probable,
)

layers = keras.layers
RNG = np.random.default_rng(0)


def unit(pixels):
    return pixels / 255


def corner_net(softmax=True):
    """Class 1 where the top left 4 x 4 pixels are bright, class 0 where they are dark."""
    net = keras.Sequential(
        [
            keras.Input((24, 24, 1)),
            layers.Conv2D(1, 1, use_bias=False, name="conv"),
            layers.Flatten(),
            layers.Dense(2, activation="softmax" if softmax else None),
        ]
    )
    weights = np.zeros((24, 24, 2))
    weights[:4, :4, 1] = 10 / 16
    net.set_weights([np.ones((1, 1, 1, 1)), weights.reshape(576, 2), np.array([0, -5.0])])
    return describe(net, preprocess=unit)


def pictures(count=5):
    """Dim noise; the corner of the first is bright."""
    photos = RNG.integers(0, 80, (count, 24, 24), np.uint8)
    photos[0, :4, :4] = 255
    return photos


def constant_net():
    """Says class 0 with the same certainty of every picture."""
    net = corner_net()
    first, weights, _ = net.get_weights()
    net.set_weights([first, 0 * weights, np.array([3.0, 0])])
    return net


def brightness_net():
    """Class 1 where the mean is above 0.5."""
    image = keras.Input((24, 24, 1))
    maps = layers.Conv2D(1, 3, padding="same", name="conv")(image)
    net = keras.Model(image, layers.Dense(2)(layers.GlobalAveragePooling2D()(maps)))
    kernel = np.zeros((3, 3, 1, 1))
    kernel[1, 1] = 1
    net.set_weights([kernel, np.zeros(1), np.array([[0, 20.0]]), np.array([0, -10.0])])
    return describe(net, preprocess=unit)


def test_shuffling_keeps_all_pixels_and_moves_most_blocks():
    image = np.arange(28 * 28.0).reshape(1, 28, 28, 1)
    mixed = shuffled(image)
    assert sorted(mixed.ravel()) == sorted(image.ravel())
    block = mixed[0, :4, :4, 0]
    assert (np.diff(block, axis=1) == 1).all() and (np.diff(block, axis=0) == 28).all()
    assert (mixed != image).mean() > 0.8 and (shuffled(image, 1) != mixed).mean() > 0.8


def test_harmless_changes_are_a_step_each_way_and_a_paler_picture():
    image = RNG.random((1, 80, 40, 3))
    down, up, right, left, pale = harmless(image)
    np.testing.assert_array_equal(down[:, 2:], image[:, :-2])
    np.testing.assert_array_equal(up[:, :-2], image[:, 2:])
    np.testing.assert_array_equal(right[:, :, 1:], image[:, :, :-1])
    np.testing.assert_array_equal(left[:, :, -1], image[:, :, -1])
    np.testing.assert_allclose(pale.std() / image.std(), 0.85)
    np.testing.assert_allclose(pale.mean(), image.mean())


def test_a_patch_goes_where_it_was_and_into_copies():
    images, donor = np.zeros((2, 6, 6, 1)), np.ones((6, 6, 1))
    grafted = transplanted(images, donor, np.s_[1:3, 2:5])
    assert grafted[:, 1:3, 2:5].all() and grafted.sum() == 12 and not images.any()


def test_limits_read_both_ways():
    assert [state_of(v, TIMES) for v in (2.9, 3, 6)] == [FAILED, UNDECIDED, PASSED]
    assert [state_of(v, LIKE) for v in (0.8, 0.4, 0.1)] == [FAILED, UNDECIDED, PASSED]


def test_a_net_that_ignores_the_picture_loses_nothing_without_it():
    photos = pictures()
    assert times_more_probable(Case(constant_net(), photos)).value == pytest.approx(1)
    bright = np.concatenate([photos[1:3], 255 - photos[3:]])
    assert times_more_probable(Case(brightness_net(), bright)).value > 6


def test_a_number_that_has_reached_its_ceiling_is_a_lower_bound():
    """A net that is sure gives the other photo's answer a probability of 0, counted as 1/1000."""
    net, photos = corner_net(), pictures()
    first, weights, bias = net.get_weights()
    net.set_weights([first, 4 * weights, 4 * bias])
    _, measured, _ = needs_the_picture(Case(net, photos[:2]))
    assert "at least 1,000 times as probable" in measured
    assert "at least" not in needs_the_picture(Case(constant_net(), photos))[1]


def test_a_steady_net_keeps_and_a_shaky_one_turns_over():
    assert kept_under_harmless_changes(Case(brightness_net(), pictures())).value == 1
    stripes = np.zeros((3, 24, 24), np.uint8)
    stripes[:, :, ::2] = 255
    net = corner_net()
    first, *_ = net.get_weights()
    by_column = np.tile([8.0, -8.0], 12)[None, :, None] * np.array([0, 1.0]) / 24
    net.set_weights([first, np.broadcast_to(by_column, (24, 24, 2)).reshape(576, 2), np.zeros(2)])
    assert 0.1 < kept_under_harmless_changes(Case(net, stripes)).value < 0.7


def test_the_patch_that_wins_is_the_marked_corner():
    tried = patches(Case(corner_net(), pictures()))
    best = tried[0]
    assert (best.photo, best.rate, best.control, best.receivers) == (0, 1.0, 0.0, 4)
    assert best.place[0].start < 4 and best.place[1].start < 4
    assert len(tried) == 1  # the others have but one photo of another answer


@pytest.mark.parametrize("bright_is", [1, -1])
def test_a_patch_wins_whether_it_says_yes_or_no(bright_is):
    net = keras.Sequential(
        [
            keras.Input((24, 24, 1)),
            layers.Conv2D(1, 1, use_bias=False, name="conv"),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    first, weights, _ = corner_net().get_weights()
    bias = np.array([-5.0])
    net.set_weights([first, bright_is * weights[:, 1:], bright_is * bias])
    (tried,) = patches(Case(describe(net, preprocess=unit), pictures()))
    assert (tried.photo, tried.rate, tried.control, tried.receivers) == (0, 1.0, 0.0, 4)


def test_one_photo_has_no_others_to_put_a_patch_into():
    report = trust_report(corner_net(), pictures()[0])
    state = {one.question: one for one in report.findings}["Can a small patch win alone?"]
    assert state.state == UNKNOWN and "three photos" in state.measured


def test_maps_without_a_gradient_are_like_no_others():
    assert likeness_to_dice(Case(constant_net(), pictures())).value == 0


@pytest.fixture(scope="module")
def report():
    return trust_report(corner_net(), pictures(), class_names=["dark", "bright"])


def test_a_net_that_obeys_a_corner_is_accused_and_the_place_is_named(report):
    states = {one.question: one for one in report.findings}
    patch = states["Can a small patch win alone?"]
    assert patch.state == FAILED and "photo 1" in patch.measured and "'bright'" in patch.measured
    assert report.state("the net") == FAILED
    assert report.verdicts[0].startswith("Do not trust this net")


def test_a_page_needs_nothing_but_itself(report, tmp_path):
    page = report.html(tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and page.rstrip().endswith("</html>")
    assert not re.findall(r'(?:src|href)="(?!data:)', page) and "<script" not in page
    images = re.findall(r'<img alt="([^"]+)"', page)
    assert len(images) == 15 and min(map(len, images)) >= 15
    assert "photo 1: bright, 99%" in images
    for one in report.findings:
        assert one.question in page and one.not_shown in page
    assert "Pixels 0 and 255 become 0 and 1." in page
    assert "photo 1: bright, 99%. From left: photo, Grad-CAM, covering" in page


def test_names_are_escaped():
    net = describe(corner_net(), class_names=["<b>", "&"])
    assert "<b>," not in trust_report(net, pictures())._repr_html_()


def test_print_is_short(report):
    assert len(repr(report).splitlines()) == 8


def test_classes_without_names_are_numbered_and_the_page_says_so():
    report = trust_report(corner_net(), pictures())
    assert "Nobody has said what the classes are called." in report.facts
    assert "class 1" in report._repr_html_()


def test_what_is_no_photo_is_left_out_with_a_sentence():
    photos = [*pictures(), np.full((4, 4), np.nan), "no_such_file.jpg", "text"]
    report = trust_report(corner_net(), photos)
    assert [line[:8] for line in report.facts if "left out" in line] == [
        "Photo 6 ",
        "Photo 7 ",
        "Photo 8 ",
    ]
    with pytest.raises(ValueError, match="Photo 1 is left out"):
        trust_report(corner_net(), np.full((4, 4), np.nan))
    with pytest.raises(ValueError, match="at least one photo"):
        trust_report(corner_net(), [])


def test_colour_photos_of_any_size_are_fitted_to_a_grey_net():
    case = Case(corner_net(), [load_photo("dog"), np.zeros((9, 5)), pictures()[0]])
    assert case.images.shape == (3, 24, 24, 1)


def test_lists_arrays_and_single_photos_are_understood():
    assert len(as_list(np.zeros((8, 8)))) == len(as_list(np.zeros((8, 8, 3)))) == 1
    assert len(as_list(np.zeros((4, 8, 8)))) == len(as_list(np.zeros((4, 8, 8, 1)))) == 4
    assert as_list("dog.jpg") == ["dog.jpg"]


def two_inputs():
    one, other = keras.Input((8, 8, 1)), keras.Input((8, 8, 1))
    return keras.Model([one, other], layers.Flatten()(layers.Add()([one, other])))


def test_several_inputs_are_said_in_one_sentence():
    report = trust_report(two_inputs(), pictures())
    assert len(report.facts) == 1 and "has 2 inputs" in report.facts[0] and not report.findings
    assert report.verdicts[0] == "About this net nothing can be said."
    assert "has 2 inputs" in report._repr_html_()


def test_an_output_a_pixel_is_said_and_the_photos_are_shown():
    image = keras.Input((24, 24, 1))
    net = describe(keras.Model(image, layers.Conv2D(2, 3)(image)), preprocess=unit)
    report = trust_report(net, pictures())
    assert any("an output for each pixel" in fact for fact in report.facts)
    assert {one.state for one in report.findings} == {UNKNOWN}
    assert "no name" in report._repr_html_()


def test_without_a_convolution_the_net_is_tried_and_the_heatmaps_are_not():
    net = keras.Sequential([keras.Input((24, 24, 1)), layers.Flatten(), layers.Dense(3)])
    report = trust_report(describe(net, preprocess=unit), pictures())
    assert any("no convolution layer" in fact for fact in report.facts)
    assert report.state("the net") != UNKNOWN and report.state("the heatmaps") == UNKNOWN
    assert "covering of photo 1" in report._repr_html_()


def test_a_single_sigmoid_answers_yes_and_no():
    image = keras.Input((24, 24, 1))
    maps = layers.Conv2D(1, 1, use_bias=False)(image)
    end = layers.Dense(1, activation="sigmoid")(layers.GlobalAveragePooling2D()(maps))
    net = keras.Model(image, end)
    net.set_weights([np.ones((1, 1, 1, 1)), np.full((1, 1), 20.0), np.array([-10.0])])
    photos = np.concatenate([pictures()[1:3], 255 - pictures()[1:3]])
    case = Case(describe(net, class_names=["night", "day"], preprocess=unit), photos)
    assert case.names == ["not day", "not day", "day", "day"]
    assert case.sureness.min() > 0.5
    assert trust_report(net, photos).state("the net") in (PASSED, UNDECIDED, FAILED)


def test_a_net_inside_a_net_is_reported():
    outer = keras.Sequential([keras.Input((24, 24, 1)), brightness_net()])
    report = trust_report(outer, pictures(), preprocess=unit)
    assert UNKNOWN not in {one.state for one in report.findings if one.about == "the heatmaps"}


def test_what_is_no_net_and_unknown_pixels_are_refused():
    with pytest.raises(ValueError, match="a Keras model is needed"):
        trust_report("model.keras", pictures())
    net = keras.Sequential([keras.Input((24, 24, 1)), layers.Flatten(), layers.Dense(3)])
    with pytest.raises(ValueError, match="say with preprocess="):
        trust_report(net, pictures())


def test_memory_is_given_back_and_other_nets_go_on():
    net = build_fashion_cnn()
    before = net(np.ones((1, 28, 28, 1))).numpy()
    free_memory()
    np.testing.assert_array_equal(net(np.ones((1, 28, 28, 1))).numpy(), before)
