"""The five numbers that a trust report rests on, each with the control that it is read against."""

import math
from typing import NamedTuple
from warnings import catch_warnings

import numpy as np

from helpers._keras.layers import all_layers
from helpers.cam import grad_cam
from helpers.classes import probabilities
from helpers.report.case import GRID, Case, shrunk
from helpers.report.changes import harmless, shuffled, transplanted
from helpers.trust import randomize_from, similarity

PART = 6  # a patch has a sixth of the side: about a thirty-sixth of the picture
TRIED = 3  # of the most important places of a photo
ELSEWHERE = 4  # places of the same photo that weigh less than half of all, as a control
SEEDS = range(2)
LEAST = 1e-3  # a probability below this counts as this
MOST_TIMES = 1 / LEAST  # so no photo makes an answer more times as probable


class Measured(NamedTuple):
    """A number, what it is read against, and the spread of its mean over the photos."""

    value: float
    control: float = math.nan
    spread: float = math.nan


def _mean(values: np.ndarray, control: float = math.nan) -> Measured:
    """Average over photos; the spread is the standard error of the mean."""
    error = values.std(ddof=1) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return Measured(float(values.mean()), control, float(error))


def times_more_probable(case: Case) -> Measured:
    """How many times as probable a photo makes its answer as something else in its place does.

    Three things take its place: its own blocks in another order, its mean colour, and the other
    photos that have another answer. The geometric mean over the photos is taken, and the largest of
    the three counts, because a net may care for textures only, or get photos of one kind.
    """
    flat = np.broadcast_to(case.images.mean(axis=(1, 2), keepdims=True), case.images.shape)
    ways: list[list[np.ndarray]] = [[shuffled(case.images, seed) for seed in SEEDS], [flat]]
    logs = [
        np.mean([_log(case.share_of(case.answers, probabilities(case.model, x))) for x in way])
        for way in ways
    ]
    count = len(case.images)
    pairs = [(a, b) for a in range(count) for b in range(count) if case.says_other(a, b)]
    if pairs:
        one, other = np.transpose(pairs)
        logs.append(_log(case.share_of(case.answers[one], case.shares[other])).mean())
    return Measured(float(np.exp(_log(case.sureness).mean() - min(logs))))


def _log(shares: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(shares, LEAST))


def kept_under_harmless_changes(case: Case) -> Measured:
    """Share of five harmless changes, a step each way and a paler picture, that keep the answer."""
    changed = np.concatenate(harmless(case.images))
    answers = case.says(probabilities(case.model, changed)).reshape(-1, len(case.images))
    return _mean((answers == case.answers).mean(axis=0))


def _blind(case: Case) -> dict[str, np.ndarray]:
    """Maps that lack the net or the photo: the photo's contrast, noise, another photo's map."""
    rng, count = np.random.default_rng(0), len(case.images)
    contrast = np.abs(case.images - case.images.mean(axis=(1, 2), keepdims=True)).mean(axis=-1)
    noise = rng.normal(size=(count, 5, 5)).astype(np.float32)
    maps = {"contrast": shrunk(contrast), "a random smooth map": shrunk(noise)}
    if count > 1:
        maps["another photo's heatmap"] = np.roll(shrunk(case.heatmaps), 1, axis=0)
    return maps


def agreement_with_covering(case: Case) -> Measured:
    """Rank correlation of heatmap and covering; the control is the best of the blind maps."""
    falls = shrunk(case.falls)

    def agrees(maps: np.ndarray) -> np.ndarray:
        return np.array([similarity(*pair) for pair in zip(maps, falls, strict=True)])

    blind = max(float(agrees(maps).mean()) for maps in _blind(case).values())
    return _mean(agrees(shrunk(case.heatmaps)), blind)


def likeness_to_dice(case: Case) -> Measured:
    """Rank correlation of heatmaps with those of copies whose weights are all drawn anew."""
    ours, alike = shrunk(case.heatmaps), []
    first = next(layer for layer in all_layers(case.model) if layer.weights)
    for seed in SEEDS:
        copy = randomize_from(case.model, first, seed=seed)
        with catch_warnings(action="ignore"):  # a map of lots may well be empty
            theirs = shrunk(grad_cam(copy, case.images, case.asked))
        alike.append([similarity(*pair) for pair in zip(ours, theirs, strict=True)])
    return _mean(np.mean(alike, axis=0))


class Patch(NamedTuple):
    """The patch that carries its photo's answer farthest: where, and how often it wins."""

    photo: int
    place: tuple[slice, slice]
    rate: float
    control: float
    receivers: int


def _places(fall: np.ndarray) -> list[tuple[slice, slice]]:
    """Order the places of a patch by how far the logit falls there, farthest first."""
    height, width = (math.ceil(side / PART) for side in fall.shape)
    rows, columns = (
        np.unique(np.linspace(0, side - part, 2 * GRID).astype(int)).tolist()
        for side, part in zip(fall.shape, (height, width), strict=True)
    )
    places = [np.s_[y : y + height, x : x + width] for y in rows for x in columns]
    return sorted(places, key=lambda place: -fall[place].mean())


def _apart(places: list[tuple[slice, slice]]) -> list[tuple[slice, slice]]:
    """Choose the first few places that are at least half a patch away from each other."""
    chosen: list[tuple[slice, slice]] = []
    for place in places:
        half = (place[0].stop - place[0].start) / 2
        near = (max(abs(a.start - b.start) for a, b in zip(place, c, strict=True)) for c in chosen)
        if all(distance >= half for distance in near):
            chosen.append(place)
    return chosen[:TRIED]


def patches(case: Case) -> list[Patch]:
    """Put each photo's most important patches, and four others of it, into photos of other answers.

    Photos without at least two others of another answer are left out.
    """
    rng, tried = np.random.default_rng(0), []
    for number, image in enumerate(case.images):
        others = case.images[case.answers != case.answers[number]]
        if len(others) < 2:
            continue
        places = _places(case.falls_of_answer(number))
        weighty, rest = _apart(places), places[len(places) // 2 :]
        chosen = weighty + [rest[i] for i in rng.choice(len(rest), ELSEWHERE, replace=False)]
        grafted = np.concatenate([transplanted(others, image, place) for place in chosen])
        won = case.says(probabilities(case.model, grafted)) == case.answers[number]
        rates = won.reshape(len(chosen), len(others)).mean(axis=1)
        best, control = int(rates[: len(weighty)].argmax()), float(rates[len(weighty) :].mean())
        tried.append(Patch(number, weighty[best], float(rates[best]), control, len(others)))
    return tried
