"""Exercises of lesson 08: preprocessing by experiment, several labels, a patch; the project."""
