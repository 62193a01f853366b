"""Exercise 02.3: all maps of a layer by hand."""

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import exercise
from helpers.exercises.feedback import compared
from helpers.exercises.lessons.lesson_02.data import shirt_and_net
from helpers.figures import Picture


def convolve(image: np.ndarray, kernels: np.ndarray, biases: np.ndarray) -> np.ndarray:
    """Compute all feature maps of a 3 x 3 layer before its activation, (h, w, out)."""
    return _slide(np.pad(image, ((1, 1), (1, 1), (0, 0))), kernels) + biases


def _slide(padded: np.ndarray, kernels: np.ndarray) -> np.ndarray:
    patches = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    return np.einsum("hwcij,ijco->hwo", patches, kernels)


def _wrong_shapes(shape: tuple[int, ...], outputs: int) -> dict[tuple, str]:
    height, width, inputs = shape
    return {
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


def _first_map(yours: np.ndarray, expected: np.ndarray) -> Picture:
    """Draw the first map of both, shifted to begin at 0."""
    low = min(yours[..., 0].min(), expected[..., 0].min())
    return compared(yours[..., 0] - low, expected[..., 0] - low)


def _compare_with_layer(answer, image, kernels, biases) -> Picture:
    image, kernels, biases = (np.array(a, np.float64) for a in (image, kernels, biases))
    returned = expect.call(answer, image.copy(), kernels.copy(), biases.copy())
    right = convolve(image, kernels, biases)
    maps = expect.array(returned, right.shape, _wrong_shapes(image.shape, kernels.shape[-1]))
    edge = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
    expect.close(
        maps,
        right,
        mistakes=[
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
        draw=_first_map,
    )
    return _first_map(maps, right)


@exercise(
    "02.3",
    "Start from the two loops of section 2. The patch now has a third axis, and there is one more "
    "axis for the filters.",
    "np.pad takes a pair for each axis: ((1, 1), (1, 1), (0, 0)) leaves the channels alone.",
    "For one filter nothing has changed: patch times kernels[..., filter], added up, plus its "
    "bias. A third loop is fine.",
)
def _convolution(answer: object) -> Picture:
    rng = np.random.default_rng(0)
    _compare_with_layer(answer, rng.random((5, 7, 3)), rng.normal(size=(3, 3, 3, 4)), rng.random(4))
    net = shirt_and_net()
    _compare_with_layer(answer, net["pool1"][:6, 2:7], *net["conv2"])
    return _compare_with_layer(answer, net["shirt"], net["weights"][..., 5:9], net["biases"][5:9])
