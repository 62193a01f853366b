"""Patterns that filters respond to most strongly, grown by gradient ascent."""

from helpers.patterns.ascent import Ascent, gradient_ascent, to_pictures
from helpers.patterns.regularizers import blur, total_variation, zoom

__all__ = ["Ascent", "blur", "gradient_ascent", "to_pictures", "total_variation", "zoom"]
