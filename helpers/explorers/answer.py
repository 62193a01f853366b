"""What a model says of an image, ready to be shown."""

from collections import Counter
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from helpers._keras import keras
from helpers._keras.gradients import answers, end_of
from helpers.classes import softmax
from helpers.explorers.panels import number

TOP = 5


class Answer(NamedTuple):
    """What a model says of one image: a score and a number to show for each class.

    ``logits`` is what heatmaps explain; ``rank`` tells what the class with the highest score is.
    """

    logits: np.ndarray
    shown: np.ndarray
    write: Callable[[float], str]
    rank: str

    def best(self) -> list[int]:
        """List the classes with the highest scores, highest first."""
        return np.argsort(-self.logits, kind="stable")[:TOP].tolist()

    def sure(self, chosen: int) -> str:
        """Write the number of one class."""
        return self.write(self.shown[chosen])


def answer(model: keras.Model, images: np.ndarray) -> Answer:
    """Ask a model about the first image: for probabilities, if it gives any."""
    end, several = end_of(model), model.output_shape[-1] > 1
    outputs, logits = answers(model, images)
    if end == "softmax" or (end == "linear" and several):
        return Answer(logits[0], softmax(logits)[0], "{:.0%}".format, "the predicted class, ")
    write = "{:.0%}".format if end == "sigmoid" else lambda value: f"output {number(value)}"
    rank = f"the {'most probable' if end == 'sigmoid' else 'predicted'} class, " if several else ""
    return Answer(logits[0], outputs[0], write, rank)


def labels(names: Sequence[str]) -> list[str]:
    """Name classes so that no two are called alike, be their letters large or small.

    >>> labels(["crane", "tench", "crane"])
    ['crane (class 0)', 'tench', 'crane (class 2)']
    """
    times = Counter(name.lower() for name in names)
    return [f"{n} (class {i})" if times[n.lower()] > 1 else n for i, n in enumerate(names)]


def classes_called(typed: str, classes: Sequence[str]) -> list[int]:
    """Find the classes that a number, a name or a part of a name can mean, in capitals or not.

    >>> classes_called("cat", ["Tomcat", "Cat", "Dog"]), classes_called("o", ["Cat", "Cow", "Dog"])
    ([1], [1, 2])
    """
    typed, names = typed.lower(), [name.lower() for name in classes]
    if typed.isdecimal() and int(typed) < len(names):
        return [int(typed)]
    if typed in names:
        return [names.index(typed)]
    return [i for i, name in enumerate(names) if typed in name]


def bar(share: float, kind: str = "") -> str:
    """Draw a bar in HTML, a share of its full length."""
    return f'<div class="cnn-bar {kind}"><div style="width: {100 * share:.1f}%"></div></div>'


def card(title: str, rows: Sequence[tuple[str, str, str]], chosen: Sequence[int] = ()) -> str:
    """Write lines of a name, a number and a bar in HTML; the chosen ones are bold."""
    items = [
        f"<li{' class=cnn-chosen' if i in chosen else ''}>"
        f'<span class="cnn-name">{name}</span><span>{escape(value)}</span>{drawn}</li>'
        for i, (name, value, drawn) in enumerate(rows)
    ]
    return f"<h4>{escape(title)}</h4><ol>{''.join(items)}</ol>"


def names_card(title: str, said: Answer, names: Sequence[str], chosen: Sequence[int]) -> str:
    """List the most probable classes and the chosen ones with their numbers, as bars in HTML."""
    listed = list(dict.fromkeys([*said.best(), *chosen]))
    rows = [
        (
            f"{escape(names[i])} <small>class {i}</small>",
            said.sure(i),
            bar(float(np.clip(said.shown[i], 0, 1))),
        )
        for i in listed
    ]
    return card(title, rows, [listed.index(i) for i in chosen])
