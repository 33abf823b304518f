"""How high to bid: the scale on all bids that earns most over the markets that may come.

Bidding too much costs more than bidding too little: money runs out before the best hours, and dear clicks are bought.
The scale is therefore chosen by the mean profit over drawn markets under the hard budget, and never above 1, the bids
at which the plan's own forecast spends the budget. Where scales are nearly as good as each other the highest is taken:
the drawn markets are wider than those that come, and a lower bid has to earn its place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from planner.market import Draws
from planner.market.simulation import NO_STOPS, Stops, rehearse

__all__ = ["Level", "choose_level"]

Floats = NDArray[np.float64]
NEARLY = 0.05
LADDER = tuple(np.round(np.arange(0.5, 1.0001, 0.05), 2))


@dataclass(frozen=True, eq=False)
class Level:
    """The scale chosen, and the ladder it was chosen from: ``scale``, ``spend``, ``profit`` (means over the draws)."""

    scale: float
    ladder: pd.DataFrame


def choose_level(
    cells: pd.DataFrame,
    draws: Draws,
    bids: ArrayLike,
    *,
    caps: ArrayLike,
    budget: float,
    cap_power: float = 0.0,
    stops: Stops = NO_STOPS,
    scales: tuple[float, ...] = LADDER,
) -> Level:
    """Return the highest scale on the bids whose mean profit is nearly the best.

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
    cap_power
        Caps follow the scale to this power; 0 leaves them.
    stops
        What else stops the buying.
    scales
        Scales to try.
    """
    bids, caps = np.asarray(bids, dtype=float), np.asarray(caps, dtype=float)
    rows = []
    for scale in scales:
        played = rehearse(cells, draws, bids * scale, caps=caps * scale**cap_power, budget=budget, stops=stops)
        rows.append((float(scale), float(played.spend.sum(axis=1).mean()), float(played.profit.sum(axis=1).mean())))
    ladder = pd.DataFrame(rows, columns=["scale", "spend", "profit"])
    scale, profit = ladder["scale"].to_numpy(), ladder["profit"].to_numpy()
    good = profit >= profit.max() - NEARLY * abs(float(profit.max()))
    return Level(float(scale[good].max()), ladder)
