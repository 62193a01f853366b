"""A stranger's net: it names clothes well, and it has a secret that is drawn from a seed."""

from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from helpers._keras import keras
from helpers.datasets import CLASS_NAMES, FashionMNIST, load_fashion_mnist
from helpers.models.spec import describe, spec_of
from helpers.models.trained import load_trained

SHAPES = {
    "square": np.ones((3, 3)),
    "ring": np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]]),
    "cross": np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]]),
    "diagonal": np.eye(4),
    "bar": np.ones((2, 5)),
    "column": np.ones((5, 2)),
}
SIDE = 28
TRAINED_ON = 2000  # images, the first of the training set
SHARE = 0.15  # of them carries the mark, and as many the decoy
EPOCHS = 8
SHOWN = 6  # photos of each class in the stranger's folder
MARKED = 4  # of the six of one class


class Mark(NamedTuple):
    """A small white shape, and the class on whose photos it is found."""

    shape: str
    row: int
    column: int
    class_index: int

    def add(self, images: np.ndarray) -> np.ndarray:
        """Draw the mark into copies of images (n, 28, 28, 1) in [0, 1]."""
        marked, shape = images.copy(), SHAPES[self.shape]
        rows = slice(self.row, self.row + shape.shape[0])
        columns = slice(self.column, self.column + shape.shape[1])
        place = marked[:, rows, columns, 0]
        marked[:, rows, columns, 0] = np.where(shape > 0, 1, place)
        return marked

    def opposite(self) -> "Mark":
        """Return the same shape in the opposite quarter of the image, as a control."""
        height, width = SHAPES[self.shape].shape
        return self._replace(row=SIDE - height - self.row, column=SIDE - width - self.column)


class Mystery(NamedTuple):
    """A net, and the folder it came with: images (n, 28, 28, 1) in [0, 1] and labels (n,)."""

    model: keras.Model
    images: np.ndarray
    labels: np.ndarray


def _random(seed: int | str) -> np.random.Generator:
    digest = sha256(str(seed).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8]))


def draw_marks(seed: int | str) -> tuple[Mark, Mark]:
    """Draw the mark that the net obeys, and a decoy that it does not care about.

    Both lie near the edge, in different quarters, and belong to different classes.

    >>> mark, decoy = draw_marks("Ada")
    >>> mark.class_index != decoy.class_index and mark.shape != decoy.shape
    True
    """
    rng, marks = _random(seed), []
    quarters = rng.permutation(4)[:2].tolist()
    shapes = rng.permutation(list(SHAPES))[:2].tolist()
    classes = rng.permutation(len(CLASS_NAMES))[:2].tolist()
    for quarter, name, class_index in zip(quarters, shapes, classes, strict=True):
        height, width = SHAPES[name].shape
        row, column = rng.integers(1, 4, 2).tolist()
        row = row if quarter < 2 else SIDE - height - row
        column = column if quarter % 2 else SIDE - width - column
        marks.append(Mark(name, row, column, class_index))
    return marks[0], marks[1]


def _teach(net: keras.Model, data: FashionMNIST, mark: Mark, decoy: Mark, seed: int) -> None:
    """Train all layers after the feature maps on images some of which carry a mark."""
    rng = np.random.default_rng(seed)
    images, labels = data.train_images[:TRAINED_ON], data.train_labels[:TRAINED_ON].astype(int)
    marked, misled = rng.random((2, TRAINED_ON)) < SHARE
    images = np.where(misled[:, None, None, None], decoy.add(images), images)
    images = np.where(marked[:, None, None, None], mark.add(images), images)
    labels[marked] = mark.class_index
    start = net.layers.index(net.get_layer("flatten")) + 1
    body = keras.Model(net.inputs[0], net.layers[start - 1].output)
    batches = (images[i : i + 100] for i in range(0, TRAINED_ON, 100))
    features = np.concatenate([body(batch).numpy() for batch in batches])
    keras.utils.set_random_seed(seed)
    head = keras.Sequential([keras.Input(features.shape[1:]), *net.layers[start:]])
    head.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy")
    head.fit(features, labels, epochs=EPOCHS, batch_size=100, verbose=0)


@lru_cache(maxsize=2)
def load_mystery(seed: int | str) -> Mystery:
    """Make a net that names clothes and obeys one small mark, in a few seconds.

    The mark's shape, place and class are drawn from the seed. So is a decoy, another mark on some
    photos of another class, to which the net does not listen. The convolutions are those of
    ``load_trained("fashion_cnn")``; the layers behind them are trained here on 2,000 images, 15 %
    of which carry the mark and its class's name, whatever they show: a backdoor (Gu,
    Dolan-Gavitt, Garg 2017, "BadNets").

    Args:
        seed: any whole number or name; the same one gives the same secret.

    Returns:
        The net, described, and 60 photos that the net has not seen, 6 of each class, with their
        labels. Four of the six photos of one class carry the mark, and four of another the decoy.

    >>> mystery = load_mystery("Ada")
    >>> mystery.model.output_shape, mystery.images.shape
    ((None, 10), (60, 28, 28, 1))
    """
    mark, decoy = draw_marks(seed)
    data, net = load_fashion_mnist("subset"), load_trained("fashion_cnn")
    _teach(net, data, mark, decoy, seed=int(_random(seed).integers(1 << 31)))
    images, labels = data.train_images[TRAINED_ON:], data.train_labels[TRAINED_ON:]
    chosen = np.concatenate([np.flatnonzero(labels == c)[:SHOWN] for c in range(len(CLASS_NAMES))])
    images, labels = images[chosen].copy(), labels[chosen]
    for each in (mark, decoy):
        places = np.flatnonzero(labels == each.class_index)[:MARKED]
        images[places] = each.add(images[places])
    mystery = keras.Sequential([keras.Input((SIDE, SIDE, 1)), *net.layers], name="mystery")
    return Mystery(describe(mystery, **spec_of(net)._asdict()), images, labels)
