"""Checks of lesson 02: light maps from kernels, an edge kernel, a convolution by hand."""

from functools import cache

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise

CLOTH = 0.1  # a pixel lighter than this is cloth


@cache
def _net() -> dict[str, np.ndarray]:
    """Return the shirt, its maps, and the weights of both convolutions, by name."""
    from helpers.activations import feature_maps
    from helpers.datasets import load_fashion_mnist
    from helpers.models import load_trained

    model = load_trained("fashion_cnn")
    shirt = load_fashion_mnist("subset").test_images[4:5]
    maps, second = feature_maps(model, shirt, ["conv1", "pool1"])
    weights, biases = model.get_layer("conv1").get_weights()
    cloth = shirt[0, ..., 0] > CLOTH
    return {
        "weights": weights,
        "biases": biases,
        "maps": maps[0],
        "cloth": cloth,
        "shirt": shirt[0],
        "pool1": second[0],
        "conv2": model.get_layer("conv2").get_weights(),
    }


def _first(values: np.ndarray, count: int = 3) -> set[int]:
    return {int(index) for index in np.argsort(-values)[:count]}


@cache
def _lightest() -> tuple[set[int], list[tuple[set[int], str]]]:
    net = _net()
    weights, maps, cloth = net["weights"], net["maps"], net["cloth"]
    sums, on_cloth = weights.sum(axis=(0, 1, 2)), maps[cloth].mean(axis=0)
    right = _first(on_cloth)
    mistakes = [
        ({i + 1 for i in right}, "These numbers are all one too large: the first filter is 0."),
        (_first(-on_cloth), "These make the shirt darkest. Light means positive in the map."),
        (
            _first(np.abs(weights).max(axis=(0, 1, 2))),
            "These have the largest single weights. Large weights of both signs cancel out.",
        ),
        (
            _first(np.abs(maps).mean(axis=(0, 1))),
            "These have the strongest maps, light or dark. Keep the sign: light is positive.",
        ),
        (
            _first(np.abs(sums)),
            "You dropped the sign of the sum. A sum far below 0 makes the shirt dark.",
        ),
        (
            _first(maps.mean(axis=(0, 1))),
            "You averaged over the whole map. The background, where only the bias counts, is "
            "most of it; average over the cloth.",
        ),
        (_first(net["biases"]), "These have the largest biases. On cloth the weights count more."),
    ]
    return right, mistakes


@exercise(
    "02.1",
    "Inside the shirt nine nearly equal pixels meet nine weights. What of the weights counts?",
    "A map is about the pixel times the sum of the weights. Which three sums are largest?",
    "np.argsort(weights.sum(axis=(0, 1, 2)))[-3:] names them.",
)
def _three_lightest(answer: object) -> None:
    if isinstance(answer, set | frozenset):
        answer = sorted(answer)
    found = expect.array(answer).ravel()
    count = _net()["weights"].shape[-1]
    if len(found) == 1:
        raise Mistake("This is one number; give a list of three.")
    if len(found) == count:
        raise Mistake("This is a number for each filter; give the numbers of three filters.")
    given = {int(value) for value in found if value == int(value)}
    if len(found) != 3 or len(given) != 3 or not given <= set(range(count)):
        raise Mistake(f"Give three different whole numbers from 0 to {count - 1}.")
    right, mistakes = _lightest()
    if given == right:
        return
    for wrong, words in mistakes:
        if given == wrong:
            raise Mistake(words)
    raise Mistake(f"{len(given & right)} of your three are among the lightest three.")


def _kernel(answer: object) -> np.ndarray:
    found = expect.array(answer)
    if found.shape in ((28, 28), (1, 28, 28, 1), (28, 28, 1)):
        raise Mistake("This is a map of the bag; give the kernel, 3 x 3 weights.")
    if found.shape in ((3, 3, 1, 1), (3, 3, 1), (1, 3, 3)):
        found = found.reshape(3, 3)
    if found.size == 3:
        raise Mistake("These are three weights; a kernel here has 3 x 3: three such rows.")
    return expect.array(found, (3, 3))


@exercise(
    "02.2",
    "At a left edge the black lies on the left and the cloth on the right.",
    "Black pixels switch weights off. So the right column must be positive. Then let each row "
    "add up to 0, so that even areas and upper edges give 0.",
    "Three rows of -1, 0, 1.",
)
def _left_edge_kernel(answer: object) -> None:
    kernel = _kernel(answer)
    slack = 1e-4 * np.abs(kernel).max()
    rows, columns = kernel.sum(axis=1), kernel.sum(axis=0)
    if not slack:
        raise Mistake("All weights are 0, so the map is 0 everywhere.")
    if abs(kernel.sum()) > slack:
        raise Mistake(
            f"The weights add up to {kernel.sum():.2f}, so an even light area is not 0 in the map."
        )
    sideways, upright = np.abs(columns).max() > slack, np.abs(rows).max() > slack
    if upright and not sideways:
        raise Mistake("This kernel answers to upper or lower edges: rows and columns are swapped.")
    if upright:
        raise Mistake("It answers to upper or lower edges too: each row must add up to 0.")
    if not sideways:
        raise Mistake("Each row and each column adds up to 0, so no straight edge is seen.")
    just_before, just_after = columns[2], columns[1] + columns[2]  # the places beside a left edge
    if min(just_before, just_after) >= -slack:
        return
    if max(just_before, just_after) <= slack:
        raise Mistake(
            "It is light at right edges: the sign is the wrong way round. A layer lays the kernel "
            "on the image as it is, without turning it."
        )
    raise Mistake(
        "Beside one left edge it is light on one side and dark on the other: it sees "
        "lines. The left column must be negative, the right one positive."
    )


def convolve(image: np.ndarray, kernels: np.ndarray, biases: np.ndarray) -> np.ndarray:
    """Compute all feature maps of a 3 x 3 layer before its activation, (h, w, out)."""
    return _slide(np.pad(image, ((1, 1), (1, 1), (0, 0))), kernels) + biases


def _slide(padded: np.ndarray, kernels: np.ndarray) -> np.ndarray:
    patches = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    return np.einsum("hwcij,ijco->hwo", patches, kernels)


def _refuse_shape(found: np.ndarray, image: np.ndarray, kernels: np.ndarray) -> None:
    (height, width, inputs), outputs = image.shape, kernels.shape[-1]
    mistakes = {
        (height - 2, width - 2, outputs): "The map is two rows and two columns smaller than the "
        "image. Put a frame of zeros around the image first.",
        (1, height, width, outputs): "Leave the batch axis in front out: it is one image.",
        (outputs, height, width): "The channel axis stands first; in this course it stands last.",
        (height, width): "This is one map. There is one for each filter, in the last axis.",
        (height, width, inputs, outputs): "You kept one map for each input channel. A filter adds "
        "up all input channels to one map.",
        (height, width, inputs): "The last axis counts the input channels; it should count the "
        "filters.",
    }
    if found.shape in mistakes:
        raise Mistake(mistakes[found.shape])
    expect.array(found, (height, width, outputs))


def _compare_with_layer(answer, image, kernels, biases) -> None:
    image, kernels, biases = (np.array(a, np.float64) for a in (image, kernels, biases))
    found = expect.array(expect.call(answer, image.copy(), kernels.copy(), biases.copy()))
    right = convolve(image, kernels, biases)
    if found.shape != right.shape:
        _refuse_shape(found, image, kernels)
    edge = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
    expect.close(
        found,
        right,
        classic=[
            (right - biases, "The biases are missing: add one to each map."),
            (
                np.maximum(right, 0),
                "Negative numbers have become 0. That is the ReLU; leave it out, the check "
                "compares what comes before it.",
            ),
            (
                convolve(image, kernels[::-1, ::-1], biases),
                "You turned the kernel by 180 degrees, as mathematics books do. A layer lays it "
                "on the image as it is.",
            ),
            (
                convolve(image, kernels.transpose(1, 0, 2, 3), biases),
                "Rows and columns of the kernel are swapped.",
            ),
            (
                convolve(image, kernels[:, :, ::-1], biases),
                "The input channels are in the wrong order (BGR and RGB). Take them as they come.",
            ),
            (
                convolve(image[..., :1], kernels[:, :, :1], biases),
                "You used the first input channel alone; add up all of them.",
            ),
            (
                right + biases * (kernels.shape[2] - 1),
                "You added the bias once for each input channel; it comes once.",
            ),
            (_slide(edge, kernels) + biases, "The frame repeats the border; it should be zeros."),
        ],
        otherwise="The shape is right, but the numbers are not those of the layer.",
    )


@exercise(
    "02.3",
    "Start from one_map: nine shifted copies. Now each weight is an array (in, out).",
    "np.pad takes a pair for each axis: ((1, 1), (1, 1), (0, 0)) leaves the channels alone.",
    "result += padded[row : row + height, column : column + width] @ kernels[row, column] adds "
    "up the input channels for all filters at once.",
)
def _convolution(answer: object) -> None:
    rng = np.random.default_rng(0)
    _compare_with_layer(answer, rng.random((5, 7, 3)), rng.normal(size=(3, 3, 3, 4)), rng.random(4))
    net = _net()
    _compare_with_layer(answer, net["shirt"][:12, 4:14], net["weights"], net["biases"])
    _compare_with_layer(answer, net["pool1"][:6, 2:7], *net["conv2"])
