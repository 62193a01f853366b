"""What a check says of an answer."""

from dataclasses import dataclass
from html import escape

from helpers.figures import Picture

HEADS = {True: "Right.", False: "Not yet.", None: "No answer yet."}


@dataclass(frozen=True, repr=False)
class Verdict:
    """What ``check`` says. ``passed`` is ``None`` for an exercise without an answer yet.

    A notebook shows the picture, if there is one, under the sentence.
    """

    exercise: str
    passed: bool | None
    message: str
    picture: Picture | None = None

    def __bool__(self) -> bool:
        return self.passed is True

    def __repr__(self) -> str:
        return f"{HEADS[self.passed]} {self.message}".strip()

    def _repr_html_(self) -> str:
        text = f"<p role='status'><b>{HEADS[self.passed]}</b> {escape(self.message)}</p>"
        return text + (self.picture.html if self.picture else "")
