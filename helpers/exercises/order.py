"""An order of options that gives nothing away and is the same on every machine."""

from collections.abc import Iterable, Sequence
from hashlib import sha256


def mixed(question: str, options: Iterable[str]) -> Sequence[str]:
    """Mix options; the order depends on nothing but the question and the options.

    >>> mixed("How many?", ["few", "some", "many"])
    ['some', 'many', 'few']
    """
    return sorted(options, key=lambda option: sha256(f"{question}\n{option}".encode()).digest())
