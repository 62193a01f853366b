"""Lists to choose from, fields that find a name, and the button for one's own photo."""

import sys
from collections.abc import Callable, Iterator, Sequence

import ipywidgets as widgets
from traitlets import HasTraits, Unicode, link

from helpers._choices import unknown

WIDE = {"width": "100%"}
STYLE = {"description_width": "96px"}


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

    def control(self, owner: HasTraits) -> widgets.Dropdown:
        """Make the list that sets this trait of ``owner``."""
        field = widgets.Dropdown(
            description=self.kind, options=self.names, style=STYLE, layout=WIDE
        )
        link((owner, self.name), (field, "value"))
        return field


def finder(
    label: str, names: Sequence[str], empty: str, receive: Callable[[str], None]
) -> widgets.Combobox:
    """Make a field that offers names as they are typed."""
    field = widgets.Combobox(
        description=label, options=list(names), placeholder=empty, style=STYLE, layout=WIDE
    )
    field.continuous_update = False
    field.observe(lambda change: receive(change["new"].strip().lower()), "value")
    return field


def progress(label: str) -> widgets.IntProgress:
    """Make a bar that is seen only while something runs."""
    return widgets.IntProgress(description=label, style=STYLE, layout={**WIDE, "display": "none"})


def _content(value: dict | tuple) -> bytes | None:
    """Bytes of an uploaded file, from ipywidgets 7 (a dict) or 8 (a tuple)."""
    files = list(value.values() if isinstance(value, dict) else value)
    return bytes(files[0]["content"]) if files else None


def upload(receive: Callable[[bytes], None]) -> widgets.Widget:
    """Make a button that hands the bytes of a photo to ``receive`` and keeps no copy itself."""
    if "google.colab" in sys.modules:
        return _colab_upload(receive)
    button = widgets.FileUpload(accept="image/*", description="your photo", layout=WIDE)

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

    button, room = widgets.Button(description="your photo", layout=WIDE), widgets.Output()

    def clicked(_) -> None:
        with room:
            chosen = files.upload()
        room.clear_output()
        for content in list(chosen.values())[:1]:
            receive(content)

    button.on_click(clicked)
    return widgets.VBox([button, room])
