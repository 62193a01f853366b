"""A slider that a screen reader can name: the browser's own, with a field for the same value."""

from collections.abc import Sequence
from pathlib import Path

import anywidget
from traitlets import Any, Bool, HasTraits, List, Unicode, link

HERE = Path(__file__).parent


class Slider(anywidget.AnyWidget):
    """A number between ``min`` and ``max``, or with ``names`` the place of one in their list.

    ``live``: the value follows a drag; otherwise it is taken when the slider is let go.
    """

    # as text: of a path anywidget keeps every widget
    _esm = (HERE / "slider.js").read_text(encoding="utf-8")
    _css = (HERE / "explorers.css").read_text(encoding="utf-8")
    label = Unicode().tag(sync=True)
    value = Any(0).tag(sync=True)
    min = Any(0).tag(sync=True)
    max = Any(1).tag(sync=True)
    step = Any(1).tag(sync=True)
    names = List(Unicode()).tag(sync=True)
    live = Bool(False).tag(sync=True)

    def follow(self, owner: HasTraits, trait: str) -> "Slider":
        """Keep the slider equal to a trait, in both directions; a trait of text holds a name."""
        if isinstance(owner.traits()[trait], Unicode):
            link((owner, trait), (self, "value"), (self.names.index, self.names.__getitem__))
        else:
            link((owner, trait), (self, "value"))
        return self


def choice(label: str, names: Sequence[str]) -> Slider:
    """Make a slider along names."""
    return Slider(label=label, names=list(names), max=len(names) - 1)
