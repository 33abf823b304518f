"""What the ads get: spend and bid of every cell for a sum of money, under everything the brief and the tools allow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.allocate import Allocation, GroupLimit, Limits, allocate_budget
from planner.bids import BidBounds, bid_bounds, spend_bounds
from planner.brief import Brief
from planner.curves import bid_at_spend, clicks_at_spend, response_cells
from planner.errors import InfeasibleError
from planner.fulfilment import NO_COST, FulfilmentCost, shipping_cost

__all__ = ["AdPlan", "AdProblem", "ad_problem", "plan_ads"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AdProblem:
    """The allocation of ad money: cells with their bounds, and the limits but for the money.

    `cells` has a row a row of `tables.MARKET`, with the labels channel, window, day and date; `lowest` is the spend at
    the lowest bid of each cell. [currency]
    """

    cells: pd.DataFrame
    limits: Limits
    bounds: BidBounds
    lowest: Floats


@dataclass(frozen=True, eq=False)
class AdPlan:
    """Spend per cell with its certificate, and the bid per click behind it."""

    problem: AdProblem
    allocation: Allocation
    bids: Floats


def ad_problem(brief: Brief, market: pd.DataFrame) -> AdProblem:
    """Return what the ads have to keep to.

    Parameters
    ----------
    brief
        Budgets, minimum spends, stock and shipping, least return.
    market
        `tables.MARKET`.
    """
    cells = response_cells(market)
    bounds = bid_bounds(brief, market)
    lowest, highest = spend_bounds(market, cells, bounds)
    closed = (market["stance"] == "notify").to_numpy() | (cells["profit_per_order"] <= 0).to_numpy()
    days = market["start"].dt.strftime("%Y-%m-%d")
    cells = cells.assign(
        floor=0.0,
        cap=np.where(closed, 0.0, highest),
        channel=market["channel"],
        window=market["window"],
        day=market["channel"] + " " + days,
    )
    groups = [
        GroupLimit("channel", channel.name, cap=channel.budget)
        for channel in brief.channels
        if channel.paid and channel.budget is not None
    ]
    groups += [
        GroupLimit("window", window.id, cap=change.budget)
        for change in brief.windows
        if change.budget is not None and (window := brief.playbook.window(change.window))
    ]
    groups += [
        GroupLimit("day", day, floor=channel.daily_minimum)
        for channel in brief.channels
        if channel.paid and channel.daily_minimum > 0
        for day in cells.loc[cells["channel"] == channel.name, "day"].unique()
    ]
    limits = Limits(
        total=brief.budget.total - brief.budget.reserve,
        groups=tuple(groups),
        min_return=brief.budget.min_return,
        stock=brief.stock.units if brief.stock.units is not None else np.inf,
        fulfilment=_fulfilment(brief, market),
    )
    return AdProblem(cells, limits, bounds, np.where(closed, 0.0, lowest))


def _fulfilment(brief: Brief, market: pd.DataFrame) -> FulfilmentCost:
    """Return what late and missing orders cost this shop."""
    if brief.stock.ship_per_day is None:
        return NO_COST
    weight = (market["clicks"] * market["conversion"]).to_numpy()
    price = float(np.average(market["order_value"], weights=weight if weight.sum() > 0 else None))
    return shipping_cost(brief.shop.platform, price, brief.stock.ship_per_day, promise_hours=brief.stock.promise_hours)


def plan_ads(problem: AdProblem, money: float) -> AdPlan:
    """Return the most profitable spend and bids for a sum of money.

    A tool takes no bid between off and its lowest one. Cells whose best bid lies in between stay at the lowest bid where
    that still earns more than the money's price, and are left out where it does not; the rest is allocated again.

    Parameters
    ----------
    problem
        From `ad_problem`.
    money
        Most to spend on ads. [currency]

    Raises
    ------
    InfeasibleError
        The limits of the brief leave no plan; all in conflict are named.
    """
    limits = problem.limits.with_total(money)
    cells = problem.cells
    first = allocate_budget(cells, limits)
    spend = first.table["spend"].to_numpy()
    between = (spend < problem.lowest) & (cells["cap"] > 0).to_numpy()
    if between.any():
        worth = cells["orders_per_click"] * cells["profit_per_order"] * clicks_at_spend(cells, problem.lowest)
        stays = between & (worth.to_numpy() > (1 + first.money_price) * problem.lowest)
        stays &= problem.lowest <= cells["cap"].to_numpy()
        allocation = _allocate_with_floors(cells.assign(floor=np.where(stays, problem.lowest, 0.0)), limits, between)
    else:
        allocation = first
    return AdPlan(problem, allocation, _bids(allocation, problem))


def _allocate_with_floors(cells: pd.DataFrame, limits: Limits, between: NDArray[np.bool_]) -> Allocation:
    """Return the allocation with cells at their lowest bids, as many of them as the limits carry; `between` others are off.

    Lowest bids are a choice, not a duty: the cells that earn least for their money are left out first.
    """
    floor = cells["floor"]
    worth = cells["orders_per_click"] * cells["profit_per_order"] * clicks_at_spend(cells, floor.to_numpy())
    best_first = floor.loc[(worth / floor.where(floor > 0)).sort_values(ascending=False, kind="stable").index]
    kept = best_first.cumsum() <= limits.total
    for limit in limits.groups:
        inside = cells.loc[best_first.index, limit.columns[0]] == limit.label
        kept &= (best_first.where(inside, 0.0).cumsum() <= limit.cap) | ~inside
    stays = kept.reindex(cells.index).to_numpy() & (floor > 0).to_numpy()
    off = cells["cap"].where(~between | stays, 0.0)
    try:
        return allocate_budget(cells.assign(floor=np.where(stays, floor, 0.0), cap=off), limits)
    except InfeasibleError:
        # Least return or stock does not carry these floors either; off is always allowed.
        return allocate_budget(cells.assign(floor=0.0, cap=cells["cap"].where(~between, 0.0)), limits)


def _bids(allocation: Allocation, problem: AdProblem) -> Floats:
    """Return the bid per click behind each spend, within the tool's bounds; 0 where nothing is bought."""
    spend = allocation.table["spend"].to_numpy()
    bids = np.zeros(len(spend))
    bought = spend > 0
    bids[bought] = bid_at_spend(problem.cells, spend)[bought]
    return np.where(bought, np.clip(bids, problem.bounds.lowest, problem.bounds.highest), 0.0)
