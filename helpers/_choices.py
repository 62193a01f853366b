"""One way to say that a name does not exist."""

from collections.abc import Iterable
from difflib import get_close_matches
from math import nan
from numbers import Real

MOST = 40  # names in a message


def unknown(kind: str, given: object, valid: Iterable[object]) -> ValueError:
    """Make the error for a name that is not among the valid ones, nearest first.

    >>> unknown("layer", "conv9", ["conv1", "conv2", "dense"])
    ValueError("unknown layer 'conv9'; did you mean 'conv2' or 'conv1'? Valid: conv1, conv2, dense")
    """
    names = [str(name) for name in valid]
    near = get_close_matches(str(given), names, n=2, cutoff=0.5)
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else "."
    listed = names if len(names) <= MOST else [*names[:MOST], f"and {len(names) - MOST} more"]
    return ValueError(f"unknown {kind} {given!r}{hint} Valid: {', '.join(listed)}")


def check_index(kind: str, given: object, count: int) -> int:
    """Return a whole number from 0 to ``count - 1``, of whatever numeric type it was given.

    Raises:
        ValueError: another number, or no number; the message names the nearest that exists.

    >>> check_index("filter", 3.0, 8)
    3
    """
    number = float(given) if isinstance(given, Real) and not isinstance(given, bool) else nan
    if not number.is_integer():
        raise ValueError(f"a {kind} is chosen by a whole number, not by {given!r}")
    if not 0 <= number < count:
        nearest = min(max(int(number), 0), count - 1)
        raise ValueError(
            f"{kind} {given} does not exist: choose 0 to {count - 1}, the nearest is {nearest}"
        )
    return int(number)
