"""Exercises of lesson 00: the shape of a data set, a slider, a grey picture."""
