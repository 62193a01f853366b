"""Right and wrong answers to every exercise, and the right answers of every quiz, computed."""

from typing import NamedTuple


class Cases(NamedTuple):
    """Answers to one exercise: all ``right`` pass; each ``wrong`` comes with words of its reply."""

    right: list
    wrong: list[tuple[object, str]]
