"""Exercise 02.1: the filters whose maps show the shirt reddest."""

from functools import cache

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_02.data import shirt_and_net


def _first(values: np.ndarray, count: int = 3) -> set[int]:
    return {int(index) for index in np.argsort(-values)[:count]}


@cache
def _reddest() -> tuple[set[int], list[tuple[set[int], str]]]:
    net = shirt_and_net()
    weights, maps, cloth = net["weights"], net["maps"], net["cloth"]
    sums, on_cloth = weights.sum(axis=(0, 1, 2)), maps[cloth].mean(axis=0)
    right = _first(on_cloth)
    mistakes = [
        ({i + 1 for i in right}, "These numbers are all one too large: the first filter is 0."),
        (_first(-on_cloth), "These make the shirt bluest. Red means positive in the map."),
        (
            _first(np.abs(weights).max(axis=(0, 1, 2))),
            "These have the largest single weights. Large weights of both signs cancel out.",
        ),
        (
            _first(np.abs(maps).mean(axis=(0, 1))),
            "These have the strongest maps, red or blue. Keep the sign: red is positive.",
        ),
        (
            _first(np.abs(sums)),
            "You dropped the sign of the sum. A sum far below 0 makes the shirt blue.",
        ),
        (
            _first(maps.mean(axis=(0, 1))),
            "You averaged over the whole map. The background, where only the bias counts, is "
            "most of it; average over the cloth.",
        ),
        (_first(net["biases"]), "These have the largest biases. On cloth the weights count more."),
    ]
    return right, mistakes


@exercise(
    "02.1",
    "Inside the shirt nine nearly equal pixels meet nine weights. What of the weights counts?",
    "A map is about the pixel times the sum of the weights. Which three sums are largest?",
    "np.argsort(weights.sum(axis=(0, 1, 2)))[-3:] names them.",
)
def _three_reddest(answer: object) -> None:
    if isinstance(answer, set | frozenset):
        answer = sorted(answer)
    numbers = expect.array(answer).ravel()
    count = shirt_and_net()["weights"].shape[-1]
    if len(numbers) == 1:
        raise Mistake("This is one number; give a list of three.")
    if len(numbers) == count:
        raise Mistake("This is a number for each filter; give the numbers of three filters.")
    filters = {int(number) for number in numbers if number.is_integer()}
    if len(numbers) != 3 or len(filters) != 3 or not filters <= set(range(count)):
        raise Mistake(f"Give three different whole numbers from 0 to {count - 1}.")
    right, mistakes = _reddest()
    if filters == right:
        return
    for wrong, message in mistakes:
        if filters == wrong:
            raise Mistake(message)
    raise Mistake(f"{len(filters & right)} of your three are among the reddest three.")
