"""One epoch of the deep Fashion-MNIST CNN on the first 6,000 images."""

from collections.abc import Iterator

from helpers._tensorflow import tf
from helpers.datasets import load_fashion_mnist
from helpers.models import build_deep_fashion_cnn, train
from tests.benchmarks.timing import measure, table


def tables() -> Iterator[str]:
    data = load_fashion_mnist("subset")
    images, labels = data.train_images, data.train_labels
    nets = [build_deep_fashion_cnn() for _ in range(3)]
    nets[0].compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
    forward = tf.function(lambda x: nets[1](x, training=False), reduce_retracing=True)
    options = {"epochs": 1, "batch_size": 150, "held_out": 0}

    def bare() -> None:
        for start in range(0, len(images), 150):
            forward(images[start : start + 150])

    ways = {
        "forward passes alone": bare,
        "plain fit": lambda: nets[0].fit(images, labels, batch_size=150, verbose=0),
        "train": lambda: train(nets[1], images, labels, **options),
        "train, fast": lambda: train(nets[2], images, labels, fast=True, **options),
    }
    yield table("An epoch of the deep net, 6,000 images", measure(ways, 1), "plain fit")
