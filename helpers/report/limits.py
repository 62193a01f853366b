"""Where a test is passed, undecided or failed.

The limits lie between nets that are known to be good and nets that were spoilt on purpose, each
asked with four to eight photos; what falls between the limits is undecided.

    net                                           times  kept  patch minus control  dice
    fashion_cnn, three sets of photos             1000   0.80 to 1.00  0.2 at most  -0.1
    deep_fashion_cnn, three sets                  1000   0.83 to 0.96  0.2 at most   0.1
    photo_cnn                                      900   1.00   0.25                 0.0
    EfficientNet-Lite0                            1000   1.00   0.0                  0.1
    VGG16 with the album head                      VGGROW
    fashion_cnn, untrained                           2   0.90   0.3                  0.6
    deep_fashion_cnn, untrained                      1   0.93   0.85                 0.2
    random labels, photos it has not seen           33   0.43   0.6                  0.1
    random labels, photos learned by heart         140   0.78   0.2                  0.0
    cheats: square, bar and column (fashion_cnn) large   0.93 to 1.00  0.75 to 1.0  -0.1
    cheat: cross                                  large   0.97  0.6                 -0.1
    three stranger's nets                         large   1.00  1.0                  0.0

So an untrained net is known by the first number, random labels by the second, and a mark by the
third. A net that is shown the very photos that it has learned by heart stays undecided.
"""

PASSED, UNDECIDED, FAILED, UNKNOWN = "passed", "undecided", "failed", "no answer"
ABOUT_NET, ABOUT_MAPS = "the net", "the heatmaps"
TIMES = (3, 6)  # failed below the first, passed from the second on
KEPT = (0.6, 0.85)
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
