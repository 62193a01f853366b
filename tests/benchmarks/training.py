"""One epoch of the deep Fashion-MNIST CNN on the first 6,000 images."""

from collections.abc import Iterator

from helpers._keras import keras, tf
from helpers.datasets import load_fashion_mnist
from helpers.models import build_deep_fashion_cnn, train
from tests.benchmarks.timing import measure, table

BATCH = 150


def tables() -> Iterator[str]:
    data = load_fashion_mnist("subset")
    images, labels = data.train_images, data.train_labels
    nets = [build_deep_fashion_cnn() for _ in range(3)]
    nets[0].compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
    forward = tf.function(lambda x: nets[1](x, training=False), reduce_retracing=True)
    loss = keras.losses.SparseCategoricalCrossentropy()
    options = {"epochs": 1, "batch_size": BATCH, "held_out": 0}

    @tf.function(reduce_retracing=True)
    def backward(x: tf.Tensor, answers: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            error = loss(answers, nets[1](x, training=False))
        return tape.gradient(error, nets[1].trainable_variables)

    def passes(backwards: bool) -> None:
        for start in range(0, len(images), BATCH):
            batch = slice(start, start + BATCH)
            backward(images[batch], labels[batch]) if backwards else forward(images[batch])

    ways = {
        "forward passes alone": lambda: passes(False),
        "forward and backward passes alone": lambda: passes(True),
        "plain fit": lambda: nets[0].fit(images, labels, batch_size=BATCH, verbose=0),
        "train": lambda: train(nets[1], images, labels, **options),
        "train, fast": lambda: train(nets[2], images, labels, fast=True, **options),
    }
    yield table("An epoch of the deep net, 6,000 images", measure(ways, 3), "plain fit")
