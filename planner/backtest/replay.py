"""What the plan would have done at a past event, in the market as it turned out.

The market as it turned out is the forecast of then, moved to the clicks and orders that really came. That is a model:
nobody saw what other bids would have brought. How close the same model comes to the truth for the bids really set is
shown beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.history import History
from planner.market import Draws, Market
from planner.market.curves import response_cells
from planner.market.evidence import Panel
from planner.market.simulation import rehearse
from planner.plan import make_plan

__all__ = ["Replay", "replay"]

Floats = NDArray[np.float64]
# So many clicks or orders of forecast stand beside those that came, where few came.
FEW_CLICKS, FEW_ORDERS = 5.0, 5.0


@dataclass(frozen=True)
class Replay:
    """A plan and what it did. [currency]"""

    plan: str
    spend: float
    orders: float
    profit: float


def replay(brief: Brief, panel: Panel, history: History, market: Market, drawn: dict[str, Floats]) -> list[Replay]:
    """Return what really came of a past event, what its bids and what the plan bring in the market as it turned out.

    Parameters
    ----------
    brief
        The brief of then.
    panel
        What happened.
    history
        The whole history; the plan looks at nothing from the event on.
    market
        The forecast of then.
    drawn
        Drawn clicks and orders at the bids really set. [draws x hours x channels]
    """
    table = market.table
    start = pd.DatetimeIndex(table["start"]).tz_convert("UTC").as_unit("s").asi8
    hour = np.clip(np.searchsorted(panel.instant, start, side="right") - 1, 0, None)
    place = np.tile(np.arange(len(market.channels)), len(table) // len(market.channels))
    more = _factor(panel.clicks, drawn["clicks"].mean(axis=0), FEW_CLICKS)[hour, place]
    expected = np.where(np.isfinite(panel.clicks), panel.clicks, 0.0) * _rate(table, hour, place, panel)
    better = _factor(panel.orders.sum(axis=1), expected.sum(axis=1), FEW_ORDERS)[hour]
    cells = response_cells(table)
    cells["clicks_scale"] *= more ** (1 - cells["elasticity"])
    cells["max_clicks"] *= more
    cells["orders_per_click"] = np.minimum(cells["orders_per_click"] * better, 0.95)
    ones = np.ones((1, len(table)))
    worth = float((cells["profit_per_order"] * cells["orders_per_click"]).sum() / cells["orders_per_click"].sum())
    orders, spend = float(np.nansum(panel.orders)), float(np.nansum(panel.spend))
    result = [Replay("actual", spend, orders, orders * worth - spend)]
    schedule = make_plan(brief, history).schedule
    keyed = schedule.set_index(["start", "channel"])
    rows = pd.MultiIndex.from_arrays([table["start"], table["channel"]])
    planned = keyed["bid"].reindex(rows).fillna(0.0).to_numpy() / _per_click(brief, table)
    caps = keyed["spend_cap"].reindex(rows).fillna(0.0).to_numpy()
    bids = np.nan_to_num(panel.bid[hour, place], nan=0.0)
    bids = np.where(np.isnan(panel.bid[hour, place]), table["reference_bid"], bids)
    free = np.full(len(table), np.inf)
    for name, offer, cap in (("bids_of_then", bids, free), ("planned", planned, caps)):
        played = rehearse(cells, Draws(ones, ones, ones), offer, caps=cap, budget=brief.budget.total)
        sums = (float(values.sum()) for values in (played.spend, played.orders, played.profit))
        result.append(Replay(name, *sums))
    return result


def _factor(actual: Floats, expected: Floats, few: float) -> Floats:
    """Return truth over forecast, 1 where little came and little was forecast."""
    known = np.isfinite(actual)
    return np.where(known, (np.where(known, actual, 0.0) + few) / (expected + few), 1.0)


def _rate(table: pd.DataFrame, hour: NDArray[np.intp], place: NDArray[np.intp], panel: Panel) -> Floats:
    """Return forecast orders a click by hour and channel, over the slots of the hour by their clicks."""
    clicks, orders = np.zeros(panel.clicks.shape), np.zeros(panel.clicks.shape)
    np.add.at(clicks, (hour, place), table["clicks"].to_numpy(dtype=float))
    np.add.at(orders, (hour, place), (table["clicks"] * table["conversion"]).to_numpy(dtype=float))
    return np.where(clicks > 0, orders / np.where(clicks > 0, clicks, 1.0), 0.0)


def _per_click(brief: Brief, table: pd.DataFrame) -> Floats:
    """Return bids in the channel's own unit for one per click."""
    by_thousand = {channel.name for channel in brief.channels if channel.kind == "cpm"}
    return np.where(table["channel"].isin(by_thousand), 1000 * table["click_through"].to_numpy(dtype=float), 1.0)
