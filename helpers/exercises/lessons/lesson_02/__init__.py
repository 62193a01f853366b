"""Exercises of lesson 02: light maps from kernels, an edge kernel, a convolution by hand."""
