"""Exercises of lesson 02: red maps from kernels, an edge kernel, a convolution by hand."""
