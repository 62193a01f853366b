"""Lesson 03: answers to its exercises and its quiz."""

from functools import cache

import keras
import numpy as np
import tensorflow as tf

from helpers.activations import feature_maps, mosaic
from helpers.datasets import PHOTOS, load_fashion_mnist, load_photo
from helpers.inputs import prepare
from helpers.models import conv_layers, load_trained, load_vgg16
from tests.exercises import Cases

INDICES = [2, 5, 9, 13, 17]


@cache
def vgg():
    return load_vgg16(None)


def seen(layers, model=None, photo: str = "cat") -> list[np.ndarray]:
    images = prepare(vgg(), load_photo(photo, 224)[None])
    return [maps[0] for maps in feature_maps(model or vgg(), images, layers)]


def zeros(maps) -> float:
    return np.mean(np.asarray(maps) == 0)


def looked() -> Cases:
    names = conv_layers(vgg())
    shares = dict(zip(names, map(zeros, seen(names)), strict=True))
    blocks = [[name for name in names if name.startswith(f"block{b}")] for b in range(1, 6)]
    right = [max(block, key=shares.get) for block in blocks]
    return Cases(
        right=[
            right,
            tuple(right),
            set(right),
            right[::-1],
            np.array(right),
            {name: shares[name] for name in right},
            [name.upper() for name in right],
        ],
        wrong=[
            ([min(block, key=shares.get) for block in blocks], "fewest zeros"),
            (INDICES, "give names"),
            ([shares[name] for name in right], "These are the shares"),
            (right[-1], "one name"),
            (right[:4], "one convolution of block5; there are 0"),
            (names, "one convolution of block1; there are 2"),
            (sorted(names, key=shares.get)[-5:], "within each block"),
            ([min(blocks[0], key=shares.get), *right[1:]], "In block1 another"),
            ([f"block{b}_pool" for b in range(1, 6)], "no convolution; it makes"),
            ([*right[:4], "block6_conv1"], "There is no convolution 'block6_conv1'"),
        ],
    )


def detail(maps: np.ndarray) -> float:
    step = len(maps) // 7
    blocks = maps.reshape(7, step, 7, step, -1)
    layout = blocks.mean(axis=(1, 3)).var(axis=(0, 1)).sum()
    return 1 - layout / maps.var(axis=(0, 1)).sum()


def changed() -> Cases:
    layers = seen(INDICES)
    awake = [maps[..., maps.max(axis=(0, 1)) > 0] for maps in layers]
    each = [[detail(maps[..., [i]]) for i in range(maps.shape[-1])] for maps in awake]
    right = [float(np.mean(one)) for one in each]
    scaled = [detail(maps / maps.std(axis=(0, 1))) for maps in awake]
    silent = [sum(one) / maps.shape[-1] for one, maps in zip(each, layers, strict=True)]
    return Cases(
        right=[
            right,
            np.array(right),
            tf.constant(right),
            np.float32(right),
            scaled,
            np.round(right, 2),
        ],
        wrong=[
            ([detail(maps) for maps in layers], "loud channels count more"),
            (silent, "count as 0 here"),
            ([np.median(one) for one in each], "median"),
            (np.array(right) * 100, "percents"),
            (1 - np.array(right), "layout"),
            ([detail(maps.mean(axis=-1)) for maps in layers], "averaged the maps first"),
            ([*right[:4], np.nan], "silent channel has no variance"),
            (right[0], "a single number"),
            (right[:4], "should be 5"),
            ([0.5] * 5, "not the means over the awake"),
            ("a lot", "should be numbers"),
        ],
    )


def built() -> Cases:
    def untrained(model, images, layers):
        return [
            zeros(maps) for maps in feature_maps(keras.models.clone_model(model), images, layers)
        ]

    def copied(model, images, layers):
        copy = keras.models.clone_model(model)
        copy.set_weights(model.get_weights())
        return [zeros(maps) for maps in feature_maps(copy, images, layers)]

    def drawn(model, images, layers):
        rng, copy = np.random.default_rng(3), keras.models.clone_model(model)
        for layer in copy.layers:
            if weights := layer.get_weights():
                kernel = rng.normal(size=weights[0].shape) / np.sqrt(weights[0][..., 0].size)
                layer.set_weights([kernel, 0 * weights[1]])
        return np.array(untrained_maps(copy, images, layers))

    def untrained_maps(model, images, layers):
        return [zeros(maps) for maps in feature_maps(model, images, layers)]

    def spoiled(model, images, layers):
        model.set_weights([0.9 * array for array in model.get_weights()])
        return untrained_maps(model, images, layers)

    return Cases(
        right=[untrained, drawn, lambda *given: tf.constant(untrained(*given))],
        wrong=[
            (untrained_maps, "trained net"),
            (copied, "trained net"),
            (lambda *given: 1 - np.array(untrained(*given)), "above zero; sparsity"),
            (lambda *given: 100 * np.array(untrained(*given)), "percents"),
            (lambda *given: np.mean(untrained(*given)), "a single number"),
            (lambda model, images, layers: feature_maps(model, images, layers), "feature maps"),
            (lambda *given: [0.5] * 5, "should be 3"),
            (lambda *given: [0.0] * 3, "No zeros at all"),
            (lambda *given: [0.5, 0.8, 0.9], "from 0.5 to 0.9"),
            (spoiled, "work on a copy"),
            (lambda *given: print(end=""), "returns nothing"),
            ([0.5, 0.5, 0.5], "give the function itself"),
        ],
    )


def cases() -> dict[str, Cases]:
    return {"03.1": looked(), "03.2": changed(), "03.3": built()}


def eyes() -> str:
    """Look whether the filter is stronger elsewhere on the astronaut than at her eyes."""
    (map_,) = seen(["block4_conv2"], photo="astronaut")
    elsewhere = map_[..., 192].max() > 3 * map_[4:7, 10:15, 192].max()
    if elsewhere:
        return "Other photos with eyes, and photos without"
    return "Nothing: two eyes of two are proof"


def pooled() -> str:
    small = load_trained("photo_cnn")
    photos = np.stack([load_photo(name, 150) for name in PHOTOS]) / np.float32(255)
    maps = feature_maps(
        small, photos, [f"{kind}{i}" for i in range(1, 5) for kind in ("conv", "pool")]
    )
    change = np.array(
        [zeros(pool) - zeros(conv) for conv, pool in zip(maps[::2], maps[1::2], strict=True)]
    )
    return "It falls" if (change < 0).all() else "It stays: pooling only makes maps smaller"


def quiz_answers() -> dict[str, str]:
    one = np.random.default_rng(0).random((14, 14, 1))
    quiet, loud = np.split(mosaic(np.concatenate([one, 10 * one], axis=2), 2, margin=0), 2, axis=1)
    shirt = load_fashion_mnist("subset").test_images[4:5]
    channel = feature_maps(load_trained("fashion_cnn"), shirt, [2])[0][0, ..., 19]
    cloth = shirt[0, ..., 0] > 0.1
    keras.utils.set_random_seed(0)
    share = zeros(seen([17], keras.models.clone_model(vgg()))[0])
    return {
        "03-loud": "Not at all"
        if np.allclose(quiet, loud, atol=1e-5)
        else "The stronger one is brighter",
        "03-background": "The filter's sum is high there"
        if channel[cloth].mean() < channel[~cloth].mean()
        else "The garment is there",
        "03-name": eyes(),
        "03-sparsity": "about half"
        if 0.4 < share < 0.6
        else "about nine in ten, as in the trained one: depth makes maps sparse",
        "03-pooling": pooled(),
    }
