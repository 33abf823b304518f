"""A belief that can be surprised: levels far from any seen, and hours that fit nothing.

What events have in common is a normal law; a day may be unlike all of them. Its level is a mixture of near and far,
each weighed by how likely it makes the counts [Student's t is such a mixture]; an hour that fits none of the others is
believed less the further off it is [iteratively reweighted, Huber, *Robust Statistics*, 1981].
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from planner.market.log_multipliers import Belief, Counts, learn_once, mixture

__all__ = ["LEVELS", "believe"]

Floats = NDArray[np.float64]
# Log standard deviations of the level beyond what a plan beforehand allows for, and how often each is met.
LEVELS, OFTEN = (0.0, 0.35, 0.9), (0.6, 0.27, 0.13)
# Degrees of freedom of an hour that fits nothing, and how often the hours are weighed anew.
ODD, ROUNDS = 4.0, 2


def believe(cov: Floats, ways: list[Counts], often: Floats) -> tuple[Belief, Floats]:
    """Return what is believed after the counts, and how many standard deviations off each hour is.

    Every level and every way of booking is tried; hours that are off are then given more play, and all is tried anew.
    """
    size = len(ways[0].exposure)
    if not np.isfinite(ways[0].count).any():
        return Belief(np.zeros(len(cov)), cov), np.zeros(len(ways[0].count))
    play, off = np.ones(len(ways[0].count)), np.zeros(len(ways[0].count))
    belief = Belief(np.zeros(len(cov)), cov)
    for _ in range(1 + ROUNDS):
        found, weights = [], []
        for counts, way in zip(ways, often, strict=True):
            alone = replace(counts, extra=counts.extra * np.sqrt(play)[:, None])
            for level, often_met in zip(LEVELS, OFTEN, strict=True):
                raised = cov.copy()
                raised[:size, :size] += level**2
                one, evidence = learn_once(Belief(np.zeros(len(cov)), raised), alone)
                found.append(one)
                weights.append(evidence + np.log(often_met) + way)
        belief, _ = mixture(found, np.array(weights))
        best = found[int(np.argmax(weights))]
        off = _off(best, ways[int(np.argmax(weights)) // len(LEVELS)])
        play = np.maximum(1.0, (ODD + off**2) / (ODD + 1))
    return belief, off


def _off(belief: Belief, counts: Counts) -> Floats:
    """Return how many standard deviations each hour, all channels together, is off what is believed. [hours]"""
    size = len(counts.exposure)
    rate = counts.exposure * np.exp(belief.mean[:size, None] + belief.mean[None, size:])
    expected = counts.mix @ rate
    use = np.isfinite(counts.count) & (expected > 0) & ~(counts.at_least & (expected >= np.nan_to_num(counts.count)))
    miss = np.where(use, np.nan_to_num(counts.count) - expected, 0.0).sum(axis=1)
    spread = np.where(use, expected + counts.extra**2 * expected**2, 0.0).sum(axis=1)
    return np.asarray(np.abs(miss) / np.sqrt(np.maximum(spread, 1.0)))
