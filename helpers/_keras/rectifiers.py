"""Another way back through the rectifiers of a model: only what is positive passes.

TensorFlow traces every spelling of ReLU to one of three operations, so a rectifier is recognised by
what it computes, and the model itself stays as it is.
"""

from contextlib import AbstractContextManager

from helpers._keras import tf

BACK = {
    "Relu": lambda operation, gradients: tf.raw_ops.ReluGrad(
        gradients=tf.nn.relu(gradients), features=operation.inputs[0]
    ),
    "Relu6": lambda operation, gradients: tf.raw_ops.Relu6Grad(
        gradients=tf.nn.relu(gradients), features=operation.inputs[0]
    ),
    "LeakyRelu": lambda operation, gradients: tf.raw_ops.LeakyReluGrad(
        gradients=tf.nn.relu(gradients),
        features=operation.inputs[0],
        alpha=operation.get_attr("alpha"),
    ),
}
for name, back in BACK.items():
    tf.RegisterGradient(f"Guided{name}")(back)


def guided() -> AbstractContextManager:
    """Let rectifiers that are traced inside the context pass back positive gradients only."""
    graph = tf.compat.v1.get_default_graph()
    return graph.gradient_override_map({name: f"Guided{name}" for name in BACK})
