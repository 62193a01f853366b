"""Exercise 08.2: a heatmap for every label that a net gives."""

import numpy as np

from helpers.cam import grad_cam
from helpers.classes import probabilities
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, Slip, exercise
from helpers.exercises.lessons.lesson_08 import data


def trial(seed: int):
    """A net with several labels, an image (1, 12, 12, 3), and the labels above one half."""
    net = data.label_net(seed)
    image = np.random.default_rng(seed).random((1, 12, 12, 3), np.float32)
    return net, image, np.flatnonzero(probabilities(net, image)[0] > 0.5).tolist()


def _check_keys(given: dict, right: list[int], shares: np.ndarray) -> None:
    keys = sorted(given)
    if keys == right:
        return
    if keys == [int(shares.argmax())]:
        raise Mistake("This is only the strongest label. Behind sigmoids several can be true.")
    if len(keys) == len(shares):
        raise Mistake("You draw a map for every label, also for those that the net denies.")
    if keys == sorted(set(range(len(shares))) - set(right)):
        raise Mistake("These are the labels that the net denies: below one half.")
    raise Mistake(f"The labels above one half are {right}, and yours are {keys}.")


@exercise(
    "08.2",
    "The labels do not compete, so each has a probability of its own. Which are above one half?",
    "np.flatnonzero(probabilities(model, image)[0] > 0.5) gives their numbers.",
    "grad_cam takes one label at a time as class_index and returns (1, h, w): take its first map.",
)
def _every_label(answer: object) -> None:
    for seed in TRIALS:
        net, image, right = trial(seed)
        given = expect.call(answer, net, image.copy())
        if not isinstance(given, dict):
            raise expect.wrong_type(given, "it should be a dict from labels to heatmaps.")
        if any(isinstance(key, str) for key in given):
            raise Slip("The keys are numbers of labels, not their names.")
        numbers = {int(key): value for key, value in given.items()}
        _check_keys(numbers, right, probabilities(net, image)[0])
        for label in right:
            (expected,) = grad_cam(net, image, label)
            shapes = {(1, 10, 10): "Each map has an axis of length 1 left over: take [0]."}
            heatmap = expect.array(numbers[label], expected.shape, shapes)
            others = [
                (
                    grad_cam(net, image, other)[0],
                    "This is the map of another label: pass class_index.",
                )
                for other in right
                if other != label
            ]
            stretched = expected / max(expected.max(), 1e-12)
            message = "This is stretched to 0 to 1. Return the raw map."
            expect.close(heatmap, expected, mistakes=[*others, (stretched, message)])


TRIALS = (3, 5)
