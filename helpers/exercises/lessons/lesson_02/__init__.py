"""Exercises of lesson 02: maps foreseen from kernels, an edge kernel, a convolution by hand."""
