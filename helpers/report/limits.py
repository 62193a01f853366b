"""Where a test is passed, undecided or failed.

The limits lie between nets that are known to be good and nets that were spoilt on purpose, each
asked with four to eight photos; what falls between the limits is undecided.

    net                                        times   kept  patch - control  dice
    fashion_cnn, four sets of photos           14 up   0.80 up    0.25         0.0
    deep_fashion_cnn                           1000    0.95       0.0          0.1
    photo_cnn                                  880     1.00       0.0          0.0
    EfficientNet-Lite0                         930     1.00       0.0          0.1
    VGG16 with the album head                  940     1.00       not tried    not tried
    three stranger's nets, photos without mark 600 up  0.88 up    0.44         0.0
    the same, photos with the mark             800 up  0.80 up    1.0          0.0
    fashion_cnn with each of five marks        800 up  0.93 up    0.4 to 1.0  -0.1
    fashion_cnn, untrained                     2       0.90       0.33         0.6
    deep_fashion_cnn, untrained                1       0.85       0.75         0.4
    random labels, new photos                  33      0.43       0.56         0.1
    random labels, photos learned by heart     140     0.78       0.2          0.0

(Of the patches the largest is given; with a mark it is above 0.55 in 8 of 11 trials.) So an
untrained net is known by the first number, random labels by the second, and a mark by the third.
A net that is shown the very photos that it has learned by heart stays undecided.
"""

PASSED, UNDECIDED, FAILED, UNKNOWN = "passed", "undecided", "failed", "no answer"
ABOUT_NET, ABOUT_MAPS = "the net", "the heatmaps"
TIMES = (3, 6)  # failed below the first, passed from the second on
KEPT = (0.6, 0.85)
BETTER = (0.0, 0.1)  # than the best blind map
LIKE = (0.5, 0.25)  # failed above the first, passed up to the second
WINS = (0.55, 0.3)  # failed above the first, passed up to the second
RECEIVERS = 3  # photos that a patch must have been put into before the net is accused


def state_of(value: float, limits: tuple[float, float]) -> str:
    """Read a value against limits, of which the better one comes second."""
    failed, passed = limits
    sign = 1 if passed > failed else -1
    if sign * value >= sign * passed:
        return PASSED
    return FAILED if sign * value < sign * failed else UNDECIDED
