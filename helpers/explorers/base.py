"""What all explorers share: live pictures with a caption, and changes that never queue up."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import ipywidgets as widgets
from IPython import get_ipython
from traitlets import Any, Unicode, observe

from helpers.explorers.controls import all_parts
from helpers.explorers.sheet import Sheet
from helpers.images import encode_jpeg, read_photo
from helpers.plots import Picture

PAUSE = 0.02  # seconds in which moves of a slider are gathered before the last one is computed


def moved_on_screen() -> bool:
    """Say whether this runs because a control was moved in a browser, not because of a cell."""
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return parent.get("header", {}).get("msg_type") == "comm_msg"


def column(name: str, children: list[widgets.Widget]) -> widgets.VBox:
    """Set widgets one below the other in a box of a class that the style sheet knows."""
    box = widgets.VBox(children)
    box.add_class(name)
    return box


class Explorer(widgets.Box):
    """Controls at the left, pictures and their caption at the right; subclasses say what to draw.

    ``picture``: bytes of a PNG of what is shown now. ``caption``: the text. ``fault``: the
    exception that the last change ended in, or ``None``. ``message``: what the learner was told
    about it.
    """

    caption = Unicode()
    message = Unicode()
    fault = Any(None, allow_none=True)

    def __init__(self, controls: list[widgets.Widget], watched: tuple[str, ...]) -> None:
        self._quiet = False
        self._timer: asyncio.TimerHandle | None = None
        self._sheet: Sheet | None = None
        self._png = b""
        self._view, self._note = widgets.HTML(), widgets.HTML()
        view = column("cnn-view", [self._view, self._note])
        super().__init__([column("cnn-controls", controls), view])
        self.add_class("cnn-explorer")
        self.observe(self._on_change, list(watched))
        self.redraw()

    def draw(self) -> Sheet:
        """Return what the traits ask for."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw what the traits ask for; an error becomes a message, the controls stay alive."""
        self._timer, self.fault, self.message = None, None, ""
        try:
            self.show(self.draw())
        except Exception as fault:
            self.fault = fault
            self.message = f"This setting cannot be shown: {fault}"

    def show(self, sheet: Sheet) -> None:
        """Put pictures and their caption on the screen."""
        self._sheet, self._png = sheet, b""
        self._view.value, self.caption = sheet.html, sheet.caption

    @property
    def picture(self) -> bytes:
        """The bytes of a PNG file of what is shown now, made when it is asked for."""
        if self._sheet is not None and not self._png:
            self._png = self._sheet.png
        return self._png

    def set(self, **traits: object) -> None:
        """Change several traits at once, and draw once.

        Raises:
            ValueError: a value that does not exist.
        """
        with self.quietly():
            for name, value in traits.items():
                setattr(self, name, value)
        self.redraw()

    def figure(self, caption: str = "") -> Picture:
        """Return what is shown now as a static figure, small enough to be stored.

        Args:
            caption: one sentence that stands under it and says what to look at.
        """
        picture = read_photo(self.picture)
        return Picture(encode_jpeg(picture), self.caption, caption)

    def close(self) -> None:
        """Take the explorer off the screen, and give back its memory and that of its controls."""
        if self.comm is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        for part in all_parts(self):
            part.close()
        super().close()

    @observe("message")
    def _show_message(self, change: dict) -> None:
        text = escape(change["new"])
        self._note.value = f'<p class="cnn-alert" role="alert">{text}</p>' if text else ""

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
