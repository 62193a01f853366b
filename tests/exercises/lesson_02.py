"""Lesson 02: answers to its exercises and its quiz."""

import cv2
import keras
import numpy as np
import tensorflow as tf

from helpers.activations import feature_maps
from helpers.datasets import load_fashion_mnist, load_photo
from helpers.filters import kernels, to_unit_range
from helpers.images import grey
from helpers.inputs import prepare
from helpers.models import build_fashion_cnn, load_trained, load_vgg16
from tests.exercises import Cases


def foreseen() -> Cases:
    def right(kernels, biases, brightness):
        return brightness * kernels.sum(axis=(0, 1, 2)) + biases

    def by_a_layer(kernels, biases, brightness):
        """Slide all the same, over an even area, and read the middle."""
        height, width, inputs, _ = kernels.shape
        area = np.full((1, 3 * height, 3 * width, inputs), brightness, np.float32)
        maps = tf.nn.conv2d(area, kernels.astype(np.float32), 1, "SAME")[0]
        return (maps[height, width] + biases.astype(np.float32)).numpy()

    def loop(kernels, biases, brightness):
        count = kernels.shape[-1]
        return [float((brightness * kernels[..., i]).sum() + biases[i]) for i in range(count)]

    model, shirt = load_trained("fashion_cnn"), load_fashion_mnist("subset").test_images[4:5]
    (maps,) = feature_maps(model, shirt, ["conv1"])
    printed = kernels(model, "conv1").sum(axis=(0, 1, 2))
    return Cases(
        right=[right, by_a_layer, loop, lambda k, b, p: tf.reduce_sum(p * k, (0, 1, 2)) + b],
        wrong=[
            (lambda k, b, p: p * k.sum(axis=(0, 1, 2)), "bias is missing"),
            (lambda k, b, p: k.sum(axis=(0, 1, 2)) + b, "brightness is missing"),
            (lambda k, b, p: k.sum(axis=(0, 1, 2)), "sums of the weights"),
            (lambda k, b, p: p * (k.sum(axis=(0, 1, 2)) + b), "multiplied the bias"),
            (lambda k, b, p: p * k.mean(axis=(0, 1, 2)) + b, "mean of the weights"),
            (lambda k, b, p: p * abs(k).sum(axis=(0, 1, 2)) + b, "dropped the signs"),
            (lambda k, b, p: p * abs(k).max(axis=(0, 1, 2)) + b, "largest weight"),
            (lambda k, b, p: p * k[:, :, 0].sum(axis=(0, 1)) + b, "first input channel alone"),
            (lambda k, b, p: p * k.sum(axis=(0, 1)).mean(axis=0) + b, "mean over the input"),
            (lambda k, b, p: np.maximum(right(k, b, p), 0), "That is the ReLU"),
            (lambda k, b, p: abs(right(k, b, p)), "Keep the sign"),
            (lambda k, b, p: sorted(right(k, b, p)), "but sorted"),
            (lambda k, b, p: np.argsort(right(k, b, p)), "filter numbers"),
            (lambda k, b, p: p * k.sum() + b[0], "single number"),
            (lambda k, b, p: p * k.sum(axis=(0, 1)) + b, "all axes but the last"),
            (lambda k, b, p: p * k + b, "all axes but the last"),
            (lambda k, b, p: k.shape[-1] * [0.5], "not all are right"),
            (lambda k, b, p: right(k, b, 0.6), "not all are right"),
            (lambda k, b, p: right(weights_of_the_lesson(), b, p), "stops with ValueError"),
            (lambda k, b, p: maps[0, 14, 14], "should be 4"),
            (lambda k, b, p: print(end=""), "returns nothing"),
            (to_unit_range, "stops with TypeError"),
            (printed, "Write a function"),
            ([0.3, 0.2], "Write a function"),
        ],
    )


def weights_of_the_lesson() -> np.ndarray:
    return kernels(load_trained("fashion_cnn"), "conv1")


def changed() -> Cases:
    edge = np.array([[-1, 0, 1]] * 3)
    sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    bag = load_fashion_mnist("subset").test_images[18]
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
            (np.ones((3, 3)), "add up to 9"),
            (weights_of_the_lesson()[:, :, 0, 5], "add up to 0.26"),
            (weights_of_the_lesson()[:, :, 0, 13], "add up to -0.07"),
            ([-1, 0, 1], "three such rows"),
            ([[1, -2, 1]] * 3, "sees lines"),
            ([[-1, 0, 1], [0, 0, 0], [1, 0, -1]], "no straight edge"),
            (cv2.filter2D(bag, -1, np.float32(edge)), "map of the bag"),
            (np.zeros((5, 5)), "should be 3 x 3"),
            ([["-1", "0", "1"]] * 3, "without quotation marks"),
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


def looped(image, kernels, biases):
    """Visit every place, and every filter there."""
    height, width, _ = image.shape
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)))
    maps = np.zeros((height, width, len(biases)))
    for row, column, number in np.ndindex(*maps.shape):
        patch = padded[row : row + 3, column : column + 3]
        maps[row, column, number] = (patch * kernels[..., number]).sum() + biases[number]
    return maps


def layer(image, kernels, biases):
    return tf.nn.conv2d(image[None], kernels, 1, "SAME")[0] + biases


def built() -> Cases:
    def sliced(image, kernels, biases):
        ones = [shifted(image[..., [i]], kernels[:, :, [i]], 0) for i in range(image.shape[-1])]
        return np.stack(ones, axis=2) + biases

    def edged(image, kernels, biases):
        wide = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
        return shifted(wide, kernels, biases)[1:-1, 1:-1]

    def opencv(image, kernels, biases):
        maps = [
            sum(
                cv2.filter2D(image[..., i], -1, kernels[:, :, i, k], borderType=cv2.BORDER_CONSTANT)
                for i in range(image.shape[-1])
            )
            for k in range(len(biases))
        ]
        return np.stack(maps, axis=-1) + biases

    def reflecting(image, kernels, biases):
        maps = [cv2.filter2D(image, -1, kernels[:, :, 0, k]) for k in range(len(biases))]
        return np.stack([m if m.ndim == 2 else m.sum(axis=-1) for m in maps], axis=-1) + biases

    return Cases(
        right=[
            shifted,
            looped,
            opencv,
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
            (reflecting, "not those of the layer"),
            (lambda i, k, b: shifted(i, k, b)[None], "batch axis"),
            (lambda i, k, b: np.moveaxis(shifted(i, k, b), -1, 0), "channel axis stands first"),
            (lambda i, k, b: shifted(i, k, b)[..., 0], "one map"),
            (lambda i, k, b: i, "input channels"),
            (lambda i, k, b: np.zeros((*i.shape[:2], len(b))), "not those of the layer"),
            (lambda i, k, b: shifted(i, k, b) * 2, "not those of the layer"),
            (lambda i, k, b: shifted(i, k, b)[:28, :28, :4] if i.ndim == 2 else i, "input ch"),
            (lambda i, k, b: print(end=""), "returns nothing"),
            (lambda i: i, "stops with TypeError"),
            (np.zeros((5, 7, 4)), "give the function itself"),
        ],
    )


def cases() -> dict[str, Cases]:
    return {"02.1": foreseen(), "02.2": changed(), "02.3": built()}


def stretched() -> str:
    kernel = np.random.default_rng(0).uniform(0.1, 1, (3, 3))
    unit = (kernel - kernel.min()) / np.ptp(kernel)
    if (unit > 0.5).any() and (unit < 0.5).any():
        return "Blue and red squares, as for any kernel"
    return "Red squares only, some darker than others"


def pale() -> str:
    small, large = np.full((3, 3), 0.1), np.array([[0, 0, 0], [0.9, -0.9, 0], [0, 0, 0]])
    one, other = (
        abs(cv2.filter2D(np.ones((9, 9)), -1, k, borderType=cv2.BORDER_CONSTANT)[4, 4])
        for k in (small, large)
    )
    if one > other:
        return "That of A: its small weights all add up"
    return "That of B: its largest weight is nine times as large"


def dice() -> str:
    """Put the kernels of the start back, and then fit the batch statistics to them."""
    data, model = load_fashion_mnist("subset"), load_trained("fashion_cnn")
    keras.utils.set_random_seed(0)
    start, (_, biases) = build_fashion_cnn(), model.get_layer("conv1").get_weights()

    def share() -> float:
        predicted = model.predict(data.test_images, verbose=0).argmax(axis=1)
        return (predicted == data.test_labels).mean()

    before = share()
    model.get_layer("conv1").set_weights([kernels(start, "conv1"), biases])
    without = share()
    (maps,) = feature_maps(model, data.train_images[:500], ["conv1"])
    scale, shift, _, _ = model.get_layer("bn1").get_weights()
    places = (0, 1, 2)
    model.get_layer("bn1").set_weights([scale, shift, maps.mean(places), maps.var(places)])
    if share() - without > 0.6 * (before - without):
        return "Most of the fall came from statistics that did not fit"
    return "What the kernels had learned made up most of the fall"


def bgr() -> str:
    yellow = np.array([1, 1, 0])
    names = {
        (0, 1, 1): "Cyan, which is green and blue",
        (1, 1, 0): "Yellow, which is red and green",
        (1, 0, 1): "Magenta, which is red and blue",
    }
    return names[tuple(yellow[::-1].tolist())]


def slices() -> str:
    convolution = keras.layers.Conv2D(128, 3)
    convolution.build((None, 8, 8, 64))
    return str(convolution.kernel.shape[2])


def green() -> str:
    """The lesson's case: map 28 of VGG16 and the cat's left eye."""
    vgg, cat = load_vgg16(None), load_photo("cat", 224)
    (maps,) = feature_maps(vgg, prepare(vgg, np.stack([cat, grey(cat)])), ["block1_conv1"])
    colour, without = (m[68:110, 51:94].mean() / m.mean() for m in maps[..., 28])
    if colour > 3 and without < 1.5:
        return "It responds to a colour that only the sun had"
    return "It responds to the sun, but grey hides where it is"


def quiz_answers() -> dict[str, str]:
    return {
        "02-stretched": stretched(),
        "02-pale": pale(),
        "02-dice": dice(),
        "02-bgr": bgr(),
        "02-deep-kernels": slices(),
        "02-green": green(),
    }
