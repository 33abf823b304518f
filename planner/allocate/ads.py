"""What ads and messages get: spend and bid of every cell for a sum of money, under all that brief and tools allow.

Messages stand beside the ads as linear cells, so one price of money serves both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.allocate import Allocation, Certificate, GroupLimit, Limits, allocate_budget
from planner.allocate.bids import BidBounds, bid_bounds, spend_bounds
from planner.allocate.fulfilment import NO_COST, FulfilmentCost, shipping_cost
from planner.allocate.solver.solve import ENOUGH
from planner.brief import Brief, campaign_key
from planner.market.curves import bid_at_spend, clicks_at_spend, full_spend, response_cells
from planner.market.simulation import Stops
from planner.vocabulary.errors import InfeasibleError
from planner.vocabulary.wording import Message

__all__ = ["AdPlan", "AdProblem", "ad_problem", "plan_ads"]

Floats = NDArray[np.float64]
# What lowest bids may cost against curves that go down to nothing before they are chosen once more.
_NEARLY = 0.98


@dataclass(frozen=True, eq=False)
class AdProblem:
    """The allocation of money: cells with their bounds, and the limits but for the money.

    `ads` has a row a row of `tables.MARKET`; `cells` are the ads and below them the cells of the messages, with the
    labels channel, campaign, window and day; `lowest` is the spend at each cell's lowest bid. [currency]
    """

    ads: pd.DataFrame
    cells: pd.DataFrame
    limits: Limits
    bounds: BidBounds
    lowest: Floats

    @property
    def stops(self) -> Stops:
        """What ends the buying of any plan in this promotion: the brief's caps, and its stock."""
        capped = [limit for limit in self.limits.groups if np.isfinite(limit.cap)]
        groups = tuple(((self.ads[limit.columns[0]] == limit.label).to_numpy(), limit.cap) for limit in capped)
        return Stops(groups, self.limits.stock)


@dataclass(frozen=True, eq=False)
class AdPlan:
    """Spend per cell with its certificate, and the bid per click behind that of each ad cell."""

    problem: AdProblem
    allocation: Allocation
    bids: Floats
    relaxed: Certificate

    @property
    def claim(self) -> dict[str, float]:
        """What is proven: the certificate of the bids kept, and how far off if the tool took any bid at all.

        Which cells stay at the tool's lowest bid is chosen one by one, so the certificate is of that choice; the
        relaxed bound holds for every choice.
        """
        exact = self.allocation.certificate
        gap = (self.relaxed.bound - exact.profit) / max(abs(exact.profit), 1e-9 * abs(self.relaxed.bound), 1e-300)
        relaxed = {"relaxed_bound": self.relaxed.bound, "relaxed_gap": max(0.0, gap)}
        return exact.as_dict() | {"money": self.allocation.limits.total} | relaxed

    def proven(self) -> AdPlan:
        """Return the same choice of lowest bids with its best spends searched for, where a gap is left."""
        certificate = self.allocation.certificate
        if max(certificate.gap, certificate.violation) <= ENOUGH:
            return self
        allocation = allocate_budget(self.allocation.cells, self.allocation.limits)
        return replace(self, allocation=allocation, bids=_bids(allocation, self.problem))

    @property
    def table(self) -> pd.DataFrame:
        """The allocation's rows of the ads, indexed like `tables.MARKET`."""
        return self.allocation.table.loc[self.problem.ads.index]

    @property
    def message_money(self) -> float:
        """What the messages get. [currency]"""
        return float(self.allocation.table["spend"].sum() - self.table["spend"].sum())


def ad_problem(brief: Brief, market: pd.DataFrame, messages: pd.DataFrame | None = None) -> AdProblem:
    """Return what ads and messages have to keep to.

    Parameters
    ----------
    brief
        Budgets, minimum spends, stock and shipping, least return.
    market
        `tables.MARKET`.
    messages
        Linear cells of the messages, labelled otherwise than the rows of `market`.
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
        campaign=_campaign_labels(market),
        window=market["window"],
        day=market["channel"] + " " + days,
    )
    everything, lowest = cells, np.where(closed, 0.0, lowest)
    if messages is not None and len(messages):
        everything = pd.concat([cells, messages.assign(campaign="", window="", day="")[_shared(cells, messages)]])
        lowest = np.concatenate([lowest, np.zeros(len(messages))])
    limits = Limits(
        total=brief.budget.total - brief.budget.reserve,
        groups=tuple(_group_limits(brief, cells)),
        min_return=brief.budget.min_return,
        stock=brief.stock.units if brief.stock.units is not None else np.inf,
        fulfilment=_fulfilment(brief, market),
    )
    return AdProblem(cells, everything, limits, bounds, lowest)


def _campaign_labels(market: pd.DataFrame) -> pd.Series:
    """Return what limits and prices call each row's campaign; empty where it has none."""
    if "campaign" not in market:
        return pd.Series("", index=market.index)
    units = zip(market["channel"], market["campaign"], strict=True)
    keys = ["" if pd.isna(campaign) else campaign_key(channel, campaign) for channel, campaign in units]
    return pd.Series(keys, index=market.index)


def _group_limits(brief: Brief, cells: pd.DataFrame) -> Iterator[GroupLimit]:
    """Yield the brief's budgets and minimum spends."""
    for channel in brief.channels:
        if channel.paid and channel.budget is not None:
            title = Message("brief.limit_channel_budget", {"channel": channel.name})
            yield GroupLimit("channel", channel.name, cap=channel.budget, title=title)
    for channel in brief.channels:
        for campaign in channel.campaigns:
            if campaign.budget is not None:
                title = Message("brief.limit_campaign_budget", {"channel": channel.name, "campaign": campaign.name})
                key = campaign_key(channel.name, campaign.name)
                yield GroupLimit("campaign", key, cap=campaign.budget, title=title)
    for change in brief.windows:
        if change.budget is not None and (window := brief.playbook.window(change.window)):
            title = Message("brief.limit_window_budget", {"window": window.name})
            yield GroupLimit("window", window.id, cap=change.budget, title=title)
    for channel in brief.channels:
        if channel.paid and channel.daily_minimum > 0:
            for day in cells.loc[cells["channel"] == channel.name, "day"].unique():
                values = {"channel": channel.name, "day": day.rpartition(" ")[2]}
                title = Message("brief.limit_daily_minimum", values)
                yield GroupLimit("day", day, floor=channel.daily_minimum, title=title)


def _shared(cells: pd.DataFrame, messages: pd.DataFrame) -> list[str]:
    """Return the columns of the ad cells that the messages have too."""
    return [name for name in cells.columns if name in {*messages.columns, "campaign", "window", "day"}]


def _fulfilment(brief: Brief, market: pd.DataFrame) -> FulfilmentCost:
    """Return what late and missing orders cost this shop."""
    if brief.stock.ship_per_day is None:
        return NO_COST
    weight = (market["clicks"] * market["conversion"]).to_numpy()
    price = float(np.average(market["order_value"], weights=weight if weight.sum() > 0 else None))
    return shipping_cost(brief.shop.platform, price, brief.stock.ship_per_day, promise_hours=brief.stock.promise_hours)


def plan_ads(problem: AdProblem, money: float) -> AdPlan:
    """Return the most profitable spend and bids for a sum of money, messages included.

    A tool takes no bid between off and its lowest one. Cells whose best bid lies in between stay at the lowest bid
    where that still earns more than the money's price, and are left out where it does not; the rest is allocated again.

    Parameters
    ----------
    problem
        From `ad_problem`.
    money
        Most to spend. [currency]

    Raises
    ------
    InfeasibleError
        The limits of the brief leave no plan; all in conflict are named.
    """
    limits = problem.limits.with_total(money)
    cells = problem.cells
    allocation = allocate_budget(cells, limits, search=False)
    relaxed = allocation.certificate
    spend = allocation.table["spend"].to_numpy()
    between = (spend < problem.lowest) & (cells["cap"] > 0).to_numpy()
    if between.any():
        worth = cells["orders_per_click"] * cells["profit_per_order"] * clicks_at_spend(cells, problem.lowest)
        may_stay = between & (problem.lowest <= cells["cap"].to_numpy())

        duty = _duty_cells(problem, between, worth)

        def with_floors(price: Floats) -> Allocation:
            stays = (may_stay & (worth.to_numpy() > price * problem.lowest)) | duty
            floors = cells.assign(floor=np.where(stays, problem.lowest, 0.0))
            return _allocate_with_floors(floors, limits, between=between, duty=duty)

        curves, allocation = allocation, with_floors(_money_prices(problem, allocation))
        if allocation.certificate.profit < _NEARLY * curves.certificate.profit:
            # Lowest bids moved the price of money: cells that were left out at the old one may stay, and the reverse.
            again = with_floors(_money_prices(problem, allocation))
            allocation = max(allocation, again, key=lambda tried: tried.profit)
        if allocation.spend < 0.99 * money:
            # A small budget: curves alone would spread it below every lowest bid. The best lowest bids are bought.
            allocation = max(allocation, with_floors(np.ones(len(cells))), key=lambda tried: tried.profit)
    return AdPlan(problem, allocation, _bids(allocation, problem), relaxed)


def _money_prices(problem: AdProblem, allocation: Allocation) -> Floats:
    """Return what a unit of money in each cell costs: itself, and what it takes from or saves the limits on money."""
    price: Floats = np.full(len(problem.cells), 1.0 + allocation.money_price)
    for limit in problem.limits.groups:
        inside = (problem.cells[limit.columns[0]] == limit.label).to_numpy()
        price += inside * float(allocation.multipliers[limit.name])
    return price.clip(min=0.0)


def _duty_cells(problem: AdProblem, between: NDArray[np.bool_], worth: pd.Series) -> NDArray[np.bool_]:
    """Return the cells to keep at their lowest bids so that the brief's minimum spends can be met at all."""
    cells, duty = problem.cells, np.zeros(len(problem.cells), dtype=bool)
    # A cell takes no more than its highest bid spends, and no more than all its clicks cost.
    cap = np.minimum(cells["cap"].to_numpy(), full_spend(cells))
    per_yuan = np.divide(worth.to_numpy(), problem.lowest, out=np.zeros(len(cells)), where=problem.lowest > 0)
    for limit in problem.limits.groups:
        inside = (cells[limit.columns[0]] == limit.label).to_numpy()
        room = cap[inside & ~between].sum()
        for place in sorted(np.flatnonzero(inside & between), key=lambda place: -per_yuan[place]):
            if room >= limit.floor:
                break
            room, duty[place] = room + cap[place], True
    return duty


def _allocate_with_floors(
    cells: pd.DataFrame, limits: Limits, *, between: NDArray[np.bool_], duty: NDArray[np.bool_]
) -> Allocation:
    """Return the allocation with cells at their lowest bids, as many as the limits carry; the other `between` are off.

    Lowest bids are a choice, but for cells of `duty`: the others that earn least for their money are left out first.
    """
    floor = cells["floor"]
    worth = cells["orders_per_click"] * cells["profit_per_order"] * clicks_at_spend(cells, floor.to_numpy())
    wanted = (worth / floor.where(floor > 0)).mask(duty, np.inf).where(floor > 0).dropna()
    best_first = wanted.sort_values(ascending=False, kind="stable").index
    # What is left of the total and of each group's cap, as the cells are taken one by one.
    groups = [limit for limit in limits.groups if np.isfinite(limit.cap)]
    inside = np.column_stack(
        [np.ones(len(cells), bool), *((cells[limit.columns[0]] == limit.label).to_numpy() for limit in groups)]
    )
    left = np.array([limits.total, *(limit.cap for limit in groups)])
    stays = np.zeros(len(cells), dtype=bool)
    for place in cells.index.get_indexer(best_first):
        after = left - inside[place] * floor.iloc[place]
        if (after >= 0).all():
            left, stays[place] = after, True
    off = cells["cap"].where(~between | stays, 0.0)
    try:
        return allocate_budget(cells.assign(floor=np.where(stays, floor, 0.0), cap=off), limits, search=False)
    except InfeasibleError:
        # Least return or stock does not carry these floors either: off, but for what the minimum spends need.
        kept = cells.assign(floor=0.0, cap=cells["cap"].where(~between | duty, 0.0))
        return allocate_budget(kept, limits, search=False)


def _bids(allocation: Allocation, problem: AdProblem) -> Floats:
    """Return the bid per click behind each spend, within the tool's bounds; 0 where nothing is bought."""
    spend = allocation.table.loc[problem.ads.index, "spend"].to_numpy()
    bids = np.clip(bid_at_spend(problem.ads, spend), problem.bounds.lowest, problem.bounds.highest)
    return np.where(spend > 0, bids, 0.0)
