"""Exercises of lesson 06: places nobody reads, positive gradients only, falls by tiles."""
