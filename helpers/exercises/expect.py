"""Small tests of an answer that checks are put together from; each raises ``Mistake``."""

from collections.abc import Callable, Iterable

import numpy as np

from helpers.exercises.checks import Mistake

Classic = Iterable[tuple[object, str]]  # wrong values that learners get, and why


def array(answer: object, shape: tuple[int | None, ...] | None = None) -> np.ndarray:
    """Return an answer as float64; lists, tensors and arrays of any number type are welcome.

    Args:
        shape: what it must be; ``None`` in it stands for any length.
    """
    try:
        found = np.asarray(answer, np.float64)
    except (TypeError, ValueError):
        kind = type(answer).__name__
        raise Mistake(f"Your answer is of type {kind}; it should be numbers.") from None
    if shape is not None:
        words = " x ".join("any" if n is None else str(n) for n in shape) or "a single number"
        if found.ndim != len(shape):
            raise Mistake(
                f"Your answer has {found.ndim} axes, shape {found.shape}; it should have "
                f"{len(shape)}: {words}."
            )
        if any(n not in (None, m) for n, m in zip(shape, found.shape, strict=True)):
            raise Mistake(f"Your answer has the shape {found.shape}; it should be {words}.")
    if not np.isfinite(found).all():
        raise Mistake("Your answer holds NaN or infinite values: something was divided by zero.")
    return found


def between(found: np.ndarray, low: float, high: float, what: str = "Your answer") -> None:
    """Refuse values outside a range."""
    if found.min() < low or found.max() > high:
        raise Mistake(
            f"{what} runs from {found.min():.3g} to {found.max():.3g}; it should stay within "
            f"{low:g} and {high:g}."
        )


def close(
    answer: object,
    right: object,
    *,
    tolerance: float = 1e-3,
    classic: Classic = (),
    otherwise: str = "Shape and type are right, but not all values are.",
) -> None:
    """Compare numbers or arrays with the right ones, relative to the largest of them.

    Args:
        tolerance: so much of the largest right value may be missing or too much.
        classic: values of mistakes that are often made, each with what to say then.
        otherwise: what to say of any other wrong value.
    """
    right = np.asarray(right, np.float64)
    found, slack = array(answer, right.shape), tolerance * max(np.abs(right).max(), 1e-12)
    if np.abs(found - right).max() <= slack:
        return
    for wrong, words in classic:
        wrong = np.asarray(wrong, np.float64)
        if wrong.shape == found.shape and np.abs(found - wrong).max() <= slack:
            raise Mistake(words)
    raise Mistake(otherwise)


def name(answer: object, right: str | Iterable[str], valid: Iterable[str], classic: Classic = ()):
    """Compare a name with the right one, or several; capitals and spaces do not count.

    Args:
        valid: all names that make sense; others are listed to the learner.
    """
    if not isinstance(answer, str):
        raise Mistake(f"Your answer is of type {type(answer).__name__}; it should be a name.")
    given = answer.strip().lower()
    rights = [right] if isinstance(right, str) else list(right)
    if given in [one.lower() for one in rights]:
        return
    if given not in [one.lower() for one in valid]:
        raise Mistake(f"There is no {answer!r} here. Choose one of: {', '.join(valid)}.")
    for wrong, words in classic:
        if given == str(wrong).lower():
            raise Mistake(words)
    raise Mistake(f"It is not {answer!r}.")


def call(answer: object, *args: object) -> object:
    """Call a learner's function, and say in plain words when it does not return something."""
    if not isinstance(answer, Callable):
        kind = type(answer).__name__
        raise Mistake(f"Your answer is of type {kind}; give the function itself, without ().")
    try:
        result = answer(*args)
    except Exception as fault:
        raise Mistake(f"Your function stops with {type(fault).__name__}: {fault}") from None
    if result is None or result is ...:
        raise Mistake("Your function returns nothing: end it with return and a value.")
    return result
