"""A latent log multiplier by slot and by channel, learnt from counts.

Counts of past hours are ``Poisson(sum_s mix[t, s] * exposure[s, c] * exp(u[s] + a[c]))`` with some extra spread. ``u``
(one number a slot, alike for neighbouring slots) and ``a`` (one a channel) have a normal prior around 0: the exposure
already holds what is believed. The posterior is the normal law at its mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Belief", "Counts", "learn", "learn_once", "mixture"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Counts:
    """Counts of past hours with what was expected of them.

    Attributes
    ----------
    count
        What was counted; NaN where it is not known. [past hours x channels]
    exposure
        What is expected of each slot and channel. [slots x channels]
    mix
        Share of a slot's events that the past hour counts. [past hours x slots]
    at_least
        The count is only a lower bound (money was spent up). [past hours x channels]
    extra
        Log standard deviation of a single hour and channel beyond chance; one, or one each. [past hours x channels]
    """

    count: Floats
    exposure: Floats
    mix: Floats
    at_least: NDArray[np.bool_]
    extra: float | Floats


@dataclass(frozen=True, eq=False)
class Belief:
    """Normal law of the slots' multipliers followed by the channels'. [log]"""

    mean: Floats
    cov: Floats

    def __add__(self, cov: Floats) -> Belief:
        """Return the law of a value that differs from this one by an independent deviation."""
        return Belief(self.mean, self.cov + cov)


def learn(prior: Belief, deviation: Floats, counts: Counts) -> Belief:
    """Return what is believed of the lasting pattern after one event.

    Parameters
    ----------
    prior
        Belief of the pattern that events share.
    deviation
        Covariance of one event's own deviation from it.
    counts
        What was counted at that event.
    """
    event = learn_once(prior + deviation, counts)[0]
    total = prior.cov + deviation
    gain = np.linalg.solve(total, prior.cov).T
    mean = prior.mean + gain @ (event.mean - prior.mean)
    cov = prior.cov - gain @ (total - event.cov) @ gain.T
    return Belief(mean, (cov + cov.T) / 2)


def mixture(beliefs: Sequence[Belief], log_weights: Floats) -> tuple[Belief, Floats]:
    """Return the normal law with mean and covariance of several laws, one of which holds, and what each one weighs."""
    weights = np.exp(log_weights - log_weights.max())
    weights = weights / weights.sum()
    mean = sum((weight * belief.mean for weight, belief in zip(weights, beliefs, strict=True)), np.zeros(()))
    cov = sum(
        weight * (belief.cov + np.outer(belief.mean - mean, belief.mean - mean))
        for weight, belief in zip(weights, beliefs, strict=True)
    )
    return Belief(np.asarray(mean), np.asarray(cov)), weights


def learn_once(prior: Belief, counts: Counts) -> tuple[Belief, float]:
    """Return the normal law at the mode of the posterior, by Fisher scoring with bounded steps, and its evidence.

    The evidence is the log of how likely the counts were under the prior, by Laplace's approximation, but for a
    constant that all priors of the same counts share.
    """
    slots = len(counts.exposure)
    known = np.isfinite(counts.count)
    count = np.where(known, counts.count, 0.0)
    precision = np.linalg.inv(prior.cov + 1e-9 * np.eye(len(prior.mean)))
    theta, information = prior.mean.copy(), precision
    for _ in range(30):
        rate = counts.exposure * np.exp(theta[:slots, None] + theta[None, slots:])
        expected = counts.mix @ rate
        use = known & (expected > 1e-12) & ~(counts.at_least & (expected >= count))
        weight = np.where(use, 1 / (expected + counts.extra**2 * expected**2 + 1e-12), 0.0)
        # d expected[t, c] / d u[s] = mix[t, s] rate[s, c];  d expected[t, c] / d a[c] = expected[t, c]
        pull = weight * (count - expected)
        gradient = np.r_[(rate * (counts.mix.T @ pull)).sum(axis=1), (expected * pull).sum(axis=0)]
        gradient -= precision @ (theta - prior.mean)
        information = precision.copy()
        for channel, own in enumerate(rate.T):
            shared = (counts.mix.T * weight[:, channel]) @ counts.mix
            information[:slots, :slots] += shared * own[:, None] * own[None, :]
        cross = rate * (counts.mix.T @ (weight * expected))
        information[:slots, slots:] += cross
        information[slots:, :slots] += cross.T
        information[slots:, slots:] += np.diag((weight * expected**2).sum(axis=0))
        step = np.linalg.solve(information, gradient)
        theta = theta + step * min(1.0, 0.7 / max(float(np.abs(step).max()), 1e-12))
        if float(np.abs(step).max()) < 1e-6:
            break
    away = theta - prior.mean
    fit = float((np.log(np.where(use, weight, 1.0)) - weight * (count - expected) ** 2).sum()) / 2
    sizes = np.linalg.slogdet(precision)[1] - np.linalg.slogdet(information)[1]
    return Belief(theta, np.linalg.inv(information)), fit + float(sizes - away @ precision @ away) / 2
