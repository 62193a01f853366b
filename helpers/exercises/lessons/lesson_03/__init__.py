"""Exercises of lesson 03: silent channels, a covered place and its control, learned sparsity."""
