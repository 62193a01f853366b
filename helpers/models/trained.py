"""Load the small nets of the course with trained weights: the course's, or the learner's own."""

import os
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from helpers._choices import unknown
from helpers._keras import keras
from helpers.datasets import DATA
from helpers.datasets.folder import WORKPLACE
from helpers.models.architectures import (
    build_deep_fashion_cnn,
    build_fashion_cnn,
    build_photo_cnn,
    build_standard_fashion_cnn,
)
from helpers.models.spec import describe, spec_of

BUILDERS = {
    "fashion_cnn": build_fashion_cnn,
    "deep_fashion_cnn": build_deep_fashion_cnn,
    "standard_fashion_cnn": build_standard_fashion_cnn,
    "photo_cnn": build_photo_cnn,
    "stranger_cnn": build_fashion_cnn,  # three nets for lesson 07
    "random_labels_cnn": build_fashion_cnn,
    "true_labels_cnn": build_fashion_cnn,
}
OWN_MODELS = Path(os.environ.get("CNN_COURSE_MY_MODELS", WORKPLACE / "my_models"))


def load_trained(name: str, *, own: bool = False) -> keras.Model:
    """Load one of the small nets with trained weights.

    Args:
        name: ``"fashion_cnn"``, ``"deep_fashion_cnn"``, ``"standard_fashion_cnn"`` or
            ``"photo_cnn"``.
        own: take the model that you saved in ``my_models`` instead of the course's.

    Returns:
        A model that ends in class probabilities and takes images float32 in [0, 1].

    Raises:
        ValueError: unknown name, or the file is damaged or of another version of Keras.
        FileNotFoundError: ``own`` was asked for, but nothing was saved under that name yet.

    >>> load_trained("fashion_cnn").input_shape
    (None, 28, 28, 1)
    """
    if name not in BUILDERS:
        raise unknown("model", name, BUILDERS)
    model = BUILDERS[name]()
    if own:
        path = OWN_MODELS / f"{name}.keras"
        if not path.exists():
            raise FileNotFoundError(f"{path} does not exist: train and save the model first")
        return describe(_load_own(path), **spec_of(model)._asdict())
    model.set_weights(list(read_arrays(DATA / "models" / f"{name}.npz").values()))
    return model


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read the named arrays of an ``.npz`` file.

    Raises:
        ValueError: no such file, or a damaged one.
    """
    try:
        with np.load(path) as arrays:
            return dict(arrays)
    except (OSError, EOFError, ValueError, BadZipFile) as fault:
        raise ValueError(
            f"{path} cannot be read: take it from the course anew, with git checkout or a download"
        ) from fault


def _load_own(path: Path) -> keras.Model:
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as fault:  # Keras raises many kinds
        raise ValueError(
            f"{path} cannot be read: it is damaged, or was saved by another version of Keras than "
            f"{keras.__version__}. Remove it and save your model again, or take the course's own "
            "with own=False."
        ) from fault
