"""Learning curves that grow while a net is trained."""

from IPython.display import DisplayHandle, display

from helpers._keras import keras
from helpers.figures import Picture
from helpers.plots.curves import show_training

BAR = 30  # characters
UPDATES = 20  # of the bar in each epoch


class LiveCurves(keras.callbacks.Callback):
    """A Keras callback: a bar that fills in each epoch, and curves that are drawn after it.

    Args:
        name: of the run, for the legend.
        caption: as in ``show_images``.

    Attributes:
        history: the curves so far, as ``show_training`` takes them.
        picture: the figure as it was drawn last.

    >>> LiveCurves("my net", caption="It learns.").history
    {}
    """

    def __init__(self, name: str = "your net", *, caption: str) -> None:
        super().__init__()
        self.name, self.caption = name, caption
        self.history: dict[str, list[float]] = {}
        self.picture: Picture | None = None
        self._epoch = 0

    def _text(self, done: int) -> dict[str, str]:
        """Say how far the epoch is."""
        steps = max(self.params.get("steps") or 1, 1)
        filled = min(BAR * done // steps, BAR)
        bar = "█" * filled + "░" * (BAR - filled)
        return {"text/plain": f"epoch {self._epoch} of {self.params['epochs']}  {bar}"}

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Begin with an empty bar and without curves."""
        self.history, self.picture, self._epoch = {}, None, 1
        self._bar: DisplayHandle = display(self._text(0), raw=True, display_id=True)
        self._figure: DisplayHandle | None = None

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Empty the bar."""
        self._epoch = epoch + 1
        self._bar.update(self._text(0), raw=True)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Fill the bar a little."""
        done = batch + 1
        if done % max((self.params.get("steps") or 1) // UPDATES, 1) == 0:
            self._bar.update(self._text(done), raw=True)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Draw the curves with one more epoch."""
        for measure, value in (logs or {}).items():
            self.history.setdefault(measure, []).append(float(value))
        self._bar.update(self._text(self.params.get("steps") or 1), raw=True)
        self.picture = show_training({self.name: self.history}, caption=self.caption)
        if self._figure:
            self._figure.update(self.picture)
        else:
            self._figure = display(self.picture, display_id=True)
