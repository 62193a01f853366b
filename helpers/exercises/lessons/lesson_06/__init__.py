"""Exercises of lesson 06: many starts, positive gradients only, what is enough."""
