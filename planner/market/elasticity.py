"""How clicks answer money and bids, channel by channel.

The curve of a cell is a power law, ``clicks = scale * spend**eta``. The marginal click then costs ``spend / (eta *
clicks)``, and the bid that stops there is that cost over ``kappa``, which is 1 where a click costs the next bid and
more where a higher bid also makes the clicks dearer that were won before. So ``price / bid = eta * kappa`` at any bid,
and clicks move with ``bid**gamma``, ``gamma = eta / (1 - eta)``.

Two things are learnt, each shrunk to a prior by how much it says: ``eta * kappa`` from prices and bids side by side,
``eta`` from what clicks did when the bid was changed. Clicks are never regressed on spend: at a constant bid both move
with traffic, and the slope would say that returns never diminish.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["ETA_RANGE", "KAPPA_RANGE", "Elasticity", "bid_response", "learn_elasticity"]

Floats = NDArray[np.float64]

ETA_PRIOR, ETA_SD, ETA_RANGE = 0.65, 0.10, (0.35, 0.88)
KAPPA_PRIOR, KAPPA_SD, KAPPA_RANGE = 1.15, 0.12, (1.0, 1.5)


@dataclass(frozen=True)
class Elasticity:
    """One channel's answer to money: the elasticity of clicks to spend, and of the price to the bid."""

    eta: float
    kappa: float
    eta_sd: float
    from_bids: bool
    from_changes: bool

    @property
    def gamma(self) -> float:
        """Elasticity of clicks to the bid."""
        return self.eta / (1.0 - self.eta)

    @property
    def price_per_bid(self) -> float:
        """Average price of a click over the bid."""
        return self.eta * self.kappa


def learn_elasticity(price_per_bid: float | None, response: tuple[float, float] | None) -> Elasticity:
    """Return a channel's elasticity from what its history says, shrunk to the prior.

    Parameters
    ----------
    price_per_bid
        Spend over clicks times bid; None where no bids are known.
    response
        Elasticity of clicks to the bid and its standard error, from bid changes; None where there were none.
    """
    precision, total = 1 / ETA_SD**2, ETA_PRIOR / ETA_SD**2
    if price_per_bid is not None:
        seen, sd = price_per_bid / KAPPA_PRIOR, price_per_bid / KAPPA_PRIOR * KAPPA_SD
        precision, total = precision + 1 / sd**2, total + seen / sd**2
    if response is not None:
        gamma, error = max(response[0], 0.3), response[1]
        # d eta = d gamma / (1 + gamma)**2
        sd = max(error / (1 + gamma) ** 2, 0.01)
        precision, total = precision + 1 / sd**2, total + gamma / (1 + gamma) / sd**2
    eta = float(np.clip(total / precision, *ETA_RANGE))
    kappa = KAPPA_PRIOR
    if price_per_bid is not None:
        kappa = float(np.clip(price_per_bid / eta, *KAPPA_RANGE))
        eta = float(np.clip(price_per_bid / kappa, *ETA_RANGE))
    return Elasticity(eta, kappa, precision**-0.5, price_per_bid is not None, response is not None)


def bid_response(
    clicks: Floats, bids: Floats, expected: Floats, day: NDArray[np.intp]
) -> list[tuple[float, float] | None]:
    """Return every channel's elasticity of clicks to its bid and the standard error, from changes of the bid.

    Days on which a channel's clicks and bid are both known are compared with each other. What moved all channels of a
    day alike (demand) is taken out where there are several channels, for a channel's own bid is set apart from it.

    Parameters
    ----------
    clicks, bids, expected
        Clicks, bids and the clicks that the hour's rhythm lets expect. [hours x channels]; missing is NaN
    day
        Number of the day of every hour, from 0.
    """
    days, channels = int(day.max(initial=-1)) + 1, clicks.shape[1]
    known = np.isfinite(clicks) & np.isfinite(bids) & (bids > 0) & (expected > 0)

    def daily(values: Floats) -> Floats:
        total = np.zeros((days, channels))
        np.add.at(total, day, np.where(known, values, 0.0))
        return total

    count, mean = daily(clicks), daily(expected)
    usable = (count >= 5) & (mean > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        answer = np.where(usable, np.log(count / mean), 0.0)
        bid = np.where(usable, daily(np.log(np.where(known, bids, 1.0)) * expected) / mean, 0.0)
        weight = np.where(usable, 1 / (1 / np.maximum(count, 1) + 0.05**2), 0.0)
    return _within(answer, bid, weight)


def _within(answer: Floats, bid: Floats, weight: Floats) -> list[tuple[float, float] | None]:
    """Fit answer = channel + day + gamma * bid by weighted least squares; gamma of its own for every channel."""
    channels = answer.shape[1]
    moved = [_spread(bid[:, c], weight[:, c]) for c in range(channels)]
    rows = np.flatnonzero((weight > 0).any(axis=1))
    if not len(rows) or max(moved, default=0.0) < 0.02:
        return [None] * channels
    at_day, at_channel = np.nonzero(weight[rows] > 0)
    y, x, w = (values[rows][at_day, at_channel] for values in (answer, bid, weight))
    # Demand is shared by the channels of a day; its prior keeps one-channel histories from losing everything to it.
    design = np.zeros((len(y), 2 * channels + len(rows)))
    each = np.arange(len(y))
    design[each, at_channel] = 1.0
    design[each, channels + at_channel] = x
    design[each, 2 * channels + at_day] = 1.0
    ridge = np.r_[np.full(channels, 1e-6), np.full(channels, 1e-6), np.full(len(rows), 1 / 0.15**2)]
    information = design.T @ (design * w[:, None]) + np.diag(ridge)
    estimate = np.linalg.solve(information, design.T @ (w * y))
    residual = y - design @ estimate
    free = max(len(y) - 2 * channels - 0.5 * len(rows), 1.0)
    noise = max(float(w @ residual**2) / free, 1.0)
    spread = np.linalg.inv(information)
    result: list[tuple[float, float] | None] = []
    for c in range(channels):
        error = float(np.sqrt(noise * spread[channels + c, channels + c]))
        result.append((float(estimate[channels + c]), error) if moved[c] >= 0.02 and error < 2.0 else None)
    return result


def _spread(bid: Floats, weight: Floats) -> float:
    """Return the weighted standard deviation of log bids."""
    if not weight.sum():
        return 0.0
    mean = np.average(bid, weights=weight)
    return float(np.sqrt(np.average((bid - mean) ** 2, weights=weight)))
