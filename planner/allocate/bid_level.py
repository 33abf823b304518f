"""How high to bid: the scale on all bids at which the last yuan still earns what a yuan has to earn.

Bidding too much costs more than bidding too little: money runs out before the best hours, and dear clicks are bought.
So the schedule is played in drawn markets under the hard budget at one scale after another, never above 1, the bids at
which the plan's own forecast spends the budget. Profit is concave in what is spent, and of two scales that earn alike
the one that spends less is better: the scale taken has the most profit left when every yuan spent is charged what the
seller asks a yuan to earn at least.

The drawn markets are wider than those that come: among them are some in which the money is gone by noon and others that
leave half of it, and either way the last yuan earns less than in a year nearer to the forecast. What it earns is
therefore read with an allowance, measured on simulated markets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from planner.market import Draws
from planner.market.simulation import NO_STOPS, Stops, rehearse

__all__ = ["ALLOWANCE", "Level", "choose_level"]

Floats = NDArray[np.float64]
# What a yuan earns more in the markets that come than over the draws; on simulated markets of which half were looked at
# in choosing it, 0.1 to 0.25 served alike.
ALLOWANCE = 0.19
LADDER = tuple(np.round(np.arange(0.5, 1.0001, 0.025), 3))


@dataclass(frozen=True, eq=False)
class Level:
    """The scale chosen, what the last yuan earns there, and the ladder it was chosen from.

    Attributes
    ----------
    scale
        What all bids are multiplied by.
    last_yuan
        Profit of the last unit of money that this scale spends, net of itself, with the allowance. [currency/currency]
    ladder
        ``scale``, ``spend``, ``profit``: means over the draws.
    """

    scale: float
    last_yuan: float
    ladder: pd.DataFrame


def choose_level(
    cells: pd.DataFrame,
    draws: Draws,
    bids: ArrayLike,
    *,
    caps: ArrayLike,
    budget: float,
    least_gain: float = 0.0,
    allowance: float = ALLOWANCE,
    stops: Stops = NO_STOPS,
    scales: tuple[float, ...] = LADDER,
) -> Level:
    """Return the scale on the bids up to which every yuan is expected to earn enough.

    Parameters
    ----------
    cells
        `curves.response_cells`, in order of time.
    draws
        Markets to try the scales in.
    bids
        Bids at scale 1. [currency/click]
    caps
        Caps of the cells; they stay. [currency]
    budget
        Hard stop. [currency]
    least_gain
        What the last unit of money has to earn, net of itself. [currency/currency]
    allowance
        What a yuan earns more in the markets that come than over the draws, net of itself. [currency/currency]
    stops
        What else stops the buying.
    scales
        Scales to try, rising; where much is asked of a yuan the lowest is lower in proportion.
    """
    bids, caps = np.asarray(bids, dtype=float), np.asarray(caps, dtype=float)
    tries = np.asarray(scales)
    if least_gain > 0:
        lower = np.geomspace(tries[0] / (1 + least_gain), tries[0], 1 + int(np.ceil(20 * np.log1p(least_gain))))
        tries = np.concatenate([lower[:-1], tries])
    rows = []
    for scale in tries:
        played = rehearse(cells, draws, bids * scale, caps=caps, budget=budget, stops=stops)
        rows.append((float(scale), float(played.spend.sum(axis=1).mean()), float(played.profit.sum(axis=1).mean())))
    ladder = pd.DataFrame(rows, columns=["scale", "spend", "profit"])
    charge = least_gain - allowance
    at = int(np.argmax((ladder["profit"] - charge * ladder["spend"]).to_numpy()))
    return Level(float(ladder["scale"].iloc[at]), _last_yuan(ladder, at, allowance), ladder)


def _last_yuan(ladder: pd.DataFrame, at: int, allowance: float) -> float:
    """Return the profit of the money between a scale and the next lower one that spends less, for each unit of it."""
    spend, profit = ladder["spend"].to_numpy(), ladder["profit"].to_numpy()
    less = np.flatnonzero(spend[:at] < spend[at] * (1 - 1e-9))
    if not len(less):
        return 0.0
    below = int(less[-1])
    return float((profit[at] - profit[below]) / (spend[at] - spend[below])) + allowance
