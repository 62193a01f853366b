"""Exercises of lesson 07: a colour map that lies, how far one throw scatters, focus of a map."""
