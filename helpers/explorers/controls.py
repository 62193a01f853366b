"""Controls with a name that a screen reader reads: a slider alone has none, so it gets a twin."""

import sys
from collections.abc import Callable, Iterator, Sequence

import ipywidgets as widgets
from traitlets import HasTraits, TraitType, Unicode, link

from helpers._choices import unknown

WIDE = {"width": "300px"}
STYLE = {"description_width": "90px"}


def all_parts(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    """Go through all that a widget is made of: children and theirs, layouts and styles."""
    for child in getattr(widget, "children", ()):
        yield from all_parts(child)
        yield child
    for name in ("layout", "style"):
        if widget.has_trait(name):
            yield getattr(widget, name)


class OneOf(Unicode):
    """A trait that is one of a few names."""

    def __init__(self, kind: str, names: Sequence[str], default: str) -> None:
        self.kind, self.names = kind, list(names)
        super().__init__(default)

    def validate(self, obj: HasTraits, value: object) -> str:
        """Return a name that exists; another raises ``ValueError`` naming the valid ones."""
        if value not in self.names:
            raise unknown(self.kind, value, self.names)
        return super().validate(obj, value)

    def control(self) -> "Choice":
        """Make the list to choose from."""
        return Choice(self.kind, self.names, slider=False)


class Number(widgets.HBox):
    """A number field and a slider for the same number."""

    def __init__(self, label: str, low: float, high: float, step: float | None = None) -> None:
        whole = step is None
        field, slider = (
            (widgets.BoundedIntText, widgets.IntSlider)
            if whole
            else (widgets.BoundedFloatText, widgets.FloatSlider)
        )
        options = {"min": low, "max": high, "step": step or 1}
        self.field = field(description=label, style=STYLE, layout=WIDE, value=low, **options)
        self.slider = slider(readout=False, continuous_update=False, value=low, **options)
        super().__init__([self.field, self.slider])

    def follow(self, owner: HasTraits, trait: str) -> None:
        """Keep field and slider equal to a trait, in both directions."""
        for part in (self.field, self.slider):
            link((owner, trait), (part, "value"))

    def limit(self, high: float) -> None:
        """Set the largest number."""
        self.field.max = self.slider.max = high


class Choice(widgets.HBox):
    """A list of options and a slider along the same options."""

    def __init__(self, label: str, options: Sequence[str], *, slider: bool = True) -> None:
        self.field = widgets.Dropdown(
            description=label, style=STYLE, layout=WIDE, options=list(options)
        )
        super().__init__([self.field])
        if slider:
            self.slider = widgets.IntSlider(
                min=0, max=len(options) - 1, readout=False, continuous_update=False
            )
            link((self.field, "index"), (self.slider, "value"))
            self.children = [self.field, self.slider]

    def follow(self, owner: HasTraits, trait: str | TraitType, by: str = "value") -> None:
        """Keep the list equal to a trait, by the option itself or by its ``"index"``."""
        link((owner, trait), (self.field, by))

    def offer(self, options: Sequence[str]) -> None:
        """Set the options of a list with a slider; the choice stays where it was."""
        index = self.field.index
        self.field.options = list(options)
        self.slider.max = len(options) - 1
        self.field.index = index


def _content(value: dict | tuple) -> bytes | None:
    """Bytes of an uploaded file, from ipywidgets 7 (a dict) or 8 (a tuple)."""
    files = list(value.values() if isinstance(value, dict) else value)
    return bytes(files[0]["content"]) if files else None


def upload(receive: Callable[[bytes], None]) -> widgets.Widget:
    """Make a button that hands the bytes of a photo to ``receive`` and keeps no copy itself."""
    if "google.colab" in sys.modules:
        return _colab_upload(receive)
    button = widgets.FileUpload(accept="image/*", description="your photo")

    def arrived(change: dict) -> None:
        content = _content(change["new"])
        if content is None:
            return
        if isinstance(change["new"], dict):  # ipywidgets 7
            button.data, button.metadata = [], []
            button.set_trait("value", {})
        else:
            button.value = ()
        receive(content)

    button.observe(arrived, "value")
    return button


def _colab_upload(receive: Callable[[bytes], None]) -> widgets.Widget:
    """Use Colab's own way: its widgets lose files of 1 MB and more."""
    from google.colab import files

    button, room = widgets.Button(description="your photo"), widgets.Output()

    def clicked(_) -> None:
        with room:
            chosen = files.upload()
        room.clear_output()
        for content in list(chosen.values())[:1]:
            receive(content)

    button.on_click(clicked)
    return widgets.HBox([button, room])
