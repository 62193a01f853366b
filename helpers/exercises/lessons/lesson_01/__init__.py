"""Exercises of lesson 01: a kernel that moves, a head without places, a net that may abstain."""
