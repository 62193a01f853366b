"""Exercises of lesson 05: what speaks against a class, CAM by hand, a heatmap put to the test."""
