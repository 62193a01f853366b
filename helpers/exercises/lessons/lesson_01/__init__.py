"""Exercises of lesson 01: reading a confusion matrix, another head, a net that may abstain."""
