"""Exercise 04.1: filters whose tiles stay noise."""

from functools import cache

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_04.data import TILES, before_relu, noise_picture

COLUMNS = 8
ON_THE_EDGE = 0.01  # of the usual size: a computer with shorter numbers may see it otherwise


@cache
def _silent(layer: str) -> tuple[set[int], set[int]]:
    """Tiles that stay noise for sure, and those that may."""
    largest = before_relu(noise_picture(0)[None], layer)[..., :TILES].max(axis=(0, 1, 2))
    slack = ON_THE_EDGE * np.median(np.abs(largest))
    return set(np.flatnonzero(largest < -slack)), set(np.flatnonzero(largest < slack))


def _fits(tiles: set[int], layer: str) -> bool:
    surely, perhaps = _silent(layer)
    return surely <= tiles <= perhaps


def _numbers(answer: object) -> set[int]:
    numbers = expect.array(sorted(answer) if isinstance(answer, set | frozenset) else answer)
    if not numbers.ndim:
        raise Mistake("This is a single number. Give the numbers of all tiles of noise, a list.")
    if numbers.ndim == 2 and numbers.shape[1] == 2 and len(numbers) > 1:
        raise Mistake("These are pairs. Give one number for each tile: 8 * row + column.")
    if numbers.shape == (TILES,) and set(numbers) <= {0, 1}:
        numbers = np.flatnonzero(numbers).astype(np.float64)
    if numbers.ndim != 1 or not numbers.size:
        raise Mistake("Give a list of tile numbers, from 0 to 63; it is not empty.")
    if not all(number.is_integer() and 0 <= number <= TILES for number in numbers):
        raise Mistake("Tile numbers are whole and run from 0, top left, to 63, bottom right.")
    return {int(number) for number in numbers}


@exercise(
    "04.1",
    "A tile is pure noise if its activation was 0 before the first step and after each step.",
    "grids['block4_conv1'].activations has a row for each step and a column for each filter.",
    "Write np.flatnonzero(grids['block4_conv1'].activations.max(axis=0) == 0).",
)
def _tiles_of_noise(answer: object) -> None:
    tiles, layer = _numbers(answer), "block4_conv1"
    if _fits(tiles, layer):
        return
    if _fits({number - 1 for number in tiles}, layer):
        raise Mistake("You counted from 1. The tile at the top left is number 0.")
    if _fits({number % COLUMNS * COLUMNS + number // COLUMNS for number in tiles}, layer):
        raise Mistake("You counted column by column. Count row by row.")
    for other in ("block1_conv1", "block2_conv1", "block3_conv1"):
        if _fits(tiles, other):
            raise Mistake(f"These are the tiles of {other}; the exercise asks for {layer}.")
    if _fits(set(range(TILES)) - tiles, layer):
        raise Mistake("These are all the tiles that did grow. Give the others.")
    surely, perhaps = _silent(layer)
    if grown := tiles - perhaps:
        raise Mistake(
            f"Tile {min(grown)} has grown, at least in a corner: its activation is above 0."
        )
    raise Mistake(f"All these are noise, but there are more: {len(surely - tiles)} missing.")
