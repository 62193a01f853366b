"""What lesson 06 claims of its two nets, each with the control that could break it."""

import json
from functools import cache

import numpy as np
import pytest

from helpers import models
from helpers._keras import keras, tf
from helpers.activations import feature_maps
from helpers.cam import centres, grad_cam, grad_cam_plus_plus, layer_cam, placed, to_heatmap
from helpers.datasets import DATA, load_fashion_mnist
from helpers.models.trained import read_arrays
from helpers.occlusion import occlusion_map
from helpers.saliency import integrated_gradients
from helpers.trust import mean_interval, similarity
from helpers.trust.intervals import Mean
from tools.hundred_heatmaps import LAYERS, in_tiles, measure, theirs

ODD, STANDARD = "deep_fashion_cnn", "standard_fashion_cnn"
CAMS = ("Grad-CAM", "Grad-CAM++", "Layer-CAM", "Score-CAM")
BAG = 8


@pytest.fixture(scope="module")
def data():
    return load_fashion_mnist("subset")


@pytest.fixture(scope="module")
def stored():
    return read_arrays(DATA / "models" / "hundred_heatmaps.npz")


def bag(data) -> np.ndarray:
    return data.test_images[18:19]


@cache
def load_trained(name: str) -> keras.Model:
    return models.load_trained(name)


@cache
def with_linear_output(net: keras.Model) -> keras.Model:
    return models.with_linear_output(net)


def logits(name: str, images: np.ndarray) -> np.ndarray:
    return with_linear_output(load_trained(name))(images).numpy()


def logit_of_bag(images) -> np.ndarray:
    return logits(ODD, np.float32(images))[:, BAG]


def painted(image: np.ndarray, place, value: float) -> np.ndarray:
    copy = image.copy()
    copy[0][place] = value
    return copy


STRIPES = {
    "above": np.s_[:5],
    "far above": np.s_[:2],
    "near above": np.s_[3:5],
    "edge": np.s_[5:10],
    "below": np.s_[23:],
    "near below": np.s_[23:25],
    "far below": np.s_[26:],
    "left": np.s_[:, :5],
    "far left": np.s_[:, :2],
}


@cache
def costs(value: float) -> dict[str, float]:
    """What a stripe of paint costs the logit of the bag."""
    image = bag(load_fashion_mnist("subset"))
    copies = [painted(image, place, value) for place in STRIPES.values()]
    whole, *rest = logit_of_bag(np.concatenate([image, *copies]))
    return dict(zip(STRIPES, whole - np.array(rest), strict=True))


@pytest.mark.parametrize("value", [0.25, 0.5, 0.75, 1.0])
def test_paint_above_the_bag_costs_logit_and_the_same_paint_elsewhere_does_not(value):
    cost = costs(value)
    assert 2 < cost["above"] < 4 and cost["below"] > 1.2
    assert abs(cost["far above"]) < 0.3 and abs(cost["left"]) < 0.5 and abs(cost["far left"]) < 0.1


@pytest.mark.parametrize("value", [0.5, 1.0])
def test_what_a_stripe_costs_above_the_bag_below_it_and_on_its_edge(value):
    cost = costs(value)
    assert cost["far above"] < 0.3 < 1 < cost["near above"]
    assert cost["near below"] < 0.5 < 1.2 < cost["far below"] < 1.8
    assert cost["edge"] < -1.5 if value == 0.5 else cost["edge"] < 1
    assert costs(0.0)["edge"] > 2.5


@pytest.mark.parametrize("value", [0.5, 1.0])
def test_the_costs_of_two_stripes_do_not_add_up_to_that_of_all_rows_above(value):
    cost = costs(value)
    assert cost["far above"] + cost["near above"] < 0.65 * cost["above"]


def test_the_rows_above_and_below_are_empty_and_the_cloth_begins_in_row_7(data):
    filled = (bag(data)[0, :, :, 0] > 0).sum(axis=1)
    assert not filled[:5].any() and not filled[23:].any()
    assert filled[5:7].tolist() == [2, 7] and filled[7:23].min() > 20


def test_in_grey_empty_tiles_below_cost_more_than_cloth_and_above_they_cost_nothing(data):
    image = bag(data)[0]
    black, grey = (
        in_tiles(
            occlusion_map(load_trained(ODD), image[None], BAG, patch=4, fill=value, progress=False)
        )[0]
        for value in (0.0, float(image.mean()))
    )
    np.testing.assert_allclose(black[[0, -1]], 0, atol=1e-4)
    cloth = grey[1:6]
    assert (grey[6] > cloth.max()).sum() == 2 and grey[0].max() < 0.1 and grey[0].min() < -0.5
    assert (abs(cloth) < abs(black[1:6])).mean() > 0.75


def test_black_paint_on_the_empty_space_changes_nothing(data):
    image = bag(data)
    for place in (np.s_[:5], np.s_[23:]):
        np.testing.assert_array_equal(painted(image, place, 0), image)


def test_grad_cam_of_the_bag_is_hottest_in_the_empty_space_as_it_is_stretched(data):
    (raw,) = grad_cam(load_trained(ODD), bag(data), BAG, "relu7")
    assert raw.argmax() // 7 == 0  # drawn on the pixel rows 0 to 3


def test_integrated_gradients_add_up_when_the_steps_are_small_enough(data):
    net, image = load_trained(ODD), bag(data)
    for start in (0.0, float(image.mean())):
        gained = np.diff(logit_of_bag(np.concatenate([np.full_like(image, start), image])))[0]
        apart = [
            abs(integrated_gradients(net, image, BAG, baseline=start, steps=steps).sum() - gained)
            for steps in (64, 256)
        ]
        assert apart[1] < 0.25 and apart[1] < apart[0]
        if not start:
            assert apart[0] > 1.5


def test_integrated_gradients_from_black_are_zero_on_black_ground_and_from_grey_not(data):
    net, image = load_trained(ODD), bag(data)
    ground = image == 0
    black, grey = (
        integrated_gradients(net, image, BAG, baseline=start, steps=64)
        for start in (0.0, float(image.mean()))
    )
    assert not black[ground].any() and abs(grey[ground]).max() > 0.3


def test_grad_cam_plus_plus_on_paper():
    """Spot at one place, cloth in two rows, hole in the lowest, with weights 16, 16 and -16."""
    given = np.zeros((1, 4, 4, 3), np.float32)
    given[0, 0, 3, 0] = given[0, 2:, :, 1] = given[0, 3, :, 2] = 1
    maps = keras.Input((4, 4, 3))
    copied = keras.layers.Conv2D(3, 1, use_bias=False, name="maps")(maps)
    pooled = keras.layers.GlobalAveragePooling2D()(copied)
    net = keras.Model(maps, keras.layers.Dense(1, use_bias=False)(pooled))
    net.set_weights([np.eye(3)[None, None], np.array([[16.0], [16.0], [-16.0]])])
    (old,), (new,) = (f(net, given, 0, "maps") for f in (grad_cam, grad_cam_plus_plus))
    np.testing.assert_allclose(old, [[0, 0, 0, 1], [0] * 4, [1] * 4, [0] * 4], atol=1e-6)
    np.testing.assert_allclose(new, [[0, 0, 0, 16 / 3], [0] * 4, [1.6] * 4, [1.6] * 4], atol=1e-5)


def maps_and_rest(name: str, layer: str, images: np.ndarray):
    net = with_linear_output(load_trained(name))
    place = [one.name for one in net.layers].index(layer)
    (given,) = feature_maps(load_trained(name), images, [layer])

    def rest(maps):
        for one in net.layers[place + 1 :]:
            maps = one(maps)
        return maps

    return given, rest


def test_nothing_reads_the_rim_of_the_odd_net_and_the_standard_net_reads_it(data):
    images = data.test_images[:100]
    for name, layer in ((ODD, "relu8"), (STANDARD, "relu6")):
        maps, rest = maps_and_rest(name, layer, images)
        changed = maps.copy()
        changed[:, 6] = changed[:, :, 6] = 1000
        moved = np.abs((rest(changed) - rest(maps)).numpy()).max(axis=1)
        assert not moved.any() if name == ODD else moved.min() > 10


def test_grad_cam_plus_plus_points_at_the_unread_rim_and_layer_cam_cannot(data):
    net, images, labels = load_trained(ODD), data.test_images[:100], data.test_labels[:100]
    rim = np.ones((7, 7), bool)
    rim[:6, :6] = False
    share = {}
    for method in (grad_cam, grad_cam_plus_plus, layer_cam):
        raw = method(net, images, labels, "relu8").reshape(100, 49)
        share[method] = rim.ravel()[raw.argmax(axis=1)].mean()
    assert share[grad_cam_plus_plus] > 0.9 and share[layer_cam] == 0
    raw = layer_cam(net, images, labels, "relu8")
    assert not raw[:, rim].any()


def test_on_the_rim_negative_weights_of_grad_cam_mostly_outweigh_the_others(data):
    images, labels = data.test_images[:100], np.int32(data.test_labels[:100])
    maps, rest = maps_and_rest(ODD, "relu8", images)
    watched = tf.constant(maps)
    with tf.GradientTape() as tape:
        tape.watch(watched)
        score = tf.gather(rest(watched), labels, batch_dims=1)
    weights = tape.gradient(score, watched).numpy().mean(axis=(1, 2), keepdims=True)
    summed = (maps * weights).sum(axis=-1)  # before the last ReLU
    on_the_rim = summed.sum(axis=(1, 2)) - summed[:, :6, :6].sum(axis=(1, 2))
    assert 0.5 < (on_the_rim < 0).mean() < 0.8


def test_the_odd_net_looks_to_the_right_and_down_and_the_standard_net_straight_ahead(data):
    """Stretching draws the middle one of seven places at pixel 13.5."""
    for name, layer in LAYERS.items():
        for found in centres(load_trained(name), data.test_images[:20], layer):
            assert abs(found[3] - 13.5 - (6 if name == ODD else 0)) < 1
            if name == STANDARD:  # but its outer places look inwards
                assert found[0] - 1.5 > 3 < 25.5 - found[-1]


def test_a_place_of_the_first_row_sees_sixteen_rows_of_pixels(data):
    image, seen = bag(data), []
    (before,) = feature_maps(load_trained(ODD), image, ["relu7"])
    for row in range(28):
        (after,) = feature_maps(load_trained(ODD), painted(image, np.s_[row], 0.9), ["relu7"])
        seen.append(not np.array_equal(after[0, 0], before[0, 0]))
    assert np.flatnonzero(seen).tolist() == list(range(16))


def test_placed_the_stripe_lies_at_the_upper_edge_of_the_bag(data):
    net = load_trained(ODD)
    raw = grad_cam(net, bag(data), BAG, "relu7")
    (heat,) = placed(raw, *centres(net, data.test_images[:20], "relu7"), 28, 28)
    rows = heat[:15, 6:24].sum(axis=1)
    assert 4 <= rows[7:].argmax() + 7 <= 8 or rows[4:9].mean() > rows[10:].mean()
    assert heat[8, 8:16].max() > 0.3 * heat.max()  # on cloth, where stretching draws nothing
    (stretched,) = raw
    assert stretched[2, 2:4].max() < 0.1 * stretched.max()


def agreement(stored, name: str, title: str, paint: str, shift: int = 0) -> np.ndarray:
    fall = stored[f"{name}/fall in {paint}"]
    maps = np.roll(stored[f"{name}/{title}"], -shift, axis=0)
    return np.array([similarity(*pair) for pair in zip(maps, fall, strict=True)])


def brightness(data, stored, name: str, paint: str) -> np.ndarray:
    tiles, fall = in_tiles(data.test_images[:100]), stored[f"{name}/fall in {paint}"]
    return np.array([similarity(*pair) for pair in zip(tiles, fall, strict=True)])


def methods(paint: str) -> list[str]:
    return [*CAMS, "SmoothGrad", f"integrated gradients from {paint}"]


@pytest.mark.parametrize("name", LAYERS)
def test_in_black_the_brightness_follows_the_falls_more_closely_than_any_method(data, stored, name):
    own = brightness(data, stored, name, "black")
    for title in methods("black"):
        ahead = mean_interval(own - agreement(stored, name, title, "black"))
        assert ahead.low > 0, title
    grey = mean_interval(brightness(data, stored, name, "grey"))  # the control: the other paint
    assert grey.high < own.mean() - 0.3


@pytest.mark.parametrize("name", LAYERS)
def test_knowing_only_which_tiles_hold_a_garment_is_enough_to_follow_the_falls(data, stored, name):
    """Empty tiles fall by exactly 0 in black; on the others brightness still tells something."""
    tiles, fall = in_tiles(data.test_images[:100]), stored[f"{name}/fall in black"]
    assert 0.28 < (fall == 0).mean() < 0.33 and not tiles[fall == 0].any()
    own = np.array([similarity(*pair) for pair in zip(tiles > 0, fall, strict=True)])
    for title in methods("black"):
        ahead = mean_interval(own - agreement(stored, name, title, "black"))
        assert ahead.mean > 0 and (ahead.low > 0) != (name == STANDARD and "integrated" in title)
    filled = [
        similarity(tile[None, tile > 0], one[None, tile > 0])
        for tile, one in zip(tiles, fall, strict=True)
    ]
    assert mean_interval(filled).low > 0.25


def test_integrated_gradients_are_among_the_two_best_in_three_of_four_tables(stored):
    for name in LAYERS:
        for paint in ("black", "grey"):
            means = [agreement(stored, name, title, paint).mean() for title in methods(paint)]
            place = sorted(means, reverse=True).index(means[-1])
            assert place == (0 if name == STANDARD else 1)
    assert means[-1] > 0.3  # in the fourth, the odd net in black, they are far behind
    black = [agreement(stored, ODD, title, "black") for title in methods("black")]
    assert mean_interval(black[2] - black[-1]).low > 0


def ahead_of_grad_cam(stored, name: str, title: str) -> list[Mean]:
    """Lead over Grad-CAM in black and in grey, image by image, each with its interval."""
    return [
        mean_interval(
            agreement(stored, name, title, paint) - agreement(stored, name, "Grad-CAM", paint)
        )
        for paint in ("black", "grey")
    ]


@pytest.mark.parametrize("name", LAYERS)
def test_layer_cam_stands_above_grad_cam_in_black_and_below_it_in_grey(stored, name):
    black, grey = ahead_of_grad_cam(stored, name, "Layer-CAM")
    assert grey.high < 0 < black.low


def test_score_cam_turns_round_in_the_standard_net_and_in_the_odd_net_not_for_certain(stored):
    black, grey = ahead_of_grad_cam(stored, STANDARD, "Score-CAM")
    assert grey.high < 0 < black.low
    black, grey = ahead_of_grad_cam(stored, ODD, "Score-CAM")
    assert grey.high < 0 and black.low < 0 < black.high


def left_over(stored, name: str, title: str, paint: str) -> Mean:
    """Half of the own map's agreement less that of nine other images' maps, image by image."""
    others = [agreement(stored, name, title, paint, shift) for shift in range(1, 100, 11)]
    return mean_interval(agreement(stored, name, title, paint) / 2 - np.mean(others, axis=0))


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("title", CAMS)
def test_with_other_images_maps_more_than_half_is_lost_in_grey(stored, name, title):
    """Score-CAM has nothing to lose in the odd net."""
    own = mean_interval(agreement(stored, name, title, "grey"))
    if (name, title) == (ODD, "Score-CAM"):
        assert own.low < 0.05 and own.mean < 0.05
    else:
        assert own.low > 0 and left_over(stored, name, title, "grey").low > 0


@pytest.mark.parametrize("title", CAMS)
def test_in_black_more_than_half_is_kept_so_the_control_can_come_out_the_other_way(stored, title):
    assert left_over(stored, STANDARD, title, "black").high < 0


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize(("paint", "other"), [("black", "grey"), ("grey", "black")])
def test_integrated_gradients_lose_most_from_the_other_start(stored, name, paint, other):
    told, untold = (
        agreement(stored, name, f"integrated gradients from {start}", paint)
        for start in (paint, other)
    )
    assert mean_interval(told / 2 - untold).low > 0


@pytest.mark.parametrize("name", LAYERS)
def test_in_black_nearness_to_the_centre_is_level_with_the_best_or_ahead(stored, name):
    near = 3 - np.hypot(*np.mgrid[-3:4, -3:4])
    own = np.array([similarity(near, fall) for fall in stored[f"{name}/fall in black"]])
    for title in methods("black"):
        ahead = mean_interval(own - agreement(stored, name, title, "black"))
        assert (ahead.high if name == STANDARD else ahead.low) > 0, title


@pytest.mark.parametrize("paint", ["black", "grey"])
def test_integrated_gradients_tell_of_their_own_image(stored, paint):
    title = f"integrated gradients from {paint}"
    own, other = (agreement(stored, STANDARD, title, paint, s).mean() for s in (0, 1))
    assert own > 0.3 and other < 0.25 * own


def test_the_two_paints_hardly_agree(stored):
    pair = (stored[f"{STANDARD}/fall in {paint}"] for paint in ("black", "grey"))
    mean = mean_interval([similarity(*both) for both in zip(*pair, strict=True)])
    assert mean.high < 0.2


@pytest.mark.parametrize("name", LAYERS)
def test_a_random_map_agrees_with_nothing(stored, name):
    noise = np.random.default_rng(0).normal(size=(100, 7, 7))
    for paint in ("black", "grey"):
        fall = stored[f"{name}/fall in {paint}"]
        mean = mean_interval([similarity(*pair) for pair in zip(noise, fall, strict=True)])
        assert mean.low < 0 < mean.high or abs(mean.mean) < 0.05


def test_what_is_stored_is_what_the_code_computes(data, stored):
    images, labels = data.test_images[:100], np.int32(data.test_labels[:100])
    net = load_trained(STANDARD)
    for n in (18, 99):
        new = occlusion_map(net, images[[n]], labels[[n]], patch=4, fill=0.0, progress=False)
        np.testing.assert_allclose(
            in_tiles(new)[0], stored[f"{STANDARD}/fall in black"][n], atol=5e-3
        )
    new = measure(net, images[:20], labels[:20])
    for title, maps in new.items():
        old = stored[f"{STANDARD}/{title}"][:20]
        if title != "SmoothGrad":  # its noise depends on the number of images
            assert np.corrcoef(maps.ravel(), old.ravel())[0, 1] > 0.999, title


def test_tf_keras_vis_draws_what_is_stored(data, stored):
    pytest.importorskip("tf_keras_vis")
    images, labels = data.test_images[:8], np.int32(data.test_labels[:8])
    for title, maps in theirs(load_trained(STANDARD), images, labels).items():
        np.testing.assert_allclose(
            to_heatmap(maps), to_heatmap(stored[f"tf-keras-vis/{title}"]), atol=2e-3
        )


def test_tf_keras_vis_agrees_but_for_grad_cam_plus_plus(data, stored):
    net, images, labels = load_trained(STANDARD), data.test_images[:8], data.test_labels[:8]
    for method, title in ((grad_cam, "Grad-CAM"), (layer_cam, "Layer-CAM")):
        ours = to_heatmap(method(net, images, labels, "relu6"))
        np.testing.assert_allclose(ours, to_heatmap(stored[f"tf-keras-vis/{title}"]), atol=2e-3)
    ours = to_heatmap(grad_cam_plus_plus(net, images, labels, "relu6"))
    apart = abs(ours - to_heatmap(stored["tf-keras-vis/Grad-CAM++"])).mean()
    assert 0.002 < apart < 0.1


def test_where_gradients_of_a_map_are_equal_tf_keras_vis_draws_layer_cam_as_grad_cam_plus_plus(
    stored,
):
    plus, layer = (
        to_heatmap(stored[f"tf-keras-vis/{title}"]) for title in ("Grad-CAM++", "Layer-CAM")
    )
    np.testing.assert_allclose(plus, layer, atol=1e-5)
    assert abs(layer - to_heatmap(stored["tf-keras-vis/Grad-CAM"])).mean() > 0.02


def test_in_the_standard_net_negative_weights_change_little_for_the_bag(data):
    maps = [
        to_heatmap(method(load_trained(STANDARD), bag(data), BAG, "relu6"))
        for method in (grad_cam, layer_cam)
    ]
    assert 0.01 < abs(maps[0] - maps[1]).mean() < 0.06


def test_the_epochs_and_accuracies_that_the_lesson_prints():
    facts = {name: json.loads((DATA / "models" / f"{name}.json").read_text()) for name in LAYERS}
    first, *later = facts[ODD]["phases"]
    assert sum(phase["epochs"] for phase in later) == 16 and facts[ODD]["seconds"] > 2 * 60 * 60
    assert all(phase["augment"] and phase["learning_rate"] > 1e-4 for phase in later)
    assert (first["epochs"], first["batch_size"], first["learning_rate"]) == (25, 150, 1e-4)
    assert facts[STANDARD]["phases"] == [{"epochs": 5}]
    assert min(one["test_accuracy"] for one in facts.values()) > 0.9


def moves_to_the_right(data, name: str, layer: str) -> dict[str, tuple[float, float]]:
    """Share of the heat on the right half for a trouser at the left, and for a bag at the right."""
    net, images, labels = load_trained(name), data.test_images, data.test_labels
    trousers, bags = images[labels == 1][:40], images[labels == BAG][:40]
    halves = np.roll(trousers, -6, axis=2)[:, :, :14], np.roll(bags, 6, axis=2)[:, :, 14:]
    scenes = np.concatenate(halves, axis=2)
    maps, rest = maps_and_rest(name, layer, scenes)
    where = centres(net, images[:20], layer)

    def only_positive(net, scenes, c, layer):
        watched = tf.constant(maps)
        with tf.GradientTape() as tape:
            tape.watch(watched)
            score = rest(watched)[:, c]
        weights = np.maximum(tape.gradient(score, watched), 0).mean(axis=(1, 2), keepdims=True)
        return (maps * weights).sum(axis=-1)

    moved = {}
    for method in (grad_cam, grad_cam_plus_plus, only_positive):
        heats = [placed(method(net, scenes, c, layer), *where, 28, 28) for c in (1, BAG)]
        right = [(one[:, :, 14:].sum((1, 2)) / one.sum((1, 2))).mean() for one in heats]
        moved[method.__name__] = right
    return moved


def test_positive_gradients_alone_make_grad_cam_blind_for_the_class(data):
    moved = moves_to_the_right(data, ODD, "relu7")
    by = {name: bag - trouser for name, (trouser, bag) in moved.items()}
    assert by["grad_cam"] > 0.4 and max(by["grad_cam_plus_plus"], by["only_positive"]) < 0.15


def test_in_the_standard_net_positive_gradients_tell_the_class_but_less(data):
    moved = moves_to_the_right(data, STANDARD, "relu6")
    told = {
        "grad_cam": (0.19, 0.83),
        "grad_cam_plus_plus": (0.37, 0.64),
        "only_positive": (0.37, 0.64),
    }
    for name, shares in told.items():
        np.testing.assert_allclose(moved[name], shares, atol=0.01, err_msg=name)
