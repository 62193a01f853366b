"""The live page's nets: weights written as a script that a page can read from a file."""

import json
import zlib
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from helpers._keras import keras
from helpers._keras.layers import all_layers
from helpers.models.architectures import build_fashion_cnn
from helpers.models.layers import check_model
from helpers.sources.placing import placed

TOLERANCE = 1e-2  # between log-probabilities of a model and of the page's net with its weights
SMALLEST = 1e-30  # probability that is told apart from zero
NO_MAPS = (keras.layers.InputLayer, keras.layers.Dropout)  # do nothing when a net answers


def write_net(
    path: Path, net: str, title: str, arrays: Mapping[str, np.ndarray], dtype: str
) -> Path:
    """Write arrays as a script for the live page, with a checksum.

    Args:
        path: of the script.
        net: name of the net in the page.
        title: what the page calls these weights.
        dtype: of the numbers as they are stored, ``"float32"`` or ``"float16"``.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = write_net(Path(folder, "a.js"), "a", "two", {"x": np.ones(2)}, "float16")
    ...     path.read_text()[:42]
    'liveFile({"name": "a", "title": "two", "dt'
    """
    stored = np.dtype(dtype).newbyteorder("<")
    data = b"".join(one.astype(stored).tobytes() for one in arrays.values())
    shapes = {name: one.shape for name, one in arrays.items()}
    about = {"name": net, "title": title, "dtype": dtype, "shapes": shapes}
    return write_script(path, about, data)


def write_script(path: Path, about: Mapping, data: bytes) -> Path:
    r"""Write bytes, and what is said about them, as a call that hands both to the live page.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_script(Path(folder, "a.js"), {"name": "a"}, b"abc").read_text()
    'liveFile({"name": "a", "crc32": 891568578, "data": "YWJj"});\n'
    """
    whole = {**about, "crc32": zlib.crc32(data), "data": b64encode(data).decode()}
    with placed(path) as file:
        file.write(f"liveFile({json.dumps(whole)});\n".encode())
    return path


def _chain(model: keras.Model) -> list[keras.Layer]:
    return [layer for layer in all_layers(model) if not isinstance(layer, NO_MAPS)]


def _kind(layer: keras.Layer) -> str:
    return f"{type(layer).__name__} {tuple(layer.output.shape[1:])}"


def _difference(model: keras.Model, page: keras.Model) -> str:
    """Say where a model leaves the structure of the page's net; an empty string if nowhere."""
    given, wanted = _chain(model), _chain(page)
    for one, other in zip(given, wanted, strict=False):
        if _kind(one) != _kind(other):
            return f"its layer {one.name!r} is {_kind(one)}, in place of {_kind(other)}"
    if len(given) != len(wanted):
        return f"it has {len(given)} layers that compute, in place of {len(wanted)}"
    return ""


def _log_probabilities(model: keras.Model, images: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(model(images, training=False), SMALLEST))


def _with_weights_of(model: keras.Model) -> keras.Model:
    """Build the page's net with the weights of a model, or refuse the model by name."""
    page = build_fashion_cnn()
    wrong = _difference(model, page)
    if not wrong:
        try:
            page.set_weights(model.get_weights())
        except ValueError:
            wrong = "its weights have other shapes"
    if not wrong:
        images = np.random.default_rng(0).random((4, 28, 28, 1), np.float32)
        answers = [_log_probabilities(one, images) for one in (model, page)]
        if not np.isfinite(answers).all():
            wrong = "it answers with NaN or infinite values"
        elif np.abs(answers[0] - answers[1]).max() > TOLERANCE:
            wrong = (
                "a setting differs (an activation, a slope, a padding, …), so it answers otherwise"
            )
    if wrong:
        raise ValueError(
            f"{model.name!r} cannot go into the live page, which holds the net of lesson 01 as "
            f"build_fashion_cnn() makes it: {wrong}"
        )
    return page


def _arrays(page: keras.Model) -> dict[str, np.ndarray]:
    """Name the weights of the page's net; batch normalization becomes a scale and a shift."""
    arrays: dict = {}
    for layer in page.layers:
        weights = [np.asarray(one, np.float64) for one in layer.get_weights()]
        if isinstance(layer, keras.layers.BatchNormalization):
            gamma, beta, mean, variance = weights
            scale = gamma / np.sqrt(variance + layer.epsilon)
            weights = [scale, beta - mean * scale]
        names = ("scale", "shift") if "bn" in layer.name else ("kernel", "bias")
        arrays |= {f"{layer.name}/{name}": one for name, one in zip(names, weights, strict=False)}
    return arrays


def export_live(model: keras.Model, folder: str | Path, *, title: str = "your own net") -> Path:
    """Write the net of lesson 01 as the live page loads it.

    Put the file into the folder of the page, in the place of the course's, or give it to the page
    with its button “Open my net”.

    Args:
        model: as ``build_fashion_cnn`` makes it, with weights of your own; layers may have other
            names.
        folder: where ``fashion_cnn.js`` is written; it is made where it is missing.
        title: what the page calls the net.

    Returns:
        The path of the file.

    Raises:
        ValueError: a model of another structure, or one that answers with NaN.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     export_live(build_fashion_cnn(), folder).name
    'fashion_cnn.js'
    """
    check_model(model)
    arrays = _arrays(_with_weights_of(model))
    return write_net(Path(folder) / "fashion_cnn.js", "fashion_cnn", title, arrays, "float32")
