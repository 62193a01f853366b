"""Train a classifier, quickly where that is asked for."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from helpers._memory import can_be_shared
from helpers._tensorflow import keras, tf


class FusedBatchNormalization(keras.layers.BatchNormalization):
    """Batch normalization whose training step is one TensorFlow kernel instead of a dozen."""

    def call(self, inputs, training=None, mask=None):
        """Normalise a batch; 4D training batches in one kernel, all else as Keras does."""
        if not training or inputs.shape.rank != 4:
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            inputs,
            tf.cast(self.gamma, tf.float32),
            tf.cast(self.beta, tf.float32),
            epsilon=self.epsilon,
            is_training=True,
        )[:3]
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + batch * (1 - self.momentum))
        return outputs


def fast_copy(model: keras.Sequential) -> keras.Sequential:
    """Copy a model, weights too, with bfloat16 arithmetic and fused batch normalization.

    Weights stay float32, so they can go back with ``model.set_weights(copy.get_weights())``.
    """

    def convert(layer: keras.Layer) -> keras.Layer:
        last = layer is model.layers[-1]
        config = layer.get_config() | {"dtype": "float32" if last else "mixed_bfloat16"}
        fused = isinstance(layer, keras.layers.BatchNormalization)
        return (FusedBatchNormalization if fused else type(layer)).from_config(config)

    copy = keras.models.clone_model(model, clone_function=convert)
    copy.set_weights(model.get_weights())
    return copy


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


def train(
    model: keras.Sequential,
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
    """Train a softmax classifier in place with Adam and return its learning curves.

    Args:
        model: ends in class probabilities.
        images: float32 (n, h, w, c), in the range that the model expects.
        labels: integers (n,).
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
        Four lists, one number for each epoch that was run now: ``loss``, ``accuracy``,
        ``val_loss``, ``val_accuracy``. The last two are missing where ``held_out`` is 0.

    Raises:
        ValueError: images and labels differ in number, or nothing is left to train on.
    """
    count = len(images) - held_out
    if len(images) != len(labels) or count < 1:
        raise ValueError(
            f"{len(images)} images, {len(labels)} labels and {held_out} held out: give one label "
            "for each image, and more images than are held out"
        )
    keras.utils.set_random_seed(seed)
    steps = epochs * -(-count // batch_size)
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, steps) if decay else learning_rate
    trained = fast_copy(model) if fast else model
    trained.compile(
        keras.optimizers.Adam(rate),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )
    seen = (
        {"x": _augmented(images[:count], labels[:count], batch_size), "shuffle": False}
        if augment
        else {"x": _lent(images[:count]), "y": labels[:count], "batch_size": batch_size}
    )
    keep = [keras.callbacks.BackupAndRestore(str(backup))] if backup else []
    try:
        history = trained.fit(
            **seen,
            epochs=epochs,
            validation_data=(images[count:], labels[count:]) if held_out else None,
            callbacks=[*keep, *callbacks],
            verbose=0,
        )
    finally:  # also after an interruption
        if fast:
            model.set_weights(trained.get_weights())
    return {name: [float(v) for v in values] for name, values in history.history.items()}
