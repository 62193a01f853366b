"""Call a learner's function that takes a gradient, and explain a gradient that is None."""

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, Slip


def call(answer: object, *args: object, start: str, advice: str) -> object:
    """Call as ``expect.call`` does; a gradient that is None is explained.

    ``start`` names what the gradient is taken by, and ``advice`` says what to do.
    """
    try:
        return expect.call(answer, *args)
    except Slip:
        raise
    except Mistake as mistake:
        if "None" not in str(mistake):
            raise
        raise Mistake(
            f"{mistake} A gradient is None when the tape has not seen how the score comes from "
            f"{start}.",
            advice,
        ) from None
