"""Put heatmaps on trial: do they depend on the weights, and do they find what matters?"""

from helpers.trust.controls import edge_strength
from helpers.trust.curves import deletion_curve, insertion_curve
from helpers.trust.intervals import Mean, mean_interval
from helpers.trust.pointing import Pointing, pointing_game
from helpers.trust.randomization import randomize_from
from helpers.trust.similarity import similarity

__all__ = [
    "Mean",
    "Pointing",
    "deletion_curve",
    "edge_strength",
    "insertion_curve",
    "mean_interval",
    "pointing_game",
    "randomize_from",
    "similarity",
]
