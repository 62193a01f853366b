"""Exercises of lesson 06: ties counted fairly, positive gradients only, what is enough."""
