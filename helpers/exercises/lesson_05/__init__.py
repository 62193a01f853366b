"""Checks of lesson 05: a thing without a name, what speaks against a class, CAM by hand."""

from helpers.exercises.lesson_05 import against_the_cat, class_activation_map, shirt_name

__all__ = ["against_the_cat", "class_activation_map", "shirt_name"]
