"""Checks of lesson 03: sparsity of VGG16's convolutions, fair detail, an untrained copy."""

from helpers.exercises.lesson_03 import fair_detail, sparsest, untrained

__all__ = ["fair_detail", "sparsest", "untrained"]
