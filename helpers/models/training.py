"""Train a classifier, quickly where that is asked for."""

import math
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from helpers._keras import keras, tf
from helpers._keras.fast import computing_fast
from helpers._keras.memory import can_be_shared
from helpers._keras.precision import check_precision
from helpers.models.checks import check_training_images
from helpers.models.labels import check_labels, end_of_classifier


def _lent(images: np.ndarray) -> np.ndarray | tf.Tensor:
    """Lend an array to TensorFlow, which else keeps two copies of it for a while."""
    if not can_be_shared(images):
        return images
    return tf.experimental.dlpack.from_dlpack(images.__dlpack__())


def _augmented(images: np.ndarray, labels: np.ndarray, batch_size: int) -> tf.data.Dataset:
    """Batches in a new order each epoch; images mirrored at random, batches shifted by 2 pixels."""

    def change(batch: tf.Tensor, answers: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        padded = tf.pad(batch, [[0, 0], [2, 2], [2, 2], [0, 0]])
        moved = tf.image.random_crop(padded, tf.shape(batch))
        return tf.image.random_flip_left_right(moved), answers

    data = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images))
    return data.batch(batch_size).map(change).prefetch(2)


def _compile(model: keras.Model, rate: object, end: str) -> None:
    if end == "sigmoid":
        loss = keras.losses.BinaryCrossentropy()
        accuracy = keras.metrics.BinaryAccuracy(name="accuracy")
    else:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=end == "linear")
        accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    model.compile(keras.optimizers.Adam(rate), loss, metrics=[accuracy], jit_compile=False)


def train(
    model: keras.Model,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    epochs: int = 20,
    batch_size: int = 128,
    learning_rate: float = 1e-3,
    decay: bool = True,
    held_out: int = 5000,
    augment: bool = False,
    fast: bool = False,
    seed: int = 0,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    backup: str | Path | None = None,
) -> dict[str, list[float]]:
    """Train a classifier in place with Adam and return its learning curves.

    Args:
        model: ends in softmax, in logits, in one sigmoid for two classes, or in several for labels
            that are independent of each other.
        images: (n, h, w, c), in the range that the model expects.
        labels: whole numbers (n,) from 0, or 0 and 1 for each output (n, outputs).
        decay: lower the learning rate along half a cosine to zero (Loshchilov and Hutter
            2017, "SGDR"); otherwise it stays constant.
        held_out: so many of the last images are not trained on but used for validation.
        augment: mirror half of the images and shift each batch by up to two pixels, anew in
            every epoch, against overfitting.
        fast: compute in bfloat16 with fused batch normalization. Worth it for deep models on
            processors that have bfloat16.
        seed: the same seed gives the same order of batches.
        callbacks: Keras callbacks, such as a progress bar.
        backup: a folder that keeps the state after each epoch until training ends. Called
            again after an interruption, training goes on where it was.

    Returns:
        Four lists with one number for each epoch that was run now, ``loss``, ``accuracy``,
        ``val_loss``, ``val_accuracy``. The last two are missing where ``held_out`` is 0.

    Raises:
        ValueError: images and labels differ in number, or nothing is left to train on; images or
            labels that this model cannot learn from; a model that is no classifier.

    >>> softmax = keras.layers.Dense(2, activation="softmax")
    >>> net = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), softmax])
    >>> images, labels = np.zeros((4, 8, 8, 1)), np.array([0, 1, 0, 1])
    >>> curves = train(net, images, labels, epochs=1, held_out=0)
    >>> sorted(curves)
    ['accuracy', 'loss']
    """
    count = len(images) - held_out
    if len(images) != len(labels) or count < 1:
        raise ValueError(
            f"{len(images)} images, {len(labels)} labels and {held_out} held out: give one label "
            "for each image, and more images than are held out"
        )
    if fast:
        check_precision("bfloat16")
    keras.utils.set_random_seed(seed)
    if isinstance(model, keras.Sequential) and not model.built and np.ndim(images[0]) == 3:
        model.build((None, *np.shape(images[0])))  # it does not know its input yet
    images = check_training_images(model, images)
    end = end_of_classifier(model)
    labels = check_labels(labels, model.output_shape[-1], end)
    steps = epochs * math.ceil(count / batch_size)
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, steps) if decay else learning_rate
    # A fast training compiles functions of its own, so that the model's are not left in bfloat16.
    trained = keras.Model(model.inputs, model.outputs) if fast else model
    _compile(trained, rate, end)
    seen = (
        {"x": _augmented(images[:count], labels[:count], batch_size), "shuffle": False}
        if augment
        else {"x": _lent(images[:count]), "y": labels[:count], "batch_size": batch_size}
    )
    keep = [keras.callbacks.BackupAndRestore(str(backup))] if backup else []
    with computing_fast(model) if fast else nullcontext():
        history = trained.fit(
            **seen,
            epochs=epochs,
            validation_data=(images[count:], labels[count:]) if held_out else None,
            callbacks=[*keep, *callbacks],
            verbose=0,
        )
    return {name: [float(v) for v in values] for name, values in history.history.items()}
