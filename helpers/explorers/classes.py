"""Explorers of one class of a net: its five most probable names, and any class by its name."""

import ipywidgets as widgets
import numpy as np
from traitlets import Int, validate

from helpers._choices import check_index
from helpers._keras import keras
from helpers.classes import class_names
from helpers.explorers.album import Pictures
from helpers.explorers.answer import Answer, answer, classes_called, labels
from helpers.explorers.controls import STYLE, WIDE, finder
from helpers.explorers.photos import PhotoExplorer
from helpers.explorers.recent import Recent

PREDICTED = -1
KEPT = 100  # answers and heatmaps
FEW = 4  # names in a message


class ClassExplorer(PhotoExplorer):
    """An explorer with a ``class_index``; ``None`` is the predicted class."""

    class_index = Int(None, allow_none=True)

    def choose_class(self, model: keras.Model, photos: Pictures) -> list[widgets.Widget]:
        """Set up pictures and classes; return the controls for them."""
        self.classes = class_names(model)
        self._answers = Recent(KEPT)
        controls = self.choose_from(model, photos)
        self._top = widgets.Dropdown(description="class", style=STYLE, layout=WIDE)
        self._top.observe(self._class_chosen, "value")
        self._labels = labels(self.classes)
        self._search = self.find("find a class", "class_index", "type a name")
        return [*controls, self._top, self._search]

    def find(self, label: str, trait: str, empty: str) -> widgets.Combobox:
        """Make a field whose typed name sets a class."""

        def typed(name: str) -> None:
            found = classes_called(name, self._labels) if name else []
            if not name or len(found) == 1:
                setattr(self, trait, found[0] if name else None)
            elif found:
                first = ", ".join(self._labels[i] for i in found[:FEW])
                more = ", …" if len(found) > FEW else ""
                self.message = f"{len(found)} names hold {name!r}: {first}{more}. Which one?"
            else:
                self.message = f"No class is called {name!r}."

        return finder(label, self._labels, empty, typed)

    @validate("class_index", "compare_with")
    def _known_class(self, proposal: dict) -> int | None:
        if proposal["value"] is not None:
            check_index("class", proposal["value"], len(self.classes))
        return proposal["value"]

    def _class_chosen(self, change: dict) -> None:
        if not self._quiet:
            self.class_index = None if change["new"] == PREDICTED else change["new"]

    def forget(self, image: int) -> None:
        """Forget what was computed for a picture that is replaced."""
        super().forget(image)
        self._answers.forget(image)

    @property
    def whole(self) -> np.ndarray:
        """All of the picture at its own shape, uint8 RGB."""
        return self.album.whole(self.image)

    def said(self) -> Answer:
        """What the model says of the whole picture."""
        return self._answers.get((self.image,), lambda: self.ask(self.whole))

    def ask(self, picture: np.ndarray) -> Answer:
        """Ask the model about a whole picture, squeezed into the square that it takes."""
        return answer(self.album.model, self.album.squeezed(picture))

    def offer_classes(self) -> int:
        """List the classes with the highest scores, and return the chosen one."""
        best = self.said().best()
        chosen = best[0] if self.class_index is None else self.class_index
        offered = dict.fromkeys([*best, chosen])
        options = [(self.classes[i], i) for i in offered]
        with self.quietly():
            self._top.options = [(f"predicted: {options[0][0]}", PREDICTED), *options]
            self._top.value = PREDICTED if self.class_index is None else self.class_index
        return chosen
