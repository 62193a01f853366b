"""Exercises of lesson 04: tiles that stay noise, three seeds, one position instead of the mean."""
