"""Checks of lesson 03: sparsity of VGG16's convolutions, fair detail, an untrained copy."""

from functools import cache

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise

INDICES = (2, 5, 9, 13, 17)  # the last convolution of each block
CELLS = 7
SOME = ("block1_conv2", "block3_conv3", "block5_conv3")
HALF = (0.3, 0.7)  # so far from a half the zeros of an untrained layer may be


@cache
def _vgg():
    from helpers.models import load_vgg16

    return load_vgg16(None)


def _cat(size: int) -> np.ndarray:
    from helpers.datasets import load_photo
    from helpers.inputs import prepare

    return prepare(_vgg(), load_photo("cat", size)[None])


@cache
def _shares() -> dict[str, float]:
    from helpers.activations import feature_maps
    from helpers.models import conv_layers

    names = conv_layers(_vgg())
    maps = feature_maps(_vgg(), _cat(224), names)
    return {name: float((one == 0).mean()) for name, one in zip(names, maps, strict=True)}


def _blocks(shares: dict[str, float]) -> dict[str, list[str]]:
    blocks = {}
    for name in shares:
        blocks.setdefault(name.split("_")[0], []).append(name)
    return blocks


def _names(answer: object) -> set[str]:
    if isinstance(answer, str):
        raise Mistake("This is one name; give a list of five, one for each block.")
    given = list(answer) if hasattr(answer, "__iter__") else [answer]
    if not given:
        raise Mistake("The list is empty; give five names.")
    if all(isinstance(one, str) for one in given):
        return {one.strip().lower() for one in given}
    numbers = expect.array(given)
    if ((numbers > 0) & (numbers < 1)).all():
        raise Mistake("These are the shares; give the names of the convolutions that have them.")
    raise Mistake("These are numbers; give names of layers, like those in conv_layers(vgg).")


@exercise(
    "03.1",
    "feature_maps takes a list of names, and conv_layers(vgg) is one.",
    "Compare within a block: the names that begin with block1, then block2, and so on.",
    "For each block: max(names_of_the_block, key=shares.get), where shares maps name to sparsity.",
)
def _sparsest(answer: object) -> None:
    given, shares = _names(answer), _shares()
    blocks = _blocks(shares)
    if any("pool" in name for name in given):
        raise Mistake("A pooling layer is no convolution; it makes zeros fewer.")
    if unknown := sorted(given - set(shares)):
        raise Mistake(f"There is no convolution {unknown[0]!r}. There are {', '.join(shares)}.")
    least = {min(names, key=shares.get) for names in blocks.values()}
    if given == least:
        raise Mistake("These have the fewest zeros. Sparse means many zeros: take the largest.")
    if given == set(sorted(shares, key=shares.get)[-len(blocks) :]) and len(given) == len(blocks):
        raise Mistake("These are the five sparsest of all; give the sparsest within each block.")
    for block, names in blocks.items():
        chosen = [name for name in names if name in given]
        if len(chosen) != 1:
            raise Mistake(f"Give exactly one convolution of {block}; there are {len(chosen)}.")
        if shares[chosen[0]] < max(shares[name] for name in names) - 1e-6:
            raise Mistake(f"In {block} another convolution has more zeros than {chosen[0]}.")


def detail(maps: np.ndarray) -> float:
    """Return the share of variance within 7 x 7 cells, all channels together."""
    step = len(maps) // CELLS
    blocks = maps.astype(np.float64).reshape(CELLS, step, CELLS, step, -1)
    layout = blocks.mean(axis=(1, 3)).var(axis=(0, 1)).sum()
    return 1 - layout / blocks.var(axis=(0, 1, 2, 3)).sum()


def _each(maps: np.ndarray) -> np.ndarray:
    """Return the detail of every channel, NaN for a silent one."""
    silent = maps.max(axis=(0, 1)) <= 0
    ones = [np.nan if quiet else detail(maps[..., [i]]) for i, quiet in enumerate(silent)]
    return np.array(ones)


@cache
def _details() -> tuple[np.ndarray, list[tuple[np.ndarray, str]]]:
    from helpers.activations import feature_maps

    layers = [maps[0] for maps in feature_maps(_vgg(), _cat(224), INDICES)]
    each = [_each(maps) for maps in layers]
    right = np.array([np.nanmean(one) for one in each])
    mistakes = [
        (100 * right, "These are percents; give shares, 0 to 1."),
        (1 - right, "This is the layout, the other share. Detail is 1 minus it."),
        (
            [detail(maps) for maps in layers],
            "These are the numbers of the lesson's table, where loud channels count more.",
        ),
        (
            [np.nan_to_num(one).mean() for one in each],
            "Silent channels count as 0 here. They have no variance at all; leave them out.",
        ),
        (
            [np.nan_to_num(one, nan=1).mean() for one in each],
            "Silent channels count as 1 here. They have no variance at all; leave them out.",
        ),
        ([np.nanmedian(one) for one in each], "This is the median over channels, not the mean."),
        ([np.nanmean(one[:64]) for one in each], "These are the first 64 channels alone."),
        (
            [detail(maps.mean(axis=-1, keepdims=True)) for maps in layers],
            "You averaged the maps first and took one detail. First each channel's, then the mean.",
        ),
    ]
    return right, mistakes


@exercise(
    "03.2",
    "detail(maps[:, :, [i]]) is the detail of channel i alone.",
    "A silent channel has no variance, and 0 / 0 is NaN: keep channels whose maximum is above 0.",
    "For each layer: np.mean([detail(maps[:, :, [i]]) for i in the awake channels]).",
)
def _fair_detail(answer: object) -> None:
    try:
        numbers = np.asarray(answer, np.float64)
    except (TypeError, ValueError):
        numbers = expect.array(answer)
    if numbers.ndim == 1 and np.isnan(numbers).any():
        raise Mistake(
            "NaN: a silent channel has no variance, and 0 / 0 is no number. Leave it out."
        )
    right, mistakes = _details()
    if numbers.shape == ():
        raise Mistake("This is a single number; give one for each of the five layers.")
    found = expect.array(answer, right.shape)
    close = {"tolerance": 5e-3, "otherwise": "These are not the means over the awake channels."}
    expect.close(found, right, classic=mistakes, **close)


def _untrained(layers: tuple[str, ...], images: np.ndarray) -> np.ndarray:
    from helpers._tensorflow import keras
    from helpers.activations import feature_maps

    maps = feature_maps(keras.models.clone_model(_vgg()), images, layers)
    return np.array([(one == 0).mean() for one in maps])


@exercise(
    "03.3",
    "keras.models.clone_model copies the layers, and gives them new random weights.",
    "feature_maps(untrained, images, layers) returns one array for each layer.",
    "Return [sparsity(maps) for maps in feature_maps(keras.models.clone_model(model), images, "
    "layers)].",
)
def _untrained_sparsity(answer: object) -> None:
    from helpers._tensorflow import keras
    from helpers.activations import feature_maps

    if not callable(answer):
        expect.call(answer)
    model, images = _vgg(), _cat(96)
    before = [array.copy() for array in model.get_weights()[:2]]
    keras.utils.set_random_seed(0)
    result = expect.call(answer, model, images, list(SOME))
    if any((old != new).any() for old, new in zip(before, model.get_weights(), strict=False)):
        _vgg.cache_clear()
        raise Mistake("Your function changed the trained model itself; work on a copy of it.")
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, list | tuple) and any(np.ndim(one) > 1 for one in result):
        raise Mistake("These are feature maps; return the share of zeros of each layer.")
    found = expect.array(result)
    if found.shape == ():
        raise Mistake("This is a single number; return one share for each layer.")
    found = expect.array(found, (len(SOME),))
    if found.max() > 1 and found.max() <= 100:
        raise Mistake("These are percents or counts; return shares, 0 to 1.")
    maps = feature_maps(model, images, SOME)
    trained = np.array([(one == 0).mean() for one in maps])
    for wrong, words in (
        (trained, "These are the shares of the trained net. Its copy must not get its weights."),
        (1 - trained, "These are shares of values above zero, and of the trained net."),
    ):
        if np.abs(found - wrong).max() < 1e-3:
            raise Mistake(words)
    keras.utils.set_random_seed(0)
    if np.abs(found - (1 - _untrained(SOME, images))).max() < 1e-3:
        raise Mistake("These are the shares of values above zero; sparsity counts the zeros.")
    if not found.any():
        raise Mistake("No zeros at all: are these values taken before the ReLU?")
    expect.between(found, *HALF, what="The share of zeros of the untrained copy")
