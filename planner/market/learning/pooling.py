"""One pattern by hour from the events of many shops: what they share, how far shops and years differ, who is unlike.

An event's pattern is the shared one, plus what its shop always is, plus what its year was. Each of the two is a level
and a smooth curve over the hours: ``D = level**2 * 1 1' + curve**2 * K``. An event's counts speak as a normal law by
hour (information and score at the mode), so all but the counts themselves is linear algebra: the shared pattern is its
generalised least squares estimate under the judged prior, the spreads are restricted maximum likelihood by the
minorise-maximise steps of Zhou, Hu, Zhou and Lange (2019), *MM algorithms for variance components models*, held to the
judged spreads as if some events had shown those; how much of them a shop keeps is told by shops with several events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.market.log_multipliers import Belief, Counts, learn_once

__all__ = ["Heard", "Pattern", "Spreads", "pool"]

Floats = NDArray[np.float64]
# The judged spreads count as much as so many events, the judged share that a shop keeps as so many pairs of events.
JUDGED_EVENTS, JUDGED_PAIRS = 5.0, 10.0
# Degrees of freedom of the heavy tail by which a shop unlike the others weighs less.
TAIL = 8.0
PASSES, STEPS = 3, 40


@dataclass(frozen=True, eq=False)
class Heard:
    """One event of one shop, on cells that all shops share.

    Attributes
    ----------
    shop
        Number of the shop.
    cells
        The cell of each slot. [slots]
    kinship
        How the slots' deviations hang together, 1 on the diagonal. [slots x slots]
    counts
        What was counted beside what is expected before the shared pattern comes in; slots as above.
    channel_sd
        Log standard deviation of a channel of its own.
    """

    shop: int
    cells: NDArray[np.intp]
    kinship: Floats
    counts: Counts
    channel_sd: float


@dataclass(frozen=True)
class Spreads:
    """Log standard deviations of one event from what all share, and the share of the variance that a shop keeps."""

    level: float
    curve: float
    lasting: float


@dataclass(frozen=True, eq=False)
class Pattern:
    """What events share, by cell, what they differ by, and how much each shop counted. [cells], [cells x cells]"""

    belief: Belief
    spreads: Spreads
    weights: dict[int, float]
    pairs: int


@dataclass(frozen=True, eq=False)
class _Said:
    """What one event says of its slots: information and score about zero, channels taken out."""

    heard: Heard
    information: Floats
    score: Floats

    def parts(self) -> tuple[Floats, Floats]:
        """Return the covariances of a level and of a curve. [slots x slots], twice"""
        size = len(self.heard.cells)
        return np.ones((size, size)), self.heard.kinship


def pool(prior: Belief, judged: Spreads, events: Sequence[Heard]) -> Pattern:
    """Return what the events together say; the prior and the judged spreads where there are none.

    Parameters
    ----------
    prior
        What is believed of the shared pattern before. [cells]
    judged
        The spreads believed before.
    events
        In any order: the outcome is the same but for rounding.
    """
    pattern = Pattern(prior, judged, {each.shop: 1.0 for each in events}, 0)
    if not events:
        return pattern
    for _ in range(PASSES):
        said = [_hear(each, pattern) for each in events]
        spreads = _spreads(prior, judged, pattern, said)
        weights = _weights(replace(pattern, spreads=spreads), said)
        belief = _shared(prior, replace(pattern, spreads=spreads, weights=weights), said)
        pattern = Pattern(belief, spreads, weights, _pairs(said))
    return pattern


def _hear(heard: Heard, pattern: Pattern) -> _Said:
    """Return what an event's counts say of its slots, about the mode that they and what others share have together."""
    size, channels = heard.counts.exposure.shape
    cov = np.zeros((size + channels, size + channels))
    cov[:size, :size] = pattern.spreads.level**2 + pattern.spreads.curve**2 * heard.kinship + 1e-6 * np.eye(size)
    cov[size:, size:] = heard.channel_sd**2 * np.eye(channels)
    mean = np.r_[pattern.belief.mean[heard.cells], np.zeros(channels)]
    mode = learn_once(Belief(mean, cov), heard.counts)[0]
    precision = np.linalg.inv(cov + 1e-9 * np.eye(len(cov)))
    information = np.linalg.inv(mode.cov) - precision
    score = information @ mode.mean + precision @ (mode.mean - mean)
    # The channels' own levels are taken out under their prior.
    own = information[size:, size:] + np.eye(channels) / heard.channel_sd**2
    gain = np.linalg.solve(own, information[size:, :size]).T
    left = information[:size, :size] - gain @ information[size:, :size]
    return _Said(heard, (left + left.T) / 2, score[:size] - gain @ score[size:])


def _marginal(said: _Said, deviation: Floats, mean: Floats) -> tuple[Floats, Floats]:
    """Return precision of an event about the shared pattern when its own deviation is taken out, and its pull there."""
    size = len(deviation)
    # (I^-1 + D)^-1 without asking that either is regular
    inner = np.linalg.solve(np.eye(size) + said.information @ deviation, np.eye(size))
    precision = inner @ said.information
    return (precision + precision.T) / 2, inner @ (said.score - said.information @ mean)


def _deviation(said: _Said, spreads: Spreads, part: float = 1.0) -> Floats:
    level, curve = said.parts()
    deviation: Floats = part * (spreads.level**2 * level + spreads.curve**2 * curve)
    return deviation


def _by_shop(said: Sequence[_Said]) -> dict[int, list[_Said]]:
    shops: dict[int, list[_Said]] = {}
    for each in said:
        shops.setdefault(each.heard.shop, []).append(each)
    return shops


def _pairs(said: Sequence[_Said]) -> int:
    return sum(len(own) * (len(own) - 1) // 2 for own in _by_shop(said).values())


def _shared(prior: Belief, pattern: Pattern, said: Sequence[_Said]) -> Belief:
    """Return the shared pattern: each shop's events together, less sure by what the shop itself is."""
    size = len(prior.mean)
    inverse = np.linalg.inv(prior.cov + 1e-9 * np.eye(size))
    precision, pull = inverse.copy(), inverse @ prior.mean
    for shop, events in sorted(_by_shop(said).items()):
        total, towards = _shop(events, pattern, size)
        precision += pattern.weights[shop] * total
        pull += pattern.weights[shop] * towards
    cov = np.linalg.inv(precision)
    return Belief(cov @ pull, (cov + cov.T) / 2)


def _shop(events: Sequence[_Said], pattern: Pattern, size: int) -> tuple[Floats, Floats]:
    """Return precision and pull of one shop on the shared pattern. [cells x cells], [cells]"""
    spreads = pattern.spreads
    precision, pull = np.zeros((size, size)), np.zeros(size)
    lasting = np.zeros((size, size))
    for each in events:
        own, towards = _marginal(each, _deviation(each, spreads, 1 - spreads.lasting), np.zeros(len(each.heard.cells)))
        at = each.heard.cells
        np.add.at(precision, (at[:, None], at[None, :]), own)
        np.add.at(pull, at, towards)
        lasting[at[:, None], at[None, :]] = _deviation(each, spreads, spreads.lasting)
    inner = np.linalg.solve(np.eye(size) + precision @ lasting, np.eye(size))
    total = inner @ precision
    return (total + total.T) / 2, inner @ pull


def _spreads(prior: Belief, judged: Spreads, pattern: Pattern, said: Sequence[_Said]) -> Spreads:
    """Return the spreads of events, by restricted likelihood about the shared pattern."""
    spreads = pattern.spreads
    for _ in range(STEPS):
        belief = _shared(prior, replace(pattern, spreads=spreads), said)
        pulled, expected = np.zeros(2), np.zeros(2)
        for each in said:
            at = each.heard.cells
            weight = pattern.weights[each.heard.shop]
            precision, pull = _marginal(each, _deviation(each, spreads), belief.mean[at])
            free = precision - precision @ belief.cov[np.ix_(at, at)] @ precision
            for place, part in enumerate(each.parts()):
                pulled[place] += weight * float(pull @ part @ pull)
                expected[place] += weight * max(float((part * free).sum()), 0.0)
        events = sum(pattern.weights[each.heard.shop] for each in said)
        before = np.array([spreads.level, spreads.curve])
        own = np.array([judged.level, judged.curve])
        # Events that showed the judged variance, by as much as an event shows at these spreads.
        held = JUDGED_EVENTS / events * expected
        moved = before * ((pulled + held * (own / before) ** 2) / np.maximum(expected + held, 1e-12)) ** 0.25
        spreads = replace(spreads, level=float(moved[0]), curve=float(moved[1]))
        if float(np.abs(np.log(moved / before)).max()) < 1e-3:
            break
    return replace(spreads, lasting=_lasting(judged, spreads, said, belief))


def _lasting(judged: Spreads, spreads: Spreads, said: Sequence[_Said], belief: Belief) -> float:
    """Return the share of the variance that a shop keeps from event to event, by moments of pairs of its events."""
    found = counted = 0.0
    for events in _by_shop(said).values():
        size = len(belief.mean)
        spread = []
        for each in events:
            at = each.heard.cells
            precision, pull = _marginal(each, _deviation(each, spreads), belief.mean[at])
            wide, towards = np.zeros((size, size)), np.zeros(size)
            np.add.at(wide, (at[:, None], at[None, :]), precision)
            np.add.at(towards, at, pull)
            own = np.zeros((size, size))
            own[at[:, None], at[None, :]] = _deviation(each, spreads)
            spread.append((wide, towards, own))
        for place, (wide, towards, own) in enumerate(spread):
            for other, pull, _ in spread[:place]:
                found += float(towards @ own @ pull)
                counted += float(((wide @ own) * (other @ own).T).sum())
    pairs = _pairs(said)
    if not pairs or counted <= 0:
        return judged.lasting
    share = float(np.clip(found / counted, 0.0, 0.95))
    return (pairs * share + JUDGED_PAIRS * judged.lasting) / (pairs + JUDGED_PAIRS)


def _weights(pattern: Pattern, said: Sequence[_Said]) -> dict[int, float]:
    """Return how much each shop counts: less than 1 as far as its events lie outside what the spreads let expect."""
    weights = {}
    for shop, events in _by_shop(said).items():
        apart = free = 0.0
        for each in events:
            mean = pattern.belief.mean[each.heard.cells]
            precision, pull = _marginal(each, _deviation(each, pattern.spreads), mean)
            # The pull has this precision for its covariance if the event is as the spreads expect.
            inverse = np.linalg.pinv(precision, rcond=1e-8, hermitian=True)
            apart += float(pull @ inverse @ pull)
            free += float((inverse * precision).sum())
        weights[shop] = min(1.0, (TAIL + free) / (TAIL + apart))
    return weights
