"""What lesson 08 claims of its nets and photos, each with the control that could break it."""

import numpy as np
import pytest

from helpers._keras import keras, tf
from helpers.cam import grad_cam
from helpers.classes import class_names, probabilities
from helpers.datasets import collage, load_album, load_fashion_mnist, load_photo
from helpers.inputs import prepare_photo
from helpers.models import (
    build_fashion_cnn,
    describe,
    find_layer,
    free_memory,
    load_efficientnet_lite,
    load_mystery,
    load_trained,
    train,
)
from helpers.report import trust_report
from helpers.report.limits import FAILED, PASSED

THINGS = ("dog", "jaguar", "coffee", "dam1")
KINDS = ("windmill", "fish", "hammer", "dam")


@pytest.fixture(scope="module")
def net():
    return load_efficientnet_lite()


@pytest.fixture(scope="module")
def fashion():
    return load_fashion_mnist("subset")


def signs(pixels):
    return pixels / 127.5 - 1


def said(net, way) -> list[tuple[str, float]]:
    stranger = describe(keras.Model(net.input, net.output), preprocess=way)
    shares = [probabilities(stranger, prepare_photo(stranger, load_photo(n)))[0] for n in THINGS]
    return [(class_names(net)[one.argmax()], float(one.max())) for one in shares]


def test_wrong_pixels_raise_no_error_and_the_worst_are_sure_of_nonsense(net):
    right, unit, raw = (said(net, way) for way in (signs, lambda p: p / 255, lambda p: p))
    names = ["German shepherd", "jaguar", "espresso", "dam"]
    assert [name for name, _ in right] == names
    assert [name for name, _ in unit] == names, "from 0 to 1 the names stay"
    assert np.mean([share for _, share in unit]) < np.mean([share for _, share in right])
    assert not set(names) & {name for name, _ in raw}
    assert sum(share > 0.5 for _, share in raw) == 2


def pooled(net, photos) -> np.ndarray:
    base = keras.Model(net.input, net.get_layer("head_conv").output)
    pixels = signs(np.float32(photos))
    maps = [base(pixels[i : i + 8]).numpy() for i in range(0, len(pixels), 8)]
    return np.concatenate(maps).mean(axis=(1, 2))


@pytest.fixture(scope="module")
def heads(net):
    """What the head says, trained on photos of one kind alone, and with mixed pairs."""
    parts = {}
    for split in ("train", "test"):
        photos = [load_album(kind, split) for kind in KINDS]
        truth = np.repeat(np.eye(4), [len(some) for some in photos], axis=0)
        parts[split] = pooled(net, np.concatenate(photos)), truth
    means, truth = parts["train"]
    one, other = np.triu_indices(len(means), 1)
    differ = (truth[one] != truth[other]).any(axis=1)
    mixed = (means[one] + means[other])[differ] / 2
    two = np.maximum(truth[one], truth[other])[differ]
    heads = []
    for given in (
        (means, truth),
        (np.concatenate([means, mixed]), np.concatenate([truth, two])),
    ):
        keras.utils.set_random_seed(0)
        head = keras.Sequential([keras.Input((1280,)), keras.layers.Dense(4, activation="sigmoid")])
        head.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
        head.fit(*given, epochs=60, batch_size=500, verbose=0)
        heads.append(head)
    return *heads, parts["test"]


def test_a_head_that_met_one_thing_at_a_time_names_two_things_wrongly(net, heads):
    """On the glued pair of the lesson, and on all pairs of test photos, mixed."""
    alone, paired, (means, truth) = heads
    pair = np.array([True, True, False, False])
    glued = pooled(net, prepared_collage())
    assert (alone(glued).numpy()[0] > 0.5).tolist() == [False, True, False, False]
    assert (paired(glued).numpy()[0] > 0.5).tolist() == pair.tolist()
    one, other = np.triu_indices(len(means), 1)
    differ = (truth[one] != truth[other]).any(axis=1)
    both = (means[one] + means[other])[differ] / 2
    wanted = np.maximum(truth[one], truth[other])[differ] == 1
    right = [((head(both).numpy() > 0.5) == wanted).all(axis=1).mean() for head in (alone, paired)]
    assert right[0] < 0.5 < 0.7 < right[1]
    single = ((alone(means).numpy() > 0.5) == (truth == 1)).all(axis=1).mean()
    assert single > 0.9, "one thing at a time it names rightly"


def prepared_collage() -> np.ndarray:
    import cv2

    glued = collage(["windmill7", "goldfish"])
    return cv2.resize(glued, (224, 224), interpolation=cv2.INTER_AREA)[None]


def by_hand(net, x) -> np.ndarray:
    both = keras.Model(net.input, [find_layer(net).output, net.output])
    with tf.GradientTape() as tape:
        maps, logits = both(x)
        score = logits[:, 0]
    weights = tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2))
    return np.maximum(np.einsum("hwk,k->hw", maps[0], weights[0]), 0)


@pytest.mark.parametrize(
    "family",
    ["MobileNetV3Small", "ConvNeXtTiny"],
)
def test_families_are_explained_at_a_layer_with_an_extent(family):
    """One of the lesson, here with a head, and one that the lesson has no time for."""
    build = getattr(keras.applications, family)
    keras.utils.set_random_seed(0)
    net = build(weights=None, classifier_activation=None, input_shape=(96, 96, 3), classes=5)
    x = prepare_photo(net, load_photo("dog"))
    (heat,) = grad_cam(net, x, 0)
    assert min(heat.shape) > 1 and np.isfinite(heat).all()
    np.testing.assert_allclose(heat, by_hand(net, x), rtol=1e-3, atol=1e-4 * heat.max())
    del net
    free_memory()


def states(report) -> dict[str, str]:
    return {one.question: one.state for one in report.findings}


def clothes(fashion, classes=(0, 1, 5, 8), number=3) -> list[np.ndarray]:
    return [fashion.test_images[fashion.test_labels == c][number] for c in classes]


def test_good_nets_are_not_accused(net, fashion):
    good = load_trained("fashion_cnn")
    for number in (3, 5):
        assert trust_report(good, clothes(fashion, number=number)).state("the net") == PASSED
    assert trust_report(net, [load_photo(n) for n in THINGS]).state("the net") == PASSED


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_an_untrained_net_fails_and_harmless_changes_alone_do_not_tell(fashion, seed):
    """The lesson's own start passes the second test; other starts are undecided, none fails."""
    keras.utils.set_random_seed(seed)
    report = trust_report(build_fashion_cnn(), clothes(fashion, (1, 5, 7, 8)))
    harmless = states(report)["Does the answer survive harmless changes?"]
    assert states(report)["Does the answer depend on the picture?"] == FAILED
    assert harmless == PASSED if seed == 0 else harmless != FAILED


def test_a_net_of_random_labels_turns_over_at_a_touch(fashion):
    """On new photos; on those that it has learned by heart it is at least not acquitted."""
    labels = np.random.default_rng(0).integers(0, 10, 300)
    keras.utils.set_random_seed(0)
    liar = build_fashion_cnn()
    train(liar, fashion.train_images[:300], labels, epochs=40, batch_size=32, held_out=0)
    new, learned = (
        trust_report(liar, photos) for photos in (fashion.test_images[:8], fashion.train_images[:8])
    )
    assert states(new)["Does the answer survive harmless changes?"] == FAILED
    assert new.state("the net") == FAILED and learned.state("the net") != PASSED


@pytest.mark.parametrize("seed", ["the stranger", "Ada", 7])
def test_a_mark_is_found_where_it_lies_and_only_with_it(seed):
    model, images, labels = load_mystery(seed)
    from helpers.models.mystery import draw_marks

    mark, decoy = draw_marks(seed)
    classes = [mark.class_index, decoy.class_index]
    classes += [c for c in range(10) if c not in classes][:3]
    marked = trust_report(model, [images[labels == c][0] for c in classes])
    assert states(marked)["Can a small patch win alone?"] == FAILED
    clean = trust_report(model, [images[labels == c][-1] for c in classes])
    assert states(clean)["Can a small patch win alone?"] != FAILED
