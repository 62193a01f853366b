"""Checks of lesson 06: places nobody reads, positive gradients only, falls by tiles."""

from helpers.exercises.lesson_06 import falls_by_tiles, positive_gradients, unread_places

__all__ = ["falls_by_tiles", "positive_gradients", "unread_places"]
