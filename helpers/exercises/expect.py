"""Small tests of an answer that checks are put together from; each raises ``Mistake``."""

from collections.abc import Callable, Collection, Iterable, Mapping
from inspect import unwrap
from traceback import extract_tb

import numpy as np

from helpers.exercises.checks import Mistake, Slip
from helpers.figures import Picture

Shape = tuple[int | None, ...]
Mistakes = Iterable[tuple[object, str | Mistake]]  # wrong values of learners, and what to say then


def wrong_type(answer: object, advice: str) -> Slip:
    """Make the ``Slip`` of an answer of a wrong type."""
    return Slip(f"Your answer is of type {type(answer).__name__}; {advice}")


def _check_shape(shape: tuple[int, ...], wanted: Shape) -> None:
    words = " x ".join("any" if n is None else str(n) for n in wanted) or "a single number"
    if len(shape) != len(wanted):
        raise Slip(
            f"Your answer has {len(shape)} axes, shape {shape}; it should have "
            f"{len(wanted)}: {words}."
        )
    if any(n not in (None, m) for n, m in zip(wanted, shape, strict=True)):
        raise Slip(f"Your answer has the shape {shape}; it should be {words}.")


def array(
    answer: object, shape: Shape | None = None, mistakes: Mapping[tuple, str] | None = None
) -> np.ndarray:
    """Return an answer as float64; lists, tensors and arrays of any number type are welcome.

    Args:
        shape: what it must be; ``None`` in it stands for any length.
        mistakes: wrong shapes that learners get, and what to say then.
    """
    try:
        given = np.asarray(answer)
        values = given.astype(np.float64)
    except (TypeError, ValueError):
        raise wrong_type(answer, "it should be numbers.") from None
    if given.dtype.kind in "US":
        raise wrong_type(answer, "it should be numbers, not text.")
    if shape is not None and values.shape != shape:
        if mistakes and values.shape in mistakes:
            raise Slip(mistakes[values.shape])
        _check_shape(values.shape, shape)
    if not np.isfinite(values).all():
        raise Mistake("Your answer holds NaN or infinite values: something was divided by zero.")
    return values


def as_mistake(message: str | Mistake) -> Mistake:
    """Make a ``Mistake`` of a sentence; one that is made already stays as it is."""
    return message if isinstance(message, Mistake) else Mistake(message)


def between(values: np.ndarray, low: float, high: float, what: str = "Your answer") -> None:
    """Refuse values outside a range."""
    if values.min() < low or values.max() > high:
        raise Mistake(
            f"{what} runs from {values.min():.3g} to {values.max():.3g}; it should stay within "
            f"{low:g} and {high:g}."
        )


def close(
    answer: object,
    right: object,
    *,
    tolerance: float = 1e-3,
    mistakes: Mistakes = (),
    otherwise: str = "Shape and type are right, but not all values are.",
    draw: Callable[[np.ndarray, np.ndarray], Picture] | None = None,
) -> None:
    """Compare numbers or arrays with the right ones, relative to the largest of them.

    Args:
        tolerance: so much of the largest right value may be missing or too much.
        mistakes: wrong values that learners get, and what to say then.
        otherwise: what to say of any other wrong value.
        draw: how to show the wrong answer beside the right one.
    """
    right = np.asarray(right, np.float64)
    values, slack = array(answer, right.shape), tolerance * max(np.abs(right).max(), 1e-12)
    if np.abs(values - right).max() <= slack:
        return
    mistake = as_mistake(otherwise)
    for value, message in mistakes:
        wrong = np.asarray(value, np.float64)
        if wrong.shape == values.shape and np.abs(values - wrong).max() <= slack:
            mistake = as_mistake(message)
            break
    mistake.picture = draw(values, right) if draw else None
    raise mistake


def one_of(answer: object, valid: Collection[str]) -> str:
    """Return a name in small letters; others than the valid ones are refused."""
    if not isinstance(answer, str):
        raise wrong_type(answer, "it should be a name.")
    word = answer.strip().lower()
    if word not in map(str.lower, valid):
        raise Slip(f"There is no {answer!r} here. Choose one of: {', '.join(valid)}.")
    return word


def name(answer: object, right: str, valid: Collection[str], mistakes: Mistakes = ()) -> None:
    """Compare a name with the right one; capitals and spaces do not count.

    Args:
        valid: all names that make sense; others are listed to the learner.
        mistakes: wrong names that learners give, and what to say then.
    """
    word = one_of(answer, valid)
    if word == right.lower():
        return
    for wrong, message in mistakes:
        if word == str(wrong).lower():
            raise as_mistake(message)
    raise Mistake(f"It is not {answer!r}.")


def _failing_line(function: Callable, error: BaseException) -> str:
    """Name and quote the line of a function's cell or file that an exception passed last."""
    code = getattr(unwrap(function), "__code__", None)
    passed = extract_tb(error.__traceback__)
    own = [frame for frame in passed if code and frame.filename == code.co_filename]
    return f" It is line {own[-1].lineno} of its cell, “{own[-1].line}”." if own else ""


def call(answer: object, *args: object) -> object:
    """Call a learner's function, and say in plain words when it does not return something."""
    if not callable(answer):
        raise wrong_type(answer, "give the function itself, without ().")
    try:
        result = answer(*args)
    except (Exception, SystemExit) as error:
        says = f"{type(error).__name__}: {str(error).rstrip('.')}."
        line = _failing_line(answer, error)
        raise Mistake(f"Your function stops with {says}{line}") from None
    if result is None or result is ...:
        raise Slip("Your function returns nothing: end it with return and a value.")
    return result
