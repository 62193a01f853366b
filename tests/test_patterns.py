import inspect

import numpy as np
import pytest

from helpers._keras import keras, precision, tf
from helpers._keras.precision import runs
from helpers.cam import score_cam
from helpers.models import build_fashion_cnn, load_vgg16
from helpers.patterns import gradient_ascent, to_pictures
from helpers.patterns.regularizers import blur, total_variation, zoom
from tests.nets import nested, random_cnn


@pytest.fixture(scope="module")
def vgg():
    return load_vgg16(None)


@pytest.mark.parametrize("layer", ["block1_conv1", "block3_conv1"])
def test_alive_raises_every_filter(vgg, layer):
    ascent = gradient_ascent(vgg, layer, range(24), size=32, steps=10)
    assert ascent.images.shape == (24, 32, 32, 3) and ascent.images.dtype == np.uint8
    assert ascent.activations.shape == (11, 24) and ascent.activations.dtype == np.float32
    assert (ascent.activations[-1] > ascent.activations[0]).all()
    assert len({picture.tobytes() for picture in ascent.images}) == 24


@pytest.mark.parametrize("recipe", ["alive", "natural"])
@pytest.mark.parametrize("block", range(1, 6))
def test_all_64_first_filters_of_every_block_move_and_rise(vgg, block, recipe):
    layer, size = f"block{block}_conv1", 32 if block < 4 else 48
    ascent = gradient_ascent(vgg, layer, range(64), size=size, steps=12, recipe=recipe)
    assert (ascent.activations[-1] > ascent.activations[0]).all()
    assert len({picture.tobytes() for picture in ascent.images}) == 64
    assert (ascent.images.std(axis=(1, 2, 3)) > 2).all()


needs_bfloat16 = pytest.mark.skipif(not runs("bfloat16"), reason="no bfloat16 here")


def in_both_precisions(vgg, recipe):
    return [
        gradient_ascent(vgg, "block3_conv1", range(8), size=48, recipe=recipe, precision=p)
        for p in ("float32", "bfloat16")
    ]


def test_natural_patterns_reach_the_same_activations_on_every_processor(vgg):
    """Rounding decides where a motif grows, hardly how strong it gets: here one processor's."""
    ascent = gradient_ascent(vgg, "block3_conv1", range(4), recipe="natural")
    np.testing.assert_allclose(ascent.activations[-1], [26.9, 63.7, 33.4, 16.9], rtol=0.05)
    deep = gradient_ascent(vgg, "block5_conv1", [0], size=96, recipe="natural")
    np.testing.assert_allclose(deep.activations[-1], [124.5], rtol=0.1)


@needs_bfloat16
def test_lower_precision_gives_the_same_picture_to_the_eye(vgg):
    exact, quick = in_both_precisions(vgg, "alive")
    for one, other in zip(exact.images, quick.images, strict=True):
        assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.93


@needs_bfloat16
def test_lower_precision_grows_natural_patterns_as_far(vgg):
    exact, quick = in_both_precisions(vgg, "natural")
    np.testing.assert_allclose(quick.activations[-1], exact.activations[-1], rtol=0.1)


@pytest.mark.parametrize("ask", [gradient_ascent, score_cam])
def test_no_processor_decides_the_precision(ask):
    assert inspect.signature(ask).parameters["precision"].default == "float32"
    with pytest.raises(ValueError, match="unknown precision 'auto'"):
        precision.check_precision("auto")


def test_a_precision_that_cannot_run_is_refused_in_a_sentence(vgg, monkeypatch):
    def aborted(dtype):
        if dtype == tf.bfloat16:
            raise tf.errors.AbortedError(None, None, "could not create a primitive descriptor")

    monkeypatch.setattr(precision, "_convolve_and_differentiate", aborted)
    precision.runs.cache_clear()
    try:
        with pytest.raises(ValueError, match="cannot compute in bfloat16; it can in: float32"):
            gradient_ascent(vgg, "block1_conv1", [0], precision="bfloat16")
        image = np.zeros((1, 32, 32, 3), np.float32)
        with pytest.raises(ValueError, match="cannot compute in bfloat16"):
            score_cam(vgg, image, precision="bfloat16", progress=False)
    finally:
        precision.runs.cache_clear()


@pytest.mark.parametrize(
    "calm", [total_variation(0.5), blur(0.7), zoom(1.03)], ids=["variation", "blur", "zoom"]
)
def test_every_regularizer_calms_the_picture(vgg, calm):
    rough, calmer = (
        gradient_ascent(vgg, "block2_conv1", range(4), size=48, steps=10, regularizers=chosen)
        for chosen in ((), (calm,))
    )

    def roughness(images):
        return np.abs(np.diff(images.astype(float), axis=2)).mean()

    assert roughness(calmer.images) < 0.9 * roughness(rough.images)


def test_regularizers_combine_and_keep_flat_pictures_flat(vgg):
    flat = np.full((1, 16, 16, 3), 100, np.float32)
    for calm in (total_variation(), blur(), zoom()):
        np.testing.assert_allclose(calm(tf.constant(flat)), flat, atol=1e-3)
    both = (blur(0.5), zoom(1.02))
    ascent = gradient_ascent(vgg, "block2_conv1", [3], size=32, steps=3, regularizers=both)
    assert np.isfinite(ascent.activations).all()
    with pytest.raises(ValueError, match="spectrum"):
        gradient_ascent(vgg, "block2_conv1", [3], recipe="natural", regularizers=both)


def test_plain_leaves_dead_filters_still_and_alive_wakes_them(vgg):
    plain = gradient_ascent(vgg, "block5_conv1", range(16), recipe="plain", steps=5)
    dead = np.flatnonzero(plain.activations[0] == 0)
    assert len(dead) > 0
    assert (plain.activations[-1, dead] == 0).all()
    alive = gradient_ascent(vgg, "block5_conv1", dead, steps=5)
    assert (alive.activations[-1] > alive.activations[0]).all()


def test_one_step_is_the_textbook_step(vgg):
    """The first change of the pixels, done again by hand in an eager tape."""
    noise = np.random.default_rng(4).uniform(108, 148, (48, 48, 3))
    pixels = tf.constant(noise[None].astype(np.float32))
    part = keras.Model(vgg.input, vgg.get_layer("block2_conv1").output)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        mean = tf.reduce_mean(part(keras.applications.vgg16.preprocess_input(pixels))[..., 7])
    gradient = tape.gradient(mean, pixels).numpy()
    scales = {
        "rms": np.sqrt((gradient**2).mean()),
        "max": np.abs(gradient).max(),
        "std": gradient.std(),
    }
    for name, scale in scales.items():
        ascent = gradient_ascent(
            vgg,
            "block2_conv1",
            [7],
            size=48,
            steps=1,
            step_size=3.0,
            gradient_scale=name,
            recipe="plain",
            seed=4,
            precision="float32",
        )
        expected = to_pictures(pixels.numpy() + 3 * gradient / scale)
        assert np.abs(ascent.images.astype(int) - expected).max() <= 1
        np.testing.assert_allclose(ascent.activations[0, 0], mean, rtol=1e-4)


def test_the_result_of_a_filter_does_not_depend_on_its_company(vgg):
    alone = gradient_ascent(vgg, "block2_conv1", [5], size=32, steps=3)
    among = gradient_ascent(vgg, "block2_conv1", range(20), size=32, steps=3)
    assert np.abs(alone.images[0].astype(int) - among.images[5]).max() <= 2


def test_seed_and_on_step(vgg):
    seen = []
    one = gradient_ascent(
        vgg,
        "block1_conv1",
        [0, 1],
        size=16,
        steps=3,
        seed=1,
        on_step=lambda number, pictures: seen.append((number, pictures.shape)),
    )
    assert seen == [(number, (2, 16, 16, 3)) for number in (1, 2, 3)]
    again = gradient_ascent(vgg, "block1_conv1", [0, 1], size=16, steps=3, seed=1)
    other = gradient_ascent(vgg, "block1_conv1", [0, 1], size=16, steps=3, seed=2)
    np.testing.assert_array_equal(one.images, again.images)
    assert (one.images != other.images).any()


def test_dense_layers_grey_images_and_nested_models():
    net = build_fashion_cnn()
    ascent = gradient_ascent(net, "probabilities", range(10), size=28, steps=5)
    assert ascent.images.shape == (10, 28, 28, 1)
    assert (ascent.activations[-1] > ascent.activations[0]).all()
    outer = nested(random_cnn())
    with pytest.raises(ValueError, match="size=8"):
        gradient_ascent(outer, "conv", [0])


def test_to_pictures_centres_and_never_divides_by_zero():
    flat = np.full((1, 4, 4, 3), 77.0)
    assert (to_pictures(flat) == 128).all()
    noisy = np.random.default_rng(0).normal(30, 2, (1, 32, 32, 3))
    picture = to_pictures(noisy)
    assert abs(picture.mean() - 128) < 2 and 55 < picture.std() < 70


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"layer": "block3_conv9"}, "did you mean 'block3_conv"),
        ({"filters": [64]}, "choose 0 to 63, the nearest is 63"),
        ({"filters": []}, "at least one"),
        ({"recipe": "alife"}, "did you mean 'alive'"),
        ({"gradient_scale": "mean"}, "rms, max, std"),
    ],
)
def test_bad_input_is_named(vgg, change, words):
    with pytest.raises(ValueError, match=words):
        gradient_ascent(vgg, **({"layer": "block1_conv1", "filters": [0], "steps": 1} | change))
