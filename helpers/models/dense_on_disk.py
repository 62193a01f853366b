"""Dense layers whose kernels stay in the file of weights and are read block by block in use.

VGG16's three dense layers hold 494 MB, more than all the rest of a lesson. Each image, or batch
of images, needs every number once for the way forward and once for the way back, so a block of
rows is looked at and let go. Only the matrix products are done here; biases, activations and
their gradients are TensorFlow's, so that every layer of these nets can be differentiated.
"""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from helpers._keras import keras, tf
from helpers.models.stored_matrix import StoredMatrix, read_weights, weight_names


def _over_blocks(matrix: StoredMatrix, operand: tf.Tensor, take: Callable, start: object) -> object:
    """Fold ``take(number, block, made)`` over the blocks, one after the other.

    A loop in the graph, not in Python: TensorFlow multiplies in its own threads, takes the block
    without a copy, and leaves all of it out where nobody asks for the product. It begins when
    ``operand`` is there, else the first block of every matrix would be held from the beginning.
    """

    def body(number, made):
        rows = tf.numpy_function(lambda n: matrix.block(n), [number], tf.float32, stateful=False)
        return number + 1, take(number, tf.ensure_shape(rows, (None, matrix.shape[1])), made)

    def unfinished(number, _):
        return number < matrix.count

    with tf.device("CPU:0"), tf.control_dependencies([operand]):
        first = tf.identity(0)
        return tf.while_loop(unfinished, body, (first, start), parallel_iterations=1)[1]


def differentiable_product(matrix: StoredMatrix) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return the function float32 (n, rows) -> (n, columns) with its gradient by the argument."""
    height, width = matrix.shape

    @tf.function(input_signature=[tf.TensorSpec((None, height))])
    def ahead(left):
        def add(number, block, total):
            first = number * matrix.step
            return total + tf.matmul(left[:, first : first + matrix.step], block)

        return _over_blocks(matrix, left, add, tf.zeros((tf.shape(left)[0], width)))

    @tf.function(input_signature=[tf.TensorSpec((None, width))])
    def back(upstream):
        def write(number, block, parts):
            return parts.write(number, tf.matmul(block, upstream, transpose_b=True))

        parts = tf.TensorArray(tf.float32, matrix.count, infer_shape=False)
        return tf.transpose(_over_blocks(matrix, upstream, write, parts).concat())

    @tf.custom_gradient
    def product(left):
        def gradient(upstream):
            return tf.ensure_shape(back(upstream), left.shape)

        return tf.ensure_shape(ahead(left), (left.shape[0], width)), gradient

    return product


class DenseOnDisk(keras.layers.Layer):
    """A dense layer that reads its kernel from a file whenever it is called.

    Takes (n, units before), returns float32 (n, units), computed in float32 whatever the policy.
    It cannot be trained. Calls raise ``FileNotFoundError`` or what TensorFlow makes of it when
    the file is gone.

    Args:
        file: a legacy HDF5 file of Keras, see ``weight_names``.
        name: of the layer, also in the file.
        activation: name of a Keras activation; ``None`` for a linear layer.

    Raises:
        ValueError: the file has no such layer.
    """

    def __init__(
        self, file: str | Path, *, name: str, activation: str | None = None, **kwargs
    ) -> None:
        super().__init__(name=name, autocast=False, **kwargs)
        self.supports_jit = False
        self.file, self.activation = str(file), keras.activations.get(activation)
        kernel, bias = weight_names(file, name)
        self.stored = StoredMatrix.find(file, kernel)
        with h5py.File(file, "r") as opened:
            self._bias = opened[bias][()]
        self._product = differentiable_product(self.stored)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Compute ``activation(inputs @ kernel + bias)``."""
        return self.activation(self._product(tf.cast(inputs, tf.float32)) + self._bias)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return (n, units)."""
        return (*input_shape[:-1], self.stored.shape[1])

    def get_weights(self) -> list[np.ndarray]:
        """Read kernel and bias from the file, the whole kernel into memory (fc1: 411 MB)."""
        return read_weights(self.file, self.name)

    def set_weights(self, weights: list[np.ndarray]) -> None:
        """Refuse: the file is only read."""
        raise ValueError(f"layer {self.name!r} stays in its file and cannot take other weights")

    def get_config(self) -> dict:
        """Describe the layer, so that a copy reads the same file."""
        activation = keras.activations.serialize(self.activation)
        return super().get_config() | {"file": self.file, "activation": activation}
