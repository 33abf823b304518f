"""What plans that use no forecast of the hours would earn in the very markets the plan was rehearsed in.

Each naive plan is given what a seller has: the usual bids and the budget. Flat bids are shown at the usual level,
and at the one that does best under the forecast where that is another, so that the plan is not praised for a rival's
badly chosen level. All keep to the brief's limits and stock.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.allocate.fulfilment import NO_COST, FulfilmentCost
from planner.market.simulation import Rehearsal
from planner.vocabulary.tables import unit_columns

__all__ = ["Naive", "compare_plans", "cumulative_paths", "naive_plans"]

Floats = NDArray[np.float64]
Naive = tuple[Floats, Floats]

LEVELS = (0.4, 0.6, 0.8, 1.25, 1.6, 2.0)


def naive_plans(market: pd.DataFrame, budget: float, last_spend: Floats | None) -> dict[str, list[Naive]]:
    """Return naive plans as bids per click and hourly caps, each with the levels it may choose from.

    Parameters
    ----------
    market
        `tables.MARKET`.
    budget
        Money for ads. [currency]
    last_spend
        What was spent at the time of each row in the last event; None where there is no such event. [currency]
    """
    usual = market["reference_bid"].to_numpy(dtype=float)
    hours = ((market["end"] - market["start"]) / pd.Timedelta(hours=1)).to_numpy(dtype=float)
    units = [market[name] for name in unit_columns(market)]
    habit = (market["clicks"] * market["price"]).groupby(units, dropna=False).transform("sum").to_numpy()
    even = hours * habit
    uncapped = np.full(len(market), np.inf)
    plans = {
        "flat": [(usual, uncapped)],
        "flat_best": [(usual * level, uncapped) for level in LEVELS],
        "even": [(usual, budget * even / even.sum() if even.sum() > 0 else uncapped)],
    }
    if last_spend is not None and last_spend.sum() > 0:
        plans["last_year"] = [(usual, budget * last_spend / last_spend.sum())]
    return plans


def compare_plans(rehearsals: Mapping[str, Rehearsal], fulfilment: FulfilmentCost = NO_COST) -> pd.DataFrame:
    """Return each plan's expected outcome over the same drawn markets, this plan first; ads only.

    Parameters
    ----------
    rehearsals
        Every plan, played.
    fulfilment
        What late and missing orders cost any of them.

    Returns
    -------
    pandas.DataFrame
        ``name``, ``spend``, ``orders``, ``revenue``, ``profit`` with ``profit_low`` and ``profit_high`` (10 and 90 %
        points) [currency], and ``gain``, ``gain_low``, ``gain_high``: what the plan earns more, market by market.
    """
    ours = _profit(rehearsals["plan"], fulfilment)
    rows = []
    for name, rehearsal in rehearsals.items():
        profit = _profit(rehearsal, fulfilment)
        gain = ours - profit
        rows.append(
            {
                "name": name,
                "spend": rehearsal.spend.sum(axis=1).mean(),
                "orders": rehearsal.orders.sum(axis=1).mean(),
                "revenue": rehearsal.revenue.sum(axis=1).mean(),
                "profit": profit.mean(),
                "profit_low": np.quantile(profit, 0.1),
                "profit_high": np.quantile(profit, 0.9),
                "gain": gain.mean(),
                "gain_low": np.quantile(gain, 0.1),
                "gain_high": np.quantile(gain, 0.9),
            }
        )
    return pd.DataFrame(rows)


def _profit(rehearsal: Rehearsal, fulfilment: FulfilmentCost) -> Floats:
    """Return the profit of every drawn market, late and missing orders paid. [draws]"""
    late = [fulfilment.cost(orders) for orders in rehearsal.orders.sum(axis=1)]
    profit: Floats = rehearsal.profit.sum(axis=1) - np.asarray(late)
    return profit


def cumulative_paths(market: pd.DataFrame, rehearsals: Mapping[str, Rehearsal]) -> pd.DataFrame:
    """Return spend and profit of each plan added up slot by slot, with 10 and 90 % points.

    Returns
    -------
    pandas.DataFrame
        ``name``, ``start``, ``end``, and ``spend``, ``spend_low``, ``spend_high``, ``profit``, ``profit_low``,
        ``profit_high`` at the end of the slot. [currency]
    """
    slots = market[["start", "end"]].drop_duplicates().sort_values("start", ignore_index=True)
    slot_of = pd.Index(slots["start"]).get_indexer(pd.Index(market["start"]))
    adds = np.zeros((len(market), len(slots)))
    adds[np.arange(len(market)), slot_of] = 1.0
    frames = []
    for name, rehearsal in rehearsals.items():
        columns: dict[str, Floats] = {}
        for quantity, values in (("spend", rehearsal.spend), ("profit", rehearsal.profit)):
            path = np.cumsum(values @ adds, axis=1)
            columns[quantity] = path.mean(axis=0)
            columns[f"{quantity}_low"], columns[f"{quantity}_high"] = np.quantile(path, [0.1, 0.9], axis=0)
        frames.append(pd.concat([slots, pd.DataFrame(columns)], axis=1).assign(name=name))
    return pd.concat(frames, ignore_index=True)
