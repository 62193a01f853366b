"""The figures of lesson 01: a net, what it confuses, how sure it is, and live curves."""

import base64

import numpy as np
import pytest

from helpers._keras import keras
from helpers.models import build_deep_fashion_cnn, build_fashion_cnn
from helpers.plots import LiveCurves, live, show_architecture, show_confusion, show_reliability
from helpers.plots.architecture import _groups
from tests import pictures


def decoded(picture):
    return pictures.decode(base64.b64encode(picture.data).decode())


def blue(picture) -> int:
    red, _, blue = np.moveaxis(decoded(picture).astype(int), -1, 0)
    return int((abs(blue - red) > 60).sum())


@pytest.mark.parametrize("build", [build_fashion_cnn, build_deep_fashion_cnn])
def test_a_net_is_drawn(build):
    picture = show_architecture(build(), caption="x")
    assert not pictures.is_blank(decoded(picture)) and decoded(picture).shape[1] > 800


def test_layers_of_one_shape_are_slices_of_one_block():
    blocks = [
        (shape, [layer.name for layer in part]) for shape, part in _groups(build_fashion_cnn())
    ]
    assert blocks[:3] == [
        ((28, 28, 1), []),
        ((28, 28, 32), ["conv1", "bn1", "relu1"]),
        ((14, 14, 32), ["pool1"]),
    ]
    assert blocks[-2] == ((64,), ["dense1", "bn3", "relu3", "dropout"])


def test_another_net_is_another_drawing():
    one, other = (
        decoded(show_architecture(build(), caption="x"))
        for build in (build_fashion_cnn, build_deep_fashion_cnn)
    )
    assert pictures.difference(one, other) > pictures.TOLERANCE


def test_nets_that_are_no_row_of_layers_are_refused():
    image = keras.Input((8, 8, 1))
    summed = keras.layers.Add()([image, keras.layers.ReLU()(image)])
    for model in (keras.Model(image, summed), keras.Sequential([keras.layers.Dense(3)])):
        with pytest.raises(ValueError, match="without branches"):
            show_architecture(model, caption="x")


def test_only_mistakes_are_coloured():
    names = list("abc")
    assert blue(show_confusion(9 * np.eye(3, dtype=int), names, caption="x")) == 0
    few = blue(show_confusion([[9, 5, 0], [0, 9, 0], [0, 0, 9]], names, caption="x"))
    assert blue(show_confusion([[9, 5, 5], [0, 9, 0], [0, 0, 9]], names, caption="x")) > few > 1000
    with pytest.raises(ValueError, match=r"\(3, 3\), not \(2, 2\)"):
        show_confusion(np.eye(2), names, caption="x")


def test_a_bolder_net_lies_lower_in_the_reliability_diagram():
    """The grey line is drawn first, so blue hides it where a net is as sure as it is right."""
    points = np.array([(0.3, 0.3), (0.7, 0.7), (0.9, 0.9)])
    honest, bold = (
        decoded(show_reliability({"a": points - [0, less]}, caption="x")) for less in (0, 0.2)
    )
    rows = []
    for figure in (honest, bold):
        red, _, blue = np.moveaxis(figure[:, figure.shape[1] // 2 :].astype(int), -1, 0)
        rows.append(np.nonzero(abs(blue - red) > 100)[0].mean() / len(figure))
    assert rows[0] < rows[1]


class Screen:
    """Keeps what is displayed and what takes its place."""

    def __init__(self):
        self.shown = []

    def __call__(self, content, **_):
        self.update(content)
        return self

    def update(self, content, **_):
        self.shown.append(content["text/plain"] if isinstance(content, dict) else content)


def test_curves_grow_while_a_net_learns_and_begin_anew(monkeypatch):
    screen = Screen()
    monkeypatch.setattr(live, "display", screen)
    net = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    net.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = np.random.default_rng(0).random((400, 4)), np.arange(400) % 2
    watch = LiveCurves("a run", caption="It learns.")
    for _ in range(2):
        screen.shown.clear()
        given = {"validation_data": (x[:40], y[:40]), "callbacks": [watch], "verbose": 0}
        history = net.fit(x, y, batch_size=4, epochs=3, **given).history
        assert watch.history == {name: pytest.approx(curve) for name, curve in history.items()}
    bars = [text for text in screen.shown if isinstance(text, str)]
    drawn = [picture for picture in screen.shown if not isinstance(picture, str)]
    assert len(drawn) == 3 and drawn[-1] is watch.picture and watch.picture.alt == "It learns."
    assert drawn[0].data != drawn[2].data
    assert bars[0] == "epoch 1 of 3  " + "░" * live.BAR
    assert bars[-1] == "epoch 3 of 3  " + "█" * live.BAR
    assert len(bars) <= 3 * (live.UPDATES + 3)  # not one for each of the 300 batches
    filled = [text.count("█") for text in bars if text.startswith("epoch 2")]
    assert filled == sorted(filled) and len(set(filled)) > 10
