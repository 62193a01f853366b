"""What all explorers share: a live picture with its text, and changes that never queue up."""

import asyncio
import base64
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import ipywidgets as widgets
import numpy as np
from IPython import get_ipython
from traitlets import Any, Bytes, Int, Unicode, observe, validate

from helpers._choices import check_index, unknown
from helpers._tensorflow import keras
from helpers.explorers.controls import Choice, Number
from helpers.images import encode_jpeg, encode_png, read_photo
from helpers.models import conv_layers, find_layer
from helpers.plots import Picture

PAUSE = 0.02  # seconds in which moves of a slider are gathered before the last one is computed


def moved_on_screen() -> bool:
    """Say whether this runs because a control was moved in a browser, not because of a cell."""
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return parent.get("header", {}).get("msg_type") == "comm_msg"


class Explorer(widgets.VBox):
    """A picture, the text beneath, and controls above; subclasses say what to draw.

    ``picture``: bytes of the PNG now shown. ``says``: the text. ``fault``: the exception that
    the last change ended in, or ``None``. ``message``: what the learner was told about it.
    """

    picture = Bytes()
    says = Unicode()
    message = Unicode()
    fault = Any(None, allow_none=True)

    def __init__(self, controls: list[widgets.Widget], watched: tuple[str, ...]) -> None:
        self._quiet, self._timer = False, None
        self._image, self._note = widgets.HTML(), widgets.HTML()
        super().__init__([*controls, self._image, self._note])
        self.observe(self._on_change, list(watched))
        self.redraw()

    def draw(self) -> tuple[np.ndarray, str]:
        """Return the picture, uint8 RGB, and its text."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw what the traits ask for; an error becomes a message, the controls stay alive."""
        self._timer, self.fault, self.message = None, None, ""
        try:
            self.show(*self.draw())
        except Exception as fault:
            self.fault = fault
            self.message = f"This setting cannot be shown: {fault}"

    def show(self, picture: np.ndarray, says: str) -> None:
        """Put a picture and its text on the screen."""
        self.picture, self.says = encode_png(picture, compression=1), says
        source = f"data:image/png;base64,{base64.b64encode(self.picture).decode()}"
        self._image.value = (
            f'<img alt="{escape(says)}" src="{source}" style="max-width: 100%">'
            f'<p role="status" style="line-height: 1.4; margin: 4px 0">{escape(says)}</p>'
        )

    def set(self, **traits: object) -> None:
        """Change several traits at once, and draw once.

        Raises:
            ValueError: a value that does not exist.
        """
        with self.quietly():
            for name, value in traits.items():
                setattr(self, name, value)
        self.redraw()

    def figure(self) -> Picture:
        """Return what is shown now as a static figure, small enough to be stored."""
        picture = read_photo(self.picture)
        return Picture(encode_jpeg(picture), self.says)

    @observe("message")
    def _show_message(self, change: dict) -> None:
        text = escape(change["new"])
        self._note.value = f'<p role="alert"><b>{text}</b></p>' if text else ""

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Change several traits without drawing in between."""
        before, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = before

    def _on_change(self, change: dict) -> None:
        if self._quiet:
            return
        if not moved_on_screen():
            self.redraw()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PAUSE, self.redraw)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: sliders and a picture, alive in a notebook that runs>"


class LayerExplorer(Explorer):
    """An explorer of one convolution layer."""

    layer = Unicode()

    def __init__(
        self, model: keras.Model, controls: list[widgets.Widget], watched: tuple[str, ...]
    ) -> None:
        choice = Choice("layer", self.layers)
        choice.follow(self, "layer")
        super().__init__([choice, *controls], ("layer", *watched))

    def start_at(self, model: keras.Model, position: int) -> None:
        """Take a model and begin at one of its convolutions; nothing is drawn yet.

        Raises:
            ValueError: the model has no convolution layer.
        """
        self._quiet, self.model, self.layers = True, model, conv_layers(model)
        if not self.layers:
            raise ValueError(f"the model {model.name!r} has no convolution layer")
        self.layer = self.layers[position]

    @validate("layer")
    def _known_layer(self, proposal: dict) -> str:
        if proposal["value"] not in self.layers:
            raise unknown("convolution layer", proposal["value"], self.layers)
        return proposal["value"]


class FilterExplorer(LayerExplorer):
    """An explorer of one filter of one convolution layer."""

    filter = Int(0)

    def __init__(
        self, model: keras.Model, controls: list[widgets.Widget], watched: tuple[str, ...] = ()
    ) -> None:
        self._filters = Number("filter", 0, self.filters - 1)
        self._filters.follow(self, "filter")
        super().__init__(model, [self._filters, *controls], ("filter", *watched))

    @property
    def filters(self) -> int:
        """How many filters the layer has."""
        return find_layer(self.model, self.layer).output.shape[-1]

    @validate("filter")
    def _known_filter(self, proposal: dict) -> int:
        check_index("filter", proposal["value"], self.filters)
        return proposal["value"]

    @observe("layer")
    def _fit_filters(self, _) -> None:
        with self.quietly():
            self.filter = min(self.filter, self.filters - 1)
            if hasattr(self, "_filters"):
                self._filters.limit(self.filters - 1)

    @property
    def place(self) -> str:
        """Name the filter: layer, number, and how many there are."""
        return f"{self.layer}, filter {self.filter} of {self.filters}"
