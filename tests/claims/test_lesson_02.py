"""What lesson 02 claims of kernels and maps, each with the control that could break it."""

import cv2
import numpy as np
import pytest

from helpers._keras import keras
from helpers.activations import feature_maps
from helpers.datasets import load_fashion_mnist, load_photo
from helpers.filters import kernels
from helpers.images import grey
from helpers.inputs import prepare
from helpers.models import build_fashion_cnn, load_trained, load_vgg16


@pytest.fixture(scope="module")
def data():
    return load_fashion_mnist("subset")


@pytest.fixture(scope="module")
def model():
    return load_trained("fashion_cnn")


@pytest.fixture(scope="module")
def vgg():
    return load_vgg16(None)


@pytest.fixture(scope="module")
def patient(model):
    return keras.models.clone_model(model)


def start_of(seed: int) -> np.ndarray:
    keras.utils.set_random_seed(seed)
    return kernels(build_fashion_cnn(), "conv1")


def test_kernel_5_paints_left_edges_red_and_right_edges_blue(model, data):
    """On ten shirts, and on the same ones mirrored; upper and lower edges differ much less."""
    shirts = data.test_images[data.test_labels == 6][:10]

    def means(images: np.ndarray, axis: int) -> tuple[float, float]:
        """Mean of map 5 where the image gets brighter along an axis, and where it gets darker."""
        (maps,) = feature_maps(model, images, ["conv1"])
        slope = np.gradient(images[..., 0], axis=axis)
        return maps[..., 5][slope > 0.2].mean(), maps[..., 5][slope < -0.2].mean()

    for images in (shirts, shirts[:, :, ::-1]):
        left, right = means(images, axis=2)
        upper, lower = means(images, axis=1)
        assert left > 0.2 > 0 > right and abs(upper - lower) < 0.5 * (left - right)


def test_two_loops_opencv_and_the_layer_agree_and_a_turned_kernel_does_not(model, data):
    shirt = data.test_images[4]
    weights, biases = model.get_layer("conv1").get_weights()
    (maps,) = feature_maps(model, shirt[None], ["conv1"])
    padded, loop = np.pad(shirt[:, :, 0], 1), np.zeros((28, 28))
    for row, column in np.ndindex(28, 28):
        patch = padded[row : row + 3, column : column + 3]
        loop[row, column] = (patch * weights[:, :, 0, 5]).sum() + biases[5]

    def opencv(kernel):
        return cv2.filter2D(shirt[:, :, 0], -1, kernel, borderType=cv2.BORDER_CONSTANT) + biases[5]

    kernel = weights[:, :, 0, 5]
    np.testing.assert_allclose(loop, maps[0, :, :, 5], atol=1e-6)
    np.testing.assert_allclose(loop, opencv(kernel), atol=1e-6)
    assert abs(loop - opencv(kernel[::-1, ::-1].copy())).max() > 0.5


def test_stretching_turns_most_of_kernel_19_red_although_it_is_negative(model):
    kernel = kernels(model, "conv1")[:, :, 0, 19]
    stretched = (kernel - kernel.min()) / np.ptp(kernel)
    symmetric = kernel / abs(kernel).max() / 2 + 0.5
    assert (kernel > 0).sum() == (symmetric > 0.5).sum() == 3 and (stretched > 0.5).sum() == 6


def test_the_sum_of_the_weights_foresees_the_strength_of_a_map_and_the_largest_does_not(
    model, data
):
    weights = kernels(model, "conv1")[:, :, 0]
    sums, largest = abs(weights.sum(axis=(0, 1))), abs(weights).max(axis=(0, 1))
    norms = np.sqrt((weights**2).sum(axis=(0, 1)))
    for part in (slice(500), slice(500, 1000)):
        (maps,) = feature_maps(model, data.test_images[part], ["conv1"])
        strengths = abs(maps).mean(axis=(1, 2))
        average = strengths.mean(axis=0)
        assert np.corrcoef(average, sums)[0, 1] > 0.9
        assert max(np.corrcoef(average, other)[0, 1] for other in (largest, norms)) < 0
        assert (strengths.argmax(axis=1) == 27).mean() > 0.95
    assert largest.argmax() == 25 and (largest < largest[27]).sum() < 4
    (noise,) = feature_maps(model, np.random.default_rng(0).random((50, 28, 28, 1)), ["conv1"])
    even = abs(noise - noise.mean(axis=(0, 1, 2))).mean(axis=(0, 1, 2))  # the control: no even area
    assert np.corrcoef(even, sums)[0, 1] < 0.3 < np.corrcoef(even, norms)[0, 1]


def test_kernel_13_is_the_best_at_upper_edges_of_the_bag(model, data):
    bag = data.test_images[18:19]
    lit = np.flatnonzero(bag[0, :, 16, 0] > 0.3)[[0, -1]]
    (maps,) = feature_maps(model, bag, ["conv1"])
    upper, lower = maps[0, lit, 12:22].mean(axis=1)
    assert (upper - lower).argmax() == 13 and upper[13] > 0.5 and lower[13] < -0.5
    others = [30, 31]  # do it, too, and their upper rows pull down, their lower rows up
    assert upper[others].min() > 0.3 and lower[others].max() < -0.7
    rows = kernels(model, "conv1")[:, :, 0].sum(axis=1)
    assert rows[0, [13, *others]].max() < -1 and rows[2, [13, *others]].min() > 0.5
    (upside_down,) = feature_maps(model, bag[:, ::-1], ["conv1"])
    upper, lower = upside_down[0, 27 - lit[::-1], 12:22].mean(axis=1)
    assert (upper - lower).argmax() == 13


def test_trained_kernels_are_close_to_their_own_start_alone(model):
    trained = kernels(model, "conv1").ravel()
    alike = [np.corrcoef(start_of(seed).ravel(), trained)[0, 1] for seed in range(6)]
    assert alike[0] > 0.95 and max(map(abs, alike[1:])) < 0.2


def test_training_shrank_all_kernels(model):
    """So the row of the start is darker: of the eight that are shown, and of all."""
    trained, start = (k.reshape(9, 32) for k in (kernels(model, "conv1"), start_of(0)))
    assert (np.linalg.norm(trained, axis=0) < np.linalg.norm(start, axis=0)).all()
    assert abs(start).sum(axis=0)[:8].sum() > 1.05 * abs(trained).sum(axis=0)[:8].sum()


def test_most_of_the_fall_is_a_matter_of_statistics(model, patient, data):
    """Of the start; not of other starts; and a random step as long costs as much afterwards."""
    weights, biases = model.get_layer("conv1").get_weights()

    def both_ways(new_kernels) -> tuple[float, float]:
        patient.set_weights(model.get_weights())
        patient.get_layer("conv1").set_weights([new_kernels, biases])
        before = share()
        (now,) = feature_maps(patient, data.train_images[:1000], ["conv1"])
        scale, shift, _, _ = patient.get_layer("bn1").get_weights()
        places = (0, 1, 2)
        patient.get_layer("bn1").set_weights([scale, shift, now.mean(places), now.var(places)])
        return before, share()

    def share() -> float:
        predicted = patient.predict(data.test_images, verbose=0).argmax(axis=1)
        return float((predicted == data.test_labels).mean())

    start, (trained, refitted) = start_of(0), both_ways(weights)
    assert trained > 0.9 and abs(refitted - trained) < 0.01
    before, after = both_ways(start)
    assert before < 0.65 and after > 0.8 and after - before > 0.6 * (trained - before)
    others = np.array([both_ways(start_of(seed)) for seed in (1, 2, 3)])
    assert others.max() < 0.3
    length, steps = np.linalg.norm(weights - start), []
    for seed in range(8):
        step = np.random.default_rng(seed).normal(size=weights.shape)
        steps.append(both_ways(weights + step * length / np.linalg.norm(step)))
    old, new = np.array(steps).T
    assert before < old.min() and new.min() < after < new.max()


def neighbours_alike(k: np.ndarray) -> float:
    ones = np.concatenate([k[:, :-1].ravel(), k[:-1].ravel()])
    nexts = np.concatenate([k[:, 1:].ravel(), k[1:].ravel()])
    return float(np.corrcoef(ones, nexts)[0, 1])


def test_neighbours_agree_in_vgg16_and_not_in_the_small_net(model, vgg):
    stored, rng = kernels(vgg, "block1_conv1"), np.random.default_rng(0)

    def shuffled() -> np.ndarray:
        """Each kernel's nine places in an order of their own."""
        rows = [rng.permutation(stored[..., i].reshape(9, 3)) for i in range(64)]
        return np.stack([row.reshape(3, 3, 3) for row in rows], axis=-1)

    assert neighbours_alike(stored) > 0.25
    assert max(neighbours_alike(shuffled()) for _ in range(20)) < 0.1
    for small in (kernels(model, "conv1"), start_of(0)):
        assert abs(neighbours_alike(small)) < 0.15


def test_the_green_kernel_finds_the_eyes_by_their_colour(vgg):
    """Without colour they are lost; a red iris would not do either."""
    cat = load_photo("cat", 224)
    photos = np.stack([cat, grey(cat), cat[..., [1, 0, 2]], cat[..., [2, 0, 1]]])
    (maps,) = feature_maps(vgg, prepare(vgg, photos), ["block1_conv1"])
    colour, without, swapped, _ = (m[68:110, 51:94].mean() / m.mean() for m in maps[..., 28])
    assert colour > 5 and without < 1.2 and swapped < 0.5 * colour
    above_zero = (maps[:2, ..., 28] > 0).mean(axis=(1, 2))
    assert above_zero[0] < 0.1 and above_zero[1] > 0.95


def test_kernel_47_reads_red_and_not_blue(vgg):
    plain = np.zeros((2, 32, 32, 3), np.uint8)
    plain[0, :, :, 0] = plain[1, :, :, 2] = 255
    (answers,) = feature_maps(vgg, prepare(vgg, plain), ["block1_conv1"])
    red, blue = answers[:, 16, 16, 47]
    assert red > 3 and blue == 0
    colours = kernels(vgg, "block1_conv1")[..., 47].mean(axis=(0, 1))
    assert colours.argmax() == 2 and colours[::-1].argmax() == 0  # stored as BGR
    for name in ("coffee", "flower", "palace", "rocket", "astronaut"):  # photos of other things
        photo = load_photo(name, 224)
        (maps,) = feature_maps(vgg, prepare(vgg, photo[None]), ["block1_conv1"])
        pixels = photo.astype(int)
        redness = pixels[..., 0] - pixels[..., 1:].max(axis=-1)
        assert np.corrcoef(redness.ravel(), maps[0, ..., 47].ravel())[0, 1] > 0.7, name


def test_the_order_of_filters_means_nothing_if_the_slices_follow(model, data):
    order = np.random.default_rng(0).permutation(32)
    mixed = keras.models.clone_model(model)
    mixed.set_weights(model.get_weights())
    for name in ("conv1", "bn1"):
        arrays = model.get_layer(name).get_weights()
        mixed.get_layer(name).set_weights([array[..., order] for array in arrays])
    answers, images = model(data.test_images[:10]).numpy(), data.test_images[:10]
    assert abs(mixed(images).numpy() - answers).max() > 0.5
    kernel, bias = model.get_layer("conv2").get_weights()
    mixed.get_layer("conv2").set_weights([kernel[:, :, order], bias])
    np.testing.assert_allclose(mixed(images).numpy(), answers, atol=1e-5)
