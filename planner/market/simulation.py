"""A schedule played in drawn markets, hour by hour, under the caps and the hard budget.

In a slot every channel spends what its bid buys until its cap; when the money left does not suffice for all of them it
is shared pro rata, and after that nothing runs. Bids are per click.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from planner.market import Draws

__all__ = ["NO_STOPS", "Rehearsal", "Stops", "rehearse"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rehearsal:
    """What a schedule did in every drawn market. [draws x cells]"""

    clicks: Floats
    spend: Floats
    orders: Floats
    revenue: Floats
    profit: Floats


@dataclass(frozen=True, eq=False)
class Stops:
    """What ends the buying beside the budget: caps of groups of cells [currency], and units in stock [orders]."""

    groups: tuple[tuple[NDArray[np.bool_], float], ...] = ()
    units: float = np.inf


NO_STOPS = Stops()


def rehearse(
    cells: pd.DataFrame,
    draws: Draws,
    bids: ArrayLike,
    *,
    caps: ArrayLike,
    budget: float,
    stops: Stops = NO_STOPS,
) -> Rehearsal:
    """Play a schedule in every drawn market.

    Parameters
    ----------
    cells
        `curves.response_cells`, in order of time.
    draws
        Markets to play in.
    bids
        Per cell, 0 buys nothing; or per draw and cell. [currency/click]
    caps
        Most a cell may spend; infinity for no cap. [currency]
    budget
        Where all spending stops. [currency]
    stops
        What else stops it.
    """
    column = {name: cells[name].to_numpy(dtype=float) for name in _NUMBERS}
    eta, gamma = column["elasticity"], column["elasticity"] / (1 - column["elasticity"])
    bids = np.maximum(np.asarray(bids, dtype=float), 0.0)
    # At a bid: the market's price moves the clicks like a lower bid would, and never the price of a click.
    most = column["max_clicks"] * draws.traffic
    per_click = eta * column["kappa"] * bids
    wanted = (column["clicks_scale"] * per_click**eta) ** (1 / (1 - eta)) * draws.traffic
    if (draws.price != 1.0).any():
        wanted = wanted * draws.price**-gamma  # powers are what takes longest here
    over, beyond = np.ones_like(wanted), wanted > most
    over[beyond] = (most[beyond] / wanted[beyond]) ** np.broadcast_to(1 / gamma, wanted.shape)[beyond]
    clicks = np.minimum(wanted, most)
    cost = clicks * per_click * over
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = np.where(cost > 0, np.minimum(1.0, np.asarray(caps, dtype=float) / np.where(cost > 0, cost, 1.0)), 1.0)
    per = column["orders_per_click"] * draws.value
    for inside, most_spend in (*stops.groups, (np.ones(len(cells), dtype=bool), budget)):
        share = share * np.where(inside, _until_spent(cells, cost * share * inside, most_spend), 1.0)
    share = share * _until_spent(cells, clicks * share * per, stops.units)
    clicks, spend = clicks * share, cost * share
    orders = clicks * per
    return Rehearsal(
        clicks, spend, orders, orders * column["revenue_per_order"], orders * column["profit_per_order"] - spend
    )


_NUMBERS = (
    "clicks_scale",
    "elasticity",
    "kappa",
    "max_clicks",
    "orders_per_click",
    "revenue_per_order",
    "profit_per_order",
)


def _until_spent(cells: pd.DataFrame, spend: Floats, budget: float) -> Floats:
    """Return the share of each cell's amount that a sum still covers, in order of time. [draws x cells]"""
    if not np.isfinite(budget):
        return np.ones_like(spend)
    begins = pd.DatetimeIndex(cells["start"]).asi8
    first = np.concatenate(([True], begins[1:] != begins[:-1]))[: len(begins)]
    slot = np.cumsum(first) - 1
    by_slot = np.add.reduceat(spend, first.nonzero()[0], axis=1) if len(slot) else spend
    before = np.cumsum(by_slot, axis=1) - by_slot
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = np.where(by_slot > 0, np.clip((budget - before) / np.where(by_slot > 0, by_slot, 1.0), 0.0, 1.0), 1.0)
    return share[:, slot]
