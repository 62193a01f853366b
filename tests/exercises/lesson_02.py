"""Lesson 02: answers to its exercises and its quiz."""

import keras
import numpy as np
import tensorflow as tf

from helpers.activations import feature_maps
from helpers.datasets import load_fashion_mnist
from helpers.filters import kernels
from helpers.models import build_fashion_cnn, load_trained, load_vgg16
from tests.exercises import Cases


def shirt_maps() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    shirt = load_fashion_mnist("subset").test_images[4:5]
    model = load_trained("fashion_cnn")
    return kernels(model, "conv1"), feature_maps(model, shirt, ["conv1"])[0][0], shirt[0, ..., 0]


def looked() -> Cases:
    weights, maps, shirt = shirt_maps()
    on_cloth = maps[shirt > 0.1].mean(axis=0)
    beside = maps[shirt <= 0.1].mean(axis=0)
    sums, biases = weights.sum(axis=(0, 1, 2)), load_trained("fashion_cnn").get_weights()[1]
    three = np.argsort(on_cloth)[-3:]
    ways = [np.argsort(v)[-3:] for v in (sums, sums + biases, on_cloth - beside)]
    return Cases(
        right=[
            three,
            [int(i) for i in three],
            tuple(int(i) for i in three[::-1]),
            {int(i) for i in three},
            tf.constant(three),
            three.astype(float),
            *ways,
        ],
        wrong=[
            (np.argsort(on_cloth)[:3], "bluest"),
            (three + 1, "one too large"),
            (np.argsort(np.abs(weights).max(axis=(0, 1, 2)))[-3:], "largest single weights"),
            (np.argsort(np.abs(maps).mean(axis=(0, 1)))[-3:], "strongest maps"),
            (np.argsort(np.abs(sums))[-3:], "dropped the sign"),
            (np.argsort(maps.mean(axis=(0, 1)))[-3:], "over the whole map"),
            (np.argsort(biases)[-3:], "largest biases"),
            (int(three[-1]), "list of three"),
            (sums, "three filters"),
            ([three[0], three[1], np.argmin(on_cloth)], "2 of your three"),
            ([three[0], three[0], three[1]], "different"),
            ([1, 2, 99], "from 0 to 31"),
            ("11, 9, 4", "should be numbers"),
        ],
    )


def changed() -> Cases:
    edge = np.array([[-1, 0, 1]] * 3)
    sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    return Cases(
        right=[
            edge,
            edge.tolist(),
            edge * 0.3,
            tf.constant(edge, tf.float32),
            sobel,
            edge[:, :, None, None],
            [[0, 0, 0], [-1, 0, 1], [0, 0, 0]],
            [[0, -1, 1]] * 3,
            [[-1, 1, 0]] * 3,
            [[-0.5, -0.5, 1]] * 3,
        ],
        wrong=[
            (-edge, "right edges"),
            (edge.T, "rows and columns are swapped"),
            (edge + 1, "add up to 9"),
            (np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 2]]), "add up to 1"),
            (edge + edge.T, "too: each row"),
            (np.zeros((3, 3)), "All weights are 0"),
            ([-1, 0, 1], "three such rows"),
            ([[1, -2, 1]] * 3, "sees lines"),
            ([[-1, 0, 1], [0, 0, 0], [1, 0, -1]], "no straight edge"),
            (np.zeros((28, 28)), "map of the bag"),
            (np.zeros((5, 5)), "should be 3 x 3"),
        ],
    )


def shifted(image, kernels, biases):
    """Add nine shifted copies, channels mixed by a matrix product."""
    height, width, _ = image.shape
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)))
    result = np.zeros((height, width, kernels.shape[-1])) + biases
    for row in range(3):
        for column in range(3):
            result += padded[row : row + height, column : column + width] @ kernels[row, column]
    return result


def layer(image, kernels, biases):
    return tf.nn.conv2d(image[None], kernels, 1, "SAME")[0] + biases


def built() -> Cases:
    def sliced(image, kernels, biases):
        ones = [shifted(image[..., [i]], kernels[:, :, [i]], 0) for i in range(image.shape[-1])]
        return np.stack(ones, axis=2) + biases

    def edged(image, kernels, biases):
        wide = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
        return shifted(wide, kernels, biases)[1:-1, 1:-1]

    return Cases(
        right=[
            shifted,
            layer,
            lambda i, k, b: layer(*(a.astype(np.float32) for a in (i, k, b))).numpy().tolist(),
        ],
        wrong=[
            (lambda i, k, b: shifted(i, k, b)[1:-1, 1:-1], "two rows and two columns smaller"),
            (lambda i, k, b: shifted(i, k, 0 * b), "biases are missing"),
            (lambda i, k, b: np.maximum(shifted(i, k, b), 0), "That is the ReLU"),
            (lambda i, k, b: shifted(i, k[::-1, ::-1], b), "turned the kernel"),
            (lambda i, k, b: shifted(i, k.transpose(1, 0, 2, 3), b), "swapped"),
            (lambda i, k, b: shifted(i, k[:, :, ::-1], b), "wrong order"),
            (lambda i, k, b: shifted(i[..., :1], k[:, :, :1], b), "first input channel alone"),
            (lambda i, k, b: sliced(i, k, b).sum(axis=2), "once for each input channel"),
            (sliced, "one map for each input channel"),
            (edged, "should be zeros"),
            (lambda i, k, b: shifted(i, k, b)[None], "batch axis"),
            (lambda i, k, b: np.moveaxis(shifted(i, k, b), -1, 0), "channel axis stands first"),
            (lambda i, k, b: shifted(i, k, b)[..., 0], "one map"),
            (lambda i, k, b: i, "input channels"),
            (lambda i, k, b: shifted(i, k, b) * 2, "not those of the layer"),
            (lambda i, k, b: print(end=""), "returns nothing"),
            (lambda i: i, "stops with TypeError"),
            (np.zeros((5, 7, 4)), "give the function itself"),
        ],
    )


def cases() -> dict[str, Cases]:
    return {"02.1": looked(), "02.2": changed(), "02.3": built()}


def dice() -> str:
    """Put the kernels of the start back, and see how many images the net still names."""
    data = load_fashion_mnist("subset")
    keras.utils.set_random_seed(0)
    start, model = build_fashion_cnn(), load_trained("fashion_cnn")
    shares = []
    for step in range(2):
        predicted = model.predict(data.test_images, verbose=0).argmax(axis=1)
        shares.append((predicted == data.test_labels).mean())
        if step == 0:
            biases = model.get_layer("conv1").get_weights()[1]
            model.get_layer("conv1").set_weights([kernels(start, "conv1"), biases])
    before, after = shares
    if after > before - 0.1:
        return "Nothing that counts: these kernels have not learned"
    if after > 0.2:
        return "It names fewer images, but still more than by guessing"
    return "It only guesses: random kernels are worth nothing"


def bgr() -> str:
    stored = kernels(load_vgg16(None), "block1_conv1").sum(axis=(0, 1))
    bluest = (stored[0] - stored[1:].max(axis=0)).argmax()  # VGG16 reads blue, green, red
    return ("red", "green", "blue")[stored[:, bluest].argmax()]  # as a figure takes them


def quiz_answers() -> dict[str, str]:
    weights, maps, _ = shirt_maps()
    kernel = weights[..., 0, 19]
    stretched = (kernel - kernel.min()) / np.ptp(kernel)
    larger = "It is large for this kernel, maybe negative"
    red_yet_negative = ((stretched > 0.5) & (kernel < 0)).any()
    strength = np.abs(maps).mean(axis=(0, 1))
    one_sign = np.abs(weights.sum(axis=(0, 1, 2))) / np.abs(weights).sum(axis=(0, 1, 2))
    return {
        "02-deep-kernels": str(kernels(load_trained("fashion_cnn"), "conv2").shape[2]),
        "02-stretched": larger if red_yet_negative else "Its weight is positive",
        "02-pale": "That of kernel 27: most of its weights pull in the same direction"
        if strength[27] > strength[25] and one_sign[27] > 0.5 > one_sign[25]
        else "That of kernel 25: its weights are larger",
        "02-dice": dice(),
        "02-bgr": bgr(),
    }
