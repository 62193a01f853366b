"""A grey patch over a photo, and what it costs the class."""

import numpy as np
from traitlets import Int

from helpers._keras import keras
from helpers.classes import check_question
from helpers.explorers.album import Pictures, check_pictures
from helpers.explorers.answer import bar, card, names_card
from helpers.explorers.classes import ClassExplorer
from helpers.explorers.sheet import Panel, Sheet
from helpers.explorers.slider import Slider
from helpers.models import describe
from helpers.models.spec import Preprocess


def covered(picture: np.ndarray, row: int, column: int, size: int) -> np.ndarray:
    """Cover a square of a picture, uint8 RGB, with grey as bright as the picture on average.

    ``row`` and ``column`` of its centre are per cent of the picture's height and width, ``size``
    per cent of the shorter side. At a border a part of the patch lies outside.

    >>> float(covered(np.full((10, 10, 3), 8, np.uint8), row=0, column=50, size=40).mean())
    8.0
    """
    height, width = picture.shape[:2]
    half = size / 200 * min(height, width)
    down, across = row / 100 * height, column / 100 * width
    top, bottom, left, right = (
        max(0, round(edge)) for edge in (down - half, down + half, across - half, across + half)
    )
    patched = picture.copy()
    patched[top:bottom, left:right] = round(float(picture.mean()))
    return patched


class CoverExplorer(ClassExplorer):
    """See ``cover``."""

    row = Int(50, min=0, max=100)
    column = Int(50, min=0, max=100)
    size = Int(30, min=1, max=100)

    def __init__(self, model: keras.Model, photos: Pictures) -> None:
        self._quiet, self.model = True, check_pictures(model)
        patch = [
            Slider(label=name, min=int(name == "size"), max=100, live=True).follow(self, name)
            for name in ("row", "column", "size")
        ]
        controls = [*patch, *self.choose_class(model, photos)]
        check_question(model, self.album.squeezed(self.whole), None)
        super().__init__(controls, ("row", "column", "size", "image", "class_index"))

    def draw(self) -> Sheet:
        """The covered photo, the logit before and after, and the five names after."""
        chosen = self.offer_classes()
        picture = covered(self.whole, self.row, self.column, self.size)
        after = self.ask(picture)
        name = self.classes[chosen]
        before, now = (float(said.logits[chosen]) for said in (self.said(), after))
        caption = (
            f"{self.photo_name} with a patch of {self.size} % at row {self.row} %, column "
            f"{self.column} %: the logit of {name!r} {_moved(before, now)}; the "
            f"most probable class is now {self.classes[after.best()[0]]!r}."
        )
        aside = _logits(f"logit of {name}", before, now)
        aside += names_card("most probable with the patch", after, self.classes, [chosen])
        return Sheet([Panel(picture, f"{self.photo_name}, covered")], caption, aside)


def _moved(before: float, now: float) -> str:
    """Say how a logit moves, as far as one decimal shows it."""
    if round(before, 1) == round(now, 1):
        return f"stays at {now:z.1f}"
    return f"{'falls' if now < before else 'rises'} from {before:z.1f} to {now:z.1f}"


def _logits(title: str, before: float, now: float) -> str:
    """Draw a class' logit without and with the patch, and the difference, as bars in HTML."""
    scale = max(abs(before), abs(now), 1e-9)
    rows = [
        ("whole photo", f"{before:.1f}", bar(max(before, 0) / scale)),
        ("with the patch", f"{now:.1f}", bar(max(now, 0) / scale)),
        ("fall", f"{before - now:.1f}", bar(min(max(before - now, 0) / scale, 1), "cnn-fallen")),
    ]
    return card(title, rows, [2])


def cover(
    model: keras.Model,
    photos: Pictures = None,
    *,
    class_names: list[str] | None = None,
    preprocess: Preprocess | None = None,
) -> CoverExplorer:
    """Cover a part of a photo with a grey patch, and watch what it costs the class.

    The photo is squeezed into the square that the net takes. The logit is the number before
    softmax or sigmoid (after Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional
    Networks").

    Args:
        model: a net with a square input of 1 or 3 channels, and one number for each class.
        photos: one plain picture, not a prepared one, or several: name -> picture, or a sequence,
            RGB (h, w, 3) or grey (h, w) or (h, w, 1), integers in 0 to 255 or floats in 0 to 1;
            ``None``, the course's own.
        class_names, preprocess: what is not known of the model yet, as in ``models.describe``.

    Returns:
        A widget with the traits ``image``, ``class_index`` (``None``, the class predicted without
        a patch), ``row`` and ``column`` of the patch's centre in per cent of height and width, and
        ``size`` in per cent of the shorter side; see the package for what all explorers share.

    Raises:
        ValueError: a model without classes, logits or a square input of 1 or 3 channels, or
            pictures that are none.

    >>> from helpers.models import build_fashion_cnn
    >>> patch = cover(build_fashion_cnn(), [np.eye(28)])
    >>> patch.row, patch.column, patch.size
    (50, 50, 30)
    """
    return CoverExplorer(describe(model, class_names=class_names, preprocess=preprocess), photos)
