"""One way to say that a name does not exist."""

from collections.abc import Iterable
from difflib import get_close_matches


def unknown(kind: str, given: object, valid: Iterable[object]) -> ValueError:
    """Make the error for a name that is not among the valid ones, nearest first.

    >>> unknown("layer", "conv9", ["conv1", "conv2", "dense"])
    ValueError("unknown layer 'conv9'; did you mean 'conv2' or 'conv1'? Valid: conv1, conv2, dense")
    """
    names = [str(name) for name in valid]
    near = get_close_matches(str(given), names, n=2, cutoff=0.5)
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else "."
    return ValueError(f"unknown {kind} {given!r}{hint} Valid: {', '.join(names)}")


def check_index(kind: str, given: int, count: int) -> None:
    """Raise ``ValueError`` unless ``given`` is an integer from 0 to ``count - 1``."""
    if not 0 <= given < count:
        nearest = min(max(given, 0), count - 1)
        raise ValueError(
            f"{kind} {given} does not exist: choose 0 to {count - 1}, the nearest is {nearest}"
        )
