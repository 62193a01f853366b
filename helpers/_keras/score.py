"""What a model answers with, read from the graph of its own operations.

TensorFlow traces every spelling of softmax and sigmoid to the same operation, so the end of a
model is recognised by what it computes, wherever the layer sits and whatever it is called.
"""

from collections.abc import Callable

from helpers._keras import tf

ENDS = {"Softmax": "softmax", "LogSoftmax": "softmax", "Sigmoid": "sigmoid"}
LINEAR = {"BiasAdd", "Add", "AddV2", "MatMul", "Conv2D", "Mean", "Relu", "Einsum"}
# Operations that move or convert numbers and leave them as they are: how each is done again.
PASSED_ON: dict[str, Callable] = {
    "Identity": lambda tensor, operation: tensor,
    "EnsureShape": lambda tensor, operation: tensor,
    "StopGradient": lambda tensor, operation: tensor,
    "Cast": lambda tensor, operation: tf.cast(tensor, operation.outputs[0].dtype),
    "Reshape": lambda tensor, operation: tf.reshape(tensor, operation.inputs[1]),
    "Transpose": lambda tensor, operation: tf.transpose(tensor, operation.inputs[1]),
    "ExpandDims": lambda tensor, operation: tf.expand_dims(tensor, operation.inputs[1]),
    "Squeeze": lambda tensor, operation: tf.squeeze(tensor, operation.get_attr("squeeze_dims")),
}


def origin(tensor: tf.Tensor) -> tf.Tensor:
    """Go back from a tensor that is being traced to the one whose numbers it holds."""
    while tensor.op.type in PASSED_ON:
        tensor = tensor.op.inputs[0]
    return tensor


def split_end(outputs: tf.Tensor) -> tuple[tf.Tensor, str]:
    """Take the softmax or sigmoid off the end of a model that is being traced.

    Args:
        outputs: what the model returned inside a ``tf.function``.

    Returns:
        The numbers before softmax or sigmoid in the shape of the outputs, and how the model ends:
        ``"softmax"``, ``"sigmoid"``, ``"linear"`` or ``"unknown"``.
    """
    passed, tensor = [], outputs
    while tensor.op.type in PASSED_ON:
        passed.append(tensor.op)
        tensor = tensor.op.inputs[0]
    if tensor.op.type not in ENDS:
        mixed = any(origin(one).op.type in ENDS for one in tensor.op.inputs)  # of probabilities
        return outputs, "linear" if tensor.op.type in LINEAR and not mixed else "unknown"
    end = ENDS[tensor.op.type]
    logits = tensor.op.inputs[0]
    for operation in reversed(passed):
        logits = tf.ensure_shape(
            PASSED_ON[operation.type](logits, operation), operation.outputs[0].shape
        )
    return logits, end
