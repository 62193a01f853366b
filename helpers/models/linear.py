"""Take the softmax or sigmoid off the end of a model."""

from helpers._keras import keras, tf
from helpers._keras.gradients import end_of
from helpers._keras.score import origin, split_end
from helpers._keras.steps import compiled
from helpers.models.layers import check_model
from helpers.models.spec import describe, spec_of


def _end_of_operation(operation, values) -> tuple[str, bool]:
    """Say how one operation of a model ends, and whether it does nothing else."""
    seen = []

    def run(inputs):
        logits, end = split_end(operation(inputs))
        seen.append((end, origin(logits).op.type == "Placeholder"))
        return logits

    compiled(run, tf.TensorSpec(values.shape, values.dtype))
    return seen[-1]


def _before_the_end(outputs):
    """Build what comes before softmax or sigmoid, from a symbolic output of a model."""
    operation, number, _ = outputs._keras_history
    values = operation._inbound_nodes[number].input_tensors[0]
    if isinstance(operation, keras.Model):
        return with_linear_output(operation)(values)
    end, nothing_else = _end_of_operation(operation, values)
    if end not in ("softmax", "sigmoid"):
        return operation(_before_the_end(values))
    if nothing_else:
        return values
    linear = type(operation).from_config(operation.get_config() | {"activation": "linear"})
    logits = linear(values)
    linear.set_weights(operation.get_weights())
    return logits


def with_linear_output(model: keras.Model) -> keras.Model:
    """Return the model without the softmax or sigmoid at its end, so that it gives logits.

    Softmax and sigmoid are found in any spelling, also inside a nested model. A model that gives
    logits already is returned as it is. Names and preprocessing of ``describe`` are kept. The last
    layer's weights are copied, all others are shared.

    Raises:
        ValueError: how the model ends cannot be recognised.

    >>> from helpers.models import build_fashion_cnn
    >>> with_linear_output(build_fashion_cnn()).layers[-1].activation.__name__
    'linear'
    """
    check_model(model)
    end = end_of(model)
    if end == "linear":
        return model
    if end == "unknown":
        raise ValueError(
            f"how {model.name!r} ends is not recognised: build keras.Model(model.input, …) with "
            "the output of the layer that gives the logits"
        )
    linear = keras.Model(model.inputs[0], _before_the_end(model.outputs[0]), name=model.name)
    return describe(linear, **spec_of(model)._asdict())
