"""Checks of lesson 04: tiles that stay noise, three seeds, one position instead of the mean."""

from helpers.exercises.lesson_04 import one_position, three_seeds, tiles_of_noise

__all__ = ["one_position", "three_seeds", "tiles_of_noise"]
