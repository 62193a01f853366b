"""Where a test is passed, undecided or failed.

The limits lie between nets that are known to be good and nets that were spoilt on purpose; what
falls between them is undecided. TABLE
"""

PASSED, UNDECIDED, FAILED, UNKNOWN = "passed", "undecided", "failed", "no answer"
ABOUT_NET, ABOUT_MAPS = "the net", "the heatmaps"
TIMES = (3, 6)  # failed below the first, passed from the second on
KEPT = (0.55, 0.75)
BETTER = (0.0, 0.1)  # than the best blind map
LIKE = (0.5, 0.25)  # failed above the first, passed up to the second
WINS = (0.55, 0.4)  # failed above the first, passed up to the second
RECEIVERS = 3  # photos that a patch must have been put into before the net is accused


def state_of(value: float, limits: tuple[float, float]) -> str:
    """Read a value against limits, of which the better one comes second."""
    failed, passed = limits
    sign = 1 if passed > failed else -1
    if sign * value >= sign * passed:
        return PASSED
    return FAILED if sign * value < sign * failed else UNDECIDED
