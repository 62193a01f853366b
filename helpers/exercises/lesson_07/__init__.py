"""Checks of lesson 07: a colour map that lies, how far one throw scatters, focus of a map."""

from helpers.exercises.lesson_07 import brightness, focus, scatter

__all__ = ["brightness", "focus", "scatter"]
