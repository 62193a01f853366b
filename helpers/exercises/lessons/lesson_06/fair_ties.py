"""Exercise 06.1: the pointing game, with ties counted fairly."""

import numpy as np

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise

FIRST = Mistake(
    "You take the first of the hottest places, as argmax does. They share the verdict.",
    "heat == heat.max() marks all hottest places of one map. What share of them is inside?",
)


def _trials() -> list[tuple[np.ndarray, np.ndarray]]:
    """Maps with many ties, masks of which the hottest places are partly inside; one empty map."""
    rng = np.random.default_rng(11)
    coarse = rng.integers(0, 3, (6, 4, 5)).astype(np.float32)
    coarse[5] = 0
    fine = rng.random((4, 3, 3), np.float32).repeat(4, axis=1).repeat(4, axis=2)
    return [(coarse, rng.random((6, 4, 5)) > 0.4), (fine, rng.random((4, 12, 12)) > 0.7)]


def _shares(heats: np.ndarray, masks: np.ndarray) -> np.ndarray:
    hottest = heats == heats.max(axis=(1, 2), keepdims=True)
    return (hottest & masks).sum(axis=(1, 2)) / hottest.sum(axis=(1, 2))


def _mistakes(heats: np.ndarray, masks: np.ndarray) -> list[tuple[np.ndarray, str | Mistake]]:
    flat, inside = heats.reshape(len(heats), -1), masks.reshape(len(masks), -1)
    hottest = flat == flat.max(axis=1, keepdims=True)
    rows, total = np.arange(len(flat)), np.maximum(flat.sum(axis=1), 1e-12)
    last = flat.shape[1] - 1 - flat[:, ::-1].argmax(axis=1)
    right = _shares(heats, masks)
    all_at_once = heats == heats.max()
    return [
        (inside[rows, flat.argmax(axis=1)], FIRST),
        (inside[rows, last], "You take the last of the hottest places. They share the verdict."),
        (1 - right, "This is the share outside."),
        (
            (hottest & inside).any(axis=1),
            "One hottest place inside is not a full hit. Take shares.",
        ),
        (
            (hottest & inside).sum(axis=1),
            "These are counts. Divide by the number of hottest places.",
        ),
        (right > 0.5, "You round. Give the share itself, such as 0.25."),
        (
            (hottest & inside).sum(axis=1) / np.maximum(inside.sum(axis=1), 1),
            "You divide by the places of the mask. Divide by the hottest places.",
        ),
        (
            (flat * inside).sum(axis=1) / total,
            "This is the share of all heat that is inside. Only the hottest places count here.",
        ),
        (
            inside.mean(axis=1),
            "This is the share of the mask, the chance of a place drawn at random.",
        ),
        (
            (all_at_once & masks).sum(axis=(1, 2)) / np.maximum(all_at_once.sum(axis=(1, 2)), 1),
            "Each map has a maximum of its own: heats.max(axis=(1, 2)).",
        ),
        (np.full(len(flat), right.mean()), "This is the mean over the maps, for each of them."),
    ]


@exercise(
    "06.1",
    "Which places of a map are equal to its maximum? What share of them does the mask hold?",
    "heats.max(axis=(1, 2), keepdims=True) keeps the axes, so that == compares map by map.",
)
def _fair_ties(answer: object) -> None:
    for heats, masks in _trials():
        returned = expect.call(answer, heats.copy(), masks.copy())
        wrong = {
            (): "This is a single number. Give one for each map.",
            heats.shape: "This is a map for each map. Give one number for each.",
        }
        expect.close(
            expect.array(returned, (len(heats),), wrong),
            _shares(heats, masks),
            mistakes=_mistakes(heats, masks),
            otherwise="One number a map, but not all are right. A map of zeros ties everywhere.",
        )
