"""What lesson 03 claims of feature maps, each with the control that could break it."""

from functools import cache

import cv2
import numpy as np
import pytest

from helpers._keras import keras
from helpers.activations import feature_maps, strongest_images
from helpers.datasets import PHOTOS, album_rows, load_album, load_fashion_mnist, load_photo
from helpers.inputs import prepare
from helpers.models import conv_layers, load_trained, load_vgg16

LAYERS, STEPS = (2, 5, 9, 13, 17), (1, 2, 4, 8, 16)
UNSEEN = ("cat", "coffee", "astronaut", "palace", "flower")


@cache
def vgg() -> keras.Model:
    return load_vgg16(None)


@cache
def random_net(seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return keras.models.clone_model(vgg())


@cache
def fashion() -> keras.Model:
    return load_trained("fashion_cnn")


# 2. A filter that is bright where nothing is


def through_the_first_layers(net, image) -> list[float]:
    maps = feature_maps(net, image, ["conv1", "bn1", "relu1"])
    return [float(one[0, 14, 14, 19]) for one in maps]


def test_the_background_of_channel_19_is_bias_and_batch_normalization():
    black = np.zeros((1, 28, 28, 1), np.float32)
    kernel, bias = fashion().get_layer("conv1").get_weights()
    before, after, shown = through_the_first_layers(fashion(), black)
    assert before == pytest.approx(bias[19]) and before < 0 < 0.6 < after == shown
    assert kernel[..., 19].sum() < -0.5  # cloth pushes it down
    plain = load_trained("fashion_cnn")  # the control: batch normalization that shifts nothing
    scale, _, mean, variance = plain.get_layer("bn1").get_weights()
    plain.get_layer("bn1").set_weights([scale, 0 * mean, 0 * mean, variance])
    assert through_the_first_layers(plain, black)[2] < 0


def test_about_half_of_the_maps_are_brighter_beside_the_cloth():
    data = load_fashion_mnist("subset")
    images = data.test_images[data.test_labels == 6][:20]
    (maps,) = feature_maps(fashion(), images, ["relu1"])
    cloth = images[..., 0] > 0.1
    counts = [
        (one[~on].mean(axis=0) > one[on].mean(axis=0)).sum()
        for one, on in zip(maps, cloth, strict=True)
    ]
    assert min(counts) >= 8 and max(counts) <= 24
    first, on = maps[0], np.random.default_rng(0).permutation(cloth[0].ravel()).reshape(28, 28)
    differences = first[~on].mean(axis=0) - first[on].mean(axis=0)
    real = first[~cloth[0]].mean(axis=0) - first[cloth[0]].mean(axis=0)
    assert np.abs(differences).mean() < np.abs(real).mean() / 3  # the control: a shuffled mask


# 4. VGG16


def test_a_tenth_of_vgg16_is_in_its_convolutions():
    shapes = [(7 * 7 * 512, 4096), (4096, 4096), (4096, 1000)]
    dense = [keras.layers.Dense(units).compute_output_shape((1, size)) for size, units in shapes]
    weights = [size * out + out for (size, _), (_, out) in zip(shapes, dense, strict=True)]
    total = vgg().count_params() + sum(weights)
    assert total == 138_357_544 and max(weights) > 0.74 * total
    assert 0.10 < vgg().count_params() / total < 0.11
    assert [vgg().layers[i].name for i in LAYERS] == [
        f"block{block}_conv{last}" for block, last in zip(range(1, 6), (2, 2, 3, 3, 3), strict=True)
    ]


# 5 and 6. Less of the image, more of the class


def squares(photos, step: int) -> np.ndarray:
    n, side = len(photos), photos.shape[1] // step
    cut = photos.reshape(n, side, step, side, step, 3).swapaxes(2, 3)
    return cut.reshape(n * side * side, -1) / 255


def places(maps) -> np.ndarray:
    values = maps.numpy().reshape(-1, maps.shape[-1])
    return np.hstack([values, np.ones((len(values), 1), np.float32)])


def net_of(seed: int | None) -> keras.Model:
    return vgg() if seed is None else random_net(seed)


def look(seed: int | None, photos) -> list:
    net = net_of(seed)
    outputs = [net.layers[i].output for i in LAYERS]
    return keras.Model(net.input, outputs)(prepare(vgg(), photos))


@cache
def products(seed: int | None) -> list:
    """Rows with rows and rows with pixels, over every third photo of the album."""
    sums = [[0, 0] for _ in LAYERS]
    for photos in np.split(load_album(size=112)[::3], 19):
        for k, maps in enumerate(look(seed, photos)):
            values = places(maps)
            sums[k][0] += values.T @ values
            sums[k][1] += values.T @ squares(photos, STEPS[k]).astype(np.float32)
    return sums


def likeness(seed: int | None, ridge: float) -> np.ndarray:
    """Correlate painted with real pixels, for each layer the mean over photos not fitted to."""
    alike: list[list[float]] = [[] for _ in LAYERS]
    for name in UNSEEN:
        photo = load_photo(name, 112)[None]
        for k, maps in enumerate(look(seed, photo)):
            a, b = products(seed)[k]
            recipe = np.linalg.solve(a + ridge * np.trace(a) / len(a) * np.eye(len(a)), b)
            painted = (places(maps) @ recipe).clip(0, 1)
            alike[k].append(np.corrcoef(painted.ravel(), squares(photo, STEPS[k]).ravel())[0, 1])
    return np.mean(alike, axis=1)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("ridge", [0.001, 0.03])
def test_training_throws_the_image_away_and_depth_alone_does_not(seed, ridge):
    trained, random = likeness(None, ridge), likeness(seed, ridge)
    assert (np.diff(trained) < 0.02).all() and trained[0] > 0.85 and trained[4] < 0.45
    assert (random[2:] > trained[2:] + 0.1).all() and random[3] > 0.65


@cache
def means(seed: int | None) -> list[np.ndarray]:
    net = net_of(seed)
    averages = [keras.ops.mean(net.layers[i].output, axis=(1, 2)) for i in LAYERS]
    averaged = keras.Model(net.input, averages)
    return averaged.predict(prepare(vgg(), load_album(size=112)), batch_size=6, verbose=0)


@pytest.mark.parametrize("scale", ["as they are", "square root", "standardised"])
def test_training_brings_photos_of_a_kind_together_and_depth_alone_does_not(scale):
    kinds = np.array([row.kind for row in album_rows()])
    known = kinds != "thing"

    def share(seed: int | None, layer: int) -> float:
        values = means(seed)[layer][known]
        if scale == "square root":
            values = np.sqrt(values)
        elif scale == "standardised":
            values = (values - values.mean(axis=0)) / (values.std(axis=0) + 1e-6)
        alike = np.corrcoef(values)
        np.fill_diagonal(alike, -1)
        return float(np.mean(kinds[known][alike.argmax(axis=1)] == kinds[known]))

    trained, random = ([share(seed, k) for k in range(5)] for seed in (None, 0))
    assert trained[4] > 0.75 and trained[3] > 0.7 and trained[0] < 0.5
    assert max(random) < 0.55 and abs(random[4] - random[0]) < 0.12


# 7. Zeros


def zeros(net, name: str) -> np.ndarray:
    images = prepare(vgg(), load_photo(name, 224)[None])
    return np.array([np.mean(one == 0) for one in feature_maps(net, images, conv_layers(vgg()))])


@pytest.mark.parametrize("name", ["cat", "coffee", "dog", "windmill3"])
def test_sparsity_is_a_saw_tooth_that_ends_high(name):
    shares = zeros(vgg(), name)
    steps = np.diff(shares)
    assert shares[-1] > 0.85 and shares[0] < 0.6
    assert (steps[[3, 6, 9]] < 0).all()  # blocks 3, 4 and 5 begin lower than the last ones end
    assert (shares[[1, 3, 6, 9, 12]] > shares[[0, 2, 4, 7, 10]]).all()


def test_without_training_about_half_is_zero_at_every_depth():
    for seed in (0, 1):
        assert np.abs(zeros(random_net(seed), "cat") - 0.5).max() < 0.12


def test_max_pooling_makes_zeros_fewer():
    layers = [f"block{b}_{kind}" for b, c in ((2, 2), (3, 3)) for kind in (f"conv{c}", "pool")]
    maps = feature_maps(vgg(), prepare(vgg(), load_photo("cat", 224)[None]), layers)
    shares = [np.mean(one == 0) for one in maps]
    assert shares[1] < shares[0] - 0.1 and shares[3] < shares[2] - 0.1
    strided = np.mean(maps[0][:, ::2, ::2] == 0)  # the control: shrinking alone does nothing
    assert abs(strided - shares[0]) < 0.02


# 8. A name for a filter


@cache
def filter_192(model_photos: str) -> np.ndarray:
    photos = (
        load_album(size=224)
        if model_photos == "album"
        else np.stack([load_photo(name, 224) for name in PHOTOS])
    )
    return respond(photos)


def respond(photos) -> np.ndarray:
    only = keras.Model(vgg().input, vgg().get_layer("block4_conv2").output[..., 192])
    parts = [photos[start : start + 6] for start in range(0, len(photos), 6)]
    return np.concatenate([only(prepare(vgg(), part)).numpy() for part in parts])


def test_by_maximum_filter_192_prefers_fish_and_by_mean_buildings_and_panels():
    kinds = np.array([row.kind for row in album_rows()])
    maps = filter_192("album")
    by_max = kinds[np.argsort(-maps.max(axis=(1, 2)))]
    by_mean = kinds[np.argsort(-maps.mean(axis=(1, 2)))]
    assert (by_max[:5] == "fish").all() and (by_mean[:5] == "fish").sum() <= 1
    largest = maps.max(axis=(1, 2))
    fish = largest[kinds == "fish"]
    others = largest[kinds != "fish"]
    better = (fish[:, None] > others).mean()  # the control: over all pairs, not the first five
    assert better > 0.85


def test_the_coffee_comes_before_the_cat_by_mean_alone():
    maps = filter_192("six")
    cat, coffee = maps[PHOTOS.index("cat")], maps[PHOTOS.index("coffee")]
    assert coffee.mean() > 1.5 * cat.mean() and cat.max() > 1.5 * coffee.max()


@pytest.mark.parametrize("ground", [0, 128])
def test_a_drawn_disc_beats_every_photo_and_a_square_does_not(ground):
    drawings = np.full((3, 224, 224, 3), ground, np.uint8)
    for radius, grey in ((8, 255), (4, 0)):
        cv2.circle(drawings[0], (112, 112), radius, (grey,) * 3, -1, cv2.LINE_AA)
        low, high = (112 - radius,) * 2, (112 + radius,) * 2
        cv2.rectangle(drawings[1], low, high, (grey,) * 3, -1)
    cv2.circle(drawings[2], (112, 112), 8, (255,) * 3, -1, cv2.LINE_AA)  # a disc without a dot
    disc, square, plain = respond(drawings).max(axis=(1, 2))
    assert disc > filter_192("album").max() > 2 * max(square, plain)


# 9. The gap between the legs


def test_the_bright_line_needs_the_gap_and_a_second_gap_beside_it_takes_nothing_away():
    data = load_fashion_mnist("subset")
    images, labels = data.test_images[:1000], data.test_labels
    by_mean, _ = strongest_images(fashion(), images, "relu2", 9, by="mean")
    by_max, _ = strongest_images(fashion(), images, "relu2", 9, by="max")
    assert (labels[by_mean] == 1).all() and (labels[by_max] != 1).all()
    trousers = images[by_mean]
    cloth = trousers > 0.1
    left = np.logical_or.accumulate(cloth, axis=2)
    right = np.logical_or.accumulate(cloth[:, :, ::-1], axis=2)[:, :, ::-1]
    gap = left & right & ~cloth
    inside = gap[..., 0].reshape(9, 14, 2, 14, 2).any(axis=(2, 4))

    def response(places, brightness) -> float:
        changed = np.where(places, brightness, trousers).astype(np.float32)
        return float(feature_maps(fashion(), changed, ["relu2"])[0][..., 9][inside].mean())

    grey = trousers[cloth].mean()
    as_it_is, filled = response(np.zeros_like(gap), 0), response(gap, grey)
    assert as_it_is > 0.75 and filled < as_it_is / 3
    for shift in (3, -3):  # within what the same places see
        on_leg = np.roll(gap, shift, axis=2) & cloth
        assert on_leg.sum() > 0.9 * gap.sum()
        assert response(on_leg, 0) > 0.85 * as_it_is


# 10. The small colour net


@pytest.mark.parametrize("name", ["kitten", "owl", "dog"])
def test_zeros_of_the_small_net_do_not_grow_at_every_step_on_unseen_photos(name):
    assert name not in PHOTOS  # it was trained on crops of these six
    small = load_trained("photo_cnn")
    photo = prepare(small, load_photo(name, 150)[None])
    maps = feature_maps(small, photo, ["conv1", "conv2", "conv3", "conv4"])
    shares = [np.mean(one == 0) for one in maps]
    assert shares[1] < shares[0] - 0.05 and shares[3] > shares[1] + 0.1
    random = feature_maps(keras.models.clone_model(small), photo, ["conv4"])[0]
    assert np.mean(random == 0) < shares[3]  # the control
