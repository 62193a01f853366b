"""Exercises of lesson 05: a thing without a name, what speaks against a class, CAM by hand."""
