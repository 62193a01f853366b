"""Exercises of lesson 04: two filters at once, one place of a map, whose pattern is it."""
