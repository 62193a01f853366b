"""Exercises of lesson 07: a fair peak, how far one throw scatters, a secret found without a map."""
