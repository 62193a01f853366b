"""Checks of lesson 02: light maps from kernels, an edge kernel, a convolution by hand."""

from helpers.exercises.lesson_02 import convolution, left_edge, lightest_filters

__all__ = ["convolution", "left_edge", "lightest_filters"]
