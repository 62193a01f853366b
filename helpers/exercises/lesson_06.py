"""Checks of lesson 06: places nobody reads, positive gradients only, falls by tiles."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise

RELUS = [f"relu{number}" for number in range(1, 9)]
SIDE, TILE = 28, 7
SCENES = 40


class Data(NamedTuple):
    """Test images, their labels, and the names of the classes."""

    images: np.ndarray
    labels: np.ndarray
    names: list[str]


@cache
def _data() -> Data:
    from helpers.datasets import load_fashion_mnist

    data = load_fashion_mnist("subset")
    return Data(data.test_images, np.int32(data.test_labels), list(data.class_names))


@cache
def _deep():
    from helpers.models import load_trained

    return load_trained("deep_fashion_cnn")


@cache
def _linear():
    from helpers.models import with_linear_output

    return with_linear_output(_deep())


def _maps_and_gradients(images: np.ndarray, classes: np.ndarray, layers: list[str]) -> list[tuple]:
    """Maps and gradients of several layers in one pass there and one back."""
    from helpers._tensorflow import tf

    outputs, maps = tf.constant(images), []
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(outputs)
        for layer in [*_deep().layers[:-1], _linear().layers[-1]]:
            outputs = layer(outputs, training=False)
            if layer.name in layers:
                maps.append(outputs)
        score = tf.gather(outputs, classes, batch_dims=1)
    slopes = tape.gradient(score, maps)
    return [(one.numpy(), slope.numpy()) for one, slope in zip(maps, slopes, strict=True)]


@cache
def _counts() -> dict[str, list[int]]:
    """For each relu layer: places that nobody reads, and what is counted by mistake."""
    images, labels, _ = _data()
    found = {"unread": [], "places": [], "per map": [], "any": [], "values": [], "silent": []}
    zero, some, quiet, values = {}, {}, {}, dict.fromkeys(RELUS, 0)
    for first in range(0, 100, 20):  # a few at a time, to spare memory
        chosen = np.s_[first : first + 20]
        both = _maps_and_gradients(images[chosen], labels[chosen], RELUS)
        for name, (maps, slope) in zip(RELUS, both, strict=True):
            zero[name] = (slope == 0).all(axis=0) & zero.get(name, True)
            some[name] = (slope == 0).any(axis=0) | some.get(name, False)
            quiet[name] = (maps == 0).all(axis=0) & quiet.get(name, True)
            values[name] += int((slope == 0).sum())
    for name in RELUS:
        found["unread"].append(int(zero[name].all(axis=2).sum()))
        found["places"].append(zero[name][..., 0].size)
        found["per map"].append(int(zero[name].sum()))
        found["any"].append(int(some[name].any(axis=2).sum()))
        found["values"].append(values[name])
        found["silent"].append(int(quiet[name].all(axis=2).sum()))
    return found


def _in_order(answer: Mapping) -> list:
    """Turn layer -> count into a list; a layer left out has no such place."""
    keyed = {f"relu{key}" if isinstance(key, int) else str(key): n for key, n in answer.items()}
    for key in keyed:
        expect.name(key, RELUS, RELUS)
    return [keyed.get(name, 0) for name in RELUS]


@exercise(
    "06.1",
    "maps_and_gradients(f'relu{number}', hundred, its_class) gives maps and gradients of a layer.",
    "A place counts when its gradient is zero in all images and maps: .all(axis=(0, 3)).",
    "For each number 1 to 8: int((slope == 0).all(axis=(0, 3)).sum()), slope: gradient.",
)
def _places_that_nobody_reads(answer: object) -> None:
    counted = _counts()
    right = np.array(counted["unread"])
    if isinstance(answer, str):
        raise Mistake("This is a name. Give eight numbers: the places of relu1, relu2, to relu8.")
    found = expect.array(_in_order(answer) if isinstance(answer, Mapping) else answer)
    if not found.ndim:
        raise Mistake("This is a single number. Give eight, one for each layer, relu1 first.")
    expect.array(found, right.shape)
    twice = right + (right > 0)
    classic = [
        (np.array(counted["places"]) - right, "These are the places that are read. Count others."),
        (right / counted["places"], "These are shares. Give the number of places."),
        (right[::-1], "The order is turned around: relu1 comes first."),
        (twice, "One too many: the corner belongs to the last row and to the last column."),
        (
            counted["per map"],
            "You count each place once a map. A place counts if it is zero in all maps.",
        ),
        (
            counted["any"],
            "You count places that are zero in any image or map. It takes all of them.",
        ),
        (counted["values"], "These are single values. Count places: all images, all maps."),
        (
            counted["silent"],
            "You looked at the maps. A filter may be silent where it is read: take the gradients.",
        ),
    ]
    expect.close(
        found,
        right,
        classic=classic,
        otherwise="Eight numbers, but not all are right. Is it the gradient at the layer itself, "
        "for hundred and its_class?",
    )


def draw(raw: np.ndarray) -> np.ndarray:
    """Put each place of a map of relu7 at the middle of the pixels that it sees."""
    corner = 4 * np.arange(7)
    middle = (corner + np.minimum(corner + 15, SIDE - 1)) / 2
    spread = np.stack([np.interp(np.arange(SIDE), middle, row) for row in np.eye(7)], axis=1)
    return spread @ raw @ spread.T


@cache
def _scenes() -> dict[str, np.ndarray]:
    """Scenes of the lesson: a trouser on the left, a bag or a trouser on the right."""
    images, labels, names = _data()
    kinds = {name: images[labels == names.index(name)][:SCENES] for name in ("Trouser", "Bag")}
    left = np.roll(kinds["Trouser"], -6, axis=2)[:, :, :14]
    return {
        name: np.concatenate([left, np.roll(guests, 6, axis=2)[:, :, 14:]], axis=2)
        for name, guests in kinds.items()
    }


def _right_half(maps: np.ndarray) -> float:
    return float(np.mean(maps[:, :, 14:].sum(axis=(1, 2)) / maps.sum(axis=(1, 2))))


@cache
def _shares() -> dict[str, list[float]]:
    """Share of the heat on the right half, asked for Trouser and for Bag, by way of weighting."""
    names, found = _data().names, {}

    def note(way: str, maps: np.ndarray, weights: np.ndarray, place=draw) -> None:
        raw = np.maximum(np.einsum("nhwk,nhwk->nhw", maps, np.broadcast_to(weights, maps.shape)), 0)
        found.setdefault(way, []).append(_right_half(place(raw)))

    def stretched(raw: np.ndarray) -> np.ndarray:
        from helpers.images import stretch

        return np.stack([stretch(one, SIDE, SIDE) for one in raw])

    for name in ("Trouser", "Bag"):
        classes = np.full(SCENES, names.index(name), np.int32)
        for scene in ("Bag", "Trouser"):
            ((maps, slope),) = _maps_and_gradients(_scenes()[scene], classes, ["relu7"])
            positive = np.maximum(slope, 0)

            def mean(values: np.ndarray) -> np.ndarray:
                return values.mean(axis=(1, 2), keepdims=True)

            if scene == "Trouser":
                note("two trousers", maps, mean(positive))
                continue
            note("right", maps, mean(positive))
            note("stretched", maps, mean(positive), stretched)
            note("Grad-CAM", maps, mean(slope))
            note("mean first", maps, np.maximum(mean(slope), 0))
            note("abs", maps, mean(np.abs(slope)))
            note("negative", maps, mean(np.maximum(-slope, 0)))
            note("each place", maps, positive)
    return found


@exercise(
    "06.2",
    "Only one thing changes in Grad-CAM: np.maximum(slope, 0) before the mean.",
    "maps_and_gradients('relu7', scenes['bag'], [c] * 40) gives maps and slope for one class c.",
    "Weights: np.maximum(slope, 0).mean(axis=(1, 2)); maps times weights, draw, and then "
    "pointing_game(drawn, half).energy.mean(), for TROUSER and for BAG.",
)
def _positive_gradients_only(answer: object) -> None:
    if isinstance(answer, Mapping):
        order = {str(key).lower(): value for key, value in answer.items()}
        names = [name.lower() for name in _data().names]
        keys = [[name, str(names.index(name))] for name in ("trouser", "bag")]
        answer = [next((order[key] for key in pair if key in order), np.nan) for pair in keys]
    found = expect.array(answer)
    if not found.ndim:
        raise Mistake("This is a single number. Give both shares: for Trouser, then for Bag.")
    expect.array(found, (2,))
    if found.max() > 1.5:
        raise Mistake("This looks like percent. Give shares between 0 and 1.")
    shares = {way: np.array(pair) for way, pair in _shares().items()}
    right = shares["right"]
    classic = [
        (right[::-1], "The order is turned around: Trouser first, then Bag."),
        (1 - right, "This is the left half. Take half, which is true on the right."),
        (shares["Grad-CAM"], "This is Grad-CAM as it is: the negative gradients still count."),
        (
            shares["mean first"],
            "You cut off the mean. Cut the gradient off first, then take the mean.",
        ),
        (shares["abs"], "abs counts what speaks against the class as if it spoke for it."),
        (shares["negative"], "You kept the negative part. Keep the positive one."),
        (shares["each place"], "This is Layer-CAM, a weight for each place. Take the mean first."),
        (shares["two trousers"], "These are scenes with two trousers. Take scenes['bag']."),
        (shares["stretched"], "The maps were stretched. Put them through draw, as in section 6."),
    ]
    expect.close(
        found,
        right,
        tolerance=0.015,
        classic=classic,
        otherwise="Two shares, but not the right ones. Is it relu7 and scenes['bag']?",
    )


class Trial(NamedTuple):
    """Images, a class for each, and a paint."""

    images: np.ndarray
    classes: np.ndarray
    value: float


def _in_tiles() -> np.ndarray:
    """Say which pixels belong to each of the 16 tiles: bool (16, 1, 28, 28, 1)."""
    number = _on_pixels(np.arange(16).reshape(1, 4, 4))[..., None]
    return np.arange(16).reshape(16, 1, 1, 1, 1) == number


def _logits(images: np.ndarray) -> np.ndarray:
    """Run images (…, 28, 28, 1) at once."""
    flat = np.float32(images).reshape(-1, SIDE, SIDE, 1)
    return _linear()(flat).numpy().reshape(*images.shape[:-3], -1)


def _of_classes(scores: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Choose (16, n, 10) or (n, 10) scores by class, and put tiles last: (n, 4, 4) or (n,)."""
    chosen = scores[..., np.arange(len(classes)), classes]
    return chosen if scores.ndim == 2 else chosen.T.reshape(-1, 4, 4)


def _fall(trial: Trial, painted: np.ndarray) -> np.ndarray:
    before = _of_classes(_logits(trial.images), trial.classes)
    return before[:, None, None] - _of_classes(_logits(painted), trial.classes)


def _painted(trial: Trial) -> np.ndarray:
    return np.where(_in_tiles(), trial.value, trial.images)


def _by_mistake(trial: Trial, fall: np.ndarray) -> list[tuple[np.ndarray, str]]:
    """What classic mistakes give instead of the right tiles."""
    images, classes, value = trial
    right, chosen = np.maximum(fall, 0), _logits(images).argmax(axis=1)
    piled = np.where(_in_tiles().cumsum(axis=0) > 0, value, images)
    pile, only = _fall(trial, piled), _fall(trial, np.where(_in_tiles(), images, value))
    softmax = np.subtract(
        _of_classes(_softmax(_logits(images)), classes)[:, None, None],
        _of_classes(_softmax(_logits(_painted(trial))), classes),
    )
    softmaxed = "These are probabilities. Take linear, the net without softmax: logits."
    stays = "Each tile stays painted when the next one is. Begin with a fresh copy each time."
    classic = [
        (fall, "There are negative values, where the logit rises: cut them off at 0."),
        (np.maximum(-fall, 0), "This is how far the logit rises: before minus after, not after."),
        (-fall, "The sign is turned around: before minus after."),
        (np.abs(fall), "abs counts a rise as if it were a fall. Cut rises off at 0."),
        (right.swapaxes(1, 2), "Rows and columns are exchanged: axis 1 counts rows."),
        (softmax, softmaxed),
        (np.maximum(softmax, 0), softmaxed),
        (pile, stays),
        (np.maximum(pile, 0), stays),
        (np.maximum(only, 0), "You paint all but the tile. Paint the tile."),
        (
            _of_classes(_logits(_painted(trial)), classes),
            "These are the logits after painting. How far did they fall?",
        ),
        (right / right.max(axis=(1, 2), keepdims=True), "This is stretched to 0 to 1: leave it."),
    ]
    for paint in {0.0, 0.3, 0.5, 1.0} - {value}:
        other = trial._replace(value=paint)
        wrong = np.maximum(_fall(other, _painted(other)), 0)
        classic.append((wrong, f"You paint with {paint:g}. Use the value that is given."))
    wrong = np.maximum(_fall(trial._replace(classes=chosen), _painted(trial)), 0)
    return [*classic, (wrong, "This is for the class that the net chose. Use classes.")]


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _on_pixels(tiles: np.ndarray) -> np.ndarray:
    return tiles.repeat(TILE, axis=1).repeat(TILE, axis=2)


@cache
def _trials() -> list[Trial]:
    images, labels, names = _data()
    sneaker = np.full(2, names.index("Sneaker"))
    some = [18, 4, 2]
    return [Trial(images[some], labels[some], 0.3), Trial(images[[0, 23]], sneaker, 0.75)]


@cache
def _right_and_wrong(number: int) -> tuple[np.ndarray, list[tuple[np.ndarray, str]]]:
    trial = _trials()[number]
    fall = _fall(trial, _painted(trial))
    wrong = [(_on_pixels(tiles), words) for tiles, words in _by_mistake(trial, fall)]
    return _on_pixels(np.maximum(fall, 0)), wrong


@exercise(
    "06.3",
    "tf.gather(linear(images), classes, batch_dims=1) gives the logits before; painted, after.",
    "Two loops over range(0, 28, 7). In each, images.copy(), then paint [:, i:i+7, j:j+7].",
    "fall[:, i:i+7, j:j+7] = np.maximum(before - after, 0)[:, None, None]; fall begins as zeros.",
)
def _falls_by_tiles(answer: object) -> None:
    for number, trial in enumerate(_trials()):
        right, classic = _right_and_wrong(number)
        count, given = len(trial.images), trial.images.copy()
        result = expect.call(answer, given, trial.classes.copy(), trial.value)
        if not np.array_equal(given, trial.images):
            raise Mistake("Your function paints into the images that it gets: copy them first.")
        found = expect.array(result)
        shapes = {
            (): "Your function returns a single number; it should return a map for each image.",
            (count,): "This is a number for each image; it should be a map for each image.",
            (count, 4, 4): "4 x 4 tiles are right, now each should fill its 7 x 7 pixels.",
            (SIDE, SIDE): "The axis that counts the images is gone; each image has its own map.",
            (count, SIDE, SIDE, 1): "The channel axis, of length 1, is left over: drop it.",
            (
                count,
                SIDE,
                SIDE,
                10,
            ): "There are still ten classes. Take the logit of the one given.",
        }
        if found.shape in shapes:
            raise Mistake(shapes[found.shape])
        expect.array(found, right.shape)
        expect.close(
            found,
            right,
            tolerance=0.005,
            classic=classic,
            otherwise="The shape is right, but not all falls are. Sixteen tiles of 7 x 7 pixels?",
        )
