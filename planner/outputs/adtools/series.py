"""The plan as what an ad tool is told campaign by campaign: cells with their bids, and what a bid there is worth.

A cell is worth what its clicks earn less what they cost, each unit of money counted at one plus what money earns
elsewhere in the plan, each order less what the plan's limits on orders make it cost. Where something else than money
set the plan's bid (a floor, a cap, a person), another bid may seem worth more at that price: the loss is then counted
at the price at which the plan's bid is best, so that no bid is worth more than the plan's. Where the plan buys nothing,
nothing that is earned there counts, only what is lost.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.allocate.bids import bid_bounds
from planner.brief import campaign_key
from planner.brief.toml_input import suggestion
from planner.market.curves import clicks_at_spend, response_cells, spend_at_bid
from planner.plan import Plan
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.tables import unit_columns
from planner.vocabulary.wording import Message, say

__all__ = ["Outcome", "Series", "choose_series", "plan_series"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What bids do: clicks, spend and profit after it [currency], and their worth at the plan's price of money."""

    spend: Floats
    profit: Floats
    worth: Floats


@dataclass(frozen=True, eq=False)
class Series:
    """One campaign, or one channel, of the plan.

    Attributes
    ----------
    channel, campaign
        As in the plan. The campaign is empty for a whole channel; for all campaigns of one that have no rows of their
        own it is what a person calls them.
    others
        Whether it stands for those campaigns.
    cells
        In order of time: ``start``, ``end``, ``hours``, ``stance``, ``bid`` (the channel's own unit), ``spend``, and
        the columns of `curves.response_cells`.
    per_click
        Turns a bid per click into the channel's own unit.
    money_price, order_price, revenue_price
        What the plan's limits make a unit of spend, an order and a unit of revenue cost (below 0: earn) besides.
    base_bid
        The brief's for the campaign, else the channel's in proportion; None where it gives none. [currency]
    min_bid, max_bid
        The brief's. [currency]
    """

    channel: str
    campaign: str
    cells: pd.DataFrame
    per_click: Floats
    money_price: Floats
    order_price: float
    revenue_price: float
    base_bid: float | None
    min_bid: float
    max_bid: float
    others: bool = False

    @property
    def unit(self) -> tuple[str, str]:
        """Channel and campaign as the plan's tables have them, empty where they have none."""
        return self.channel, "" if self.others else self.campaign

    @property
    def name(self) -> str:
        """The campaign, or the channel where there is none."""
        return self.campaign or self.channel

    @property
    def bids(self) -> Floats:
        """The plan's bids in the channel's unit. [currency]"""
        return np.asarray(self.cells["bid"], dtype=np.float64)

    @property
    def closed(self) -> NDArray[np.bool_]:
        """Cells in which the plan buys nothing."""
        return self.bids <= 0

    @property
    def silent(self) -> NDArray[np.bool_]:
        """Cells that are to be off: the stance says so."""
        return np.asarray(self.cells["stance"] == "notify") & self.closed

    def at_bids(self, bids: Floats) -> Outcome:
        """Return what bids do, for a row of cells or for many. [channel's unit]"""
        return self.at_spend(spend_at_bid(self.cells, bids / self.per_click))

    def at_spend(self, spend: Floats) -> Outcome:
        """Return what spends do, for a row of cells or for many. [currency]"""
        clicks, planned = clicks_at_spend(self.cells, spend), spend_at_bid(self.cells, self.bids / self.per_click)
        earned, money = self._click_worth, 1 + self.money_price
        worth = earned * clicks - money * spend
        best = earned * clicks_at_spend(self.cells, planned)
        own = self._own_price
        # At the cell's own price: what is lost against the plan's bid, never below 0.
        lost = best - own * planned - (earned * clicks - own * spend)
        worth = np.minimum(worth, np.where(self.closed, 0.0, best - money * planned - lost))
        profit = self._column("orders_per_click") * self._column("profit_per_order") * clicks - spend
        return Outcome(spend, profit, worth)

    def planned(self) -> Outcome:
        """Return what the plan's own bids do."""
        return self.at_bids(self.bids)

    def amounts(self, steers: Literal["bid", "money"]) -> Floats:
        """Return what a base is compared with: the plan's bids, or its money a day. [currency]"""
        return self.bids if steers == "bid" else 24 * self.planned().spend / self._column("hours")

    @cached_property
    def _click_worth(self) -> Floats:
        """What a click earns, after what the plan's limits make its orders cost. [currency/click]"""
        order = self._column("profit_per_order") - self.order_price
        return self._column("orders_per_click") * (order - self.revenue_price * self._column("revenue_per_order"))

    @cached_property
    def _own_price(self) -> Floats:
        """One plus the price of money at which the plan's bid is the best one. [currency/currency]"""
        bids = self.bids / self.per_click * self._column("kappa")
        known = (bids > 0) & (self._click_worth > 0)
        return np.where(known, self._click_worth / np.where(known, bids, 1.0), 1 + self.money_price)

    def _column(self, name: str) -> Floats:
        return np.asarray(self.cells[name], dtype=np.float64)


def plan_series(plan: Plan) -> list[Series]:
    """Return every paid channel of a plan, or its campaigns where it has them."""
    keys = ["start", *unit_columns(plan.schedule)]
    bounds = bid_bounds(plan.brief, plan.market)
    cells = response_cells(plan.market).assign(per_click=bounds.per_click, base=bounds.base * bounds.per_click)
    wanted = plan.schedule[[*keys, "end", "bid", "spend"]]
    joined = cells.merge(wanted, on=keys, how="inner", validate="one_to_one")
    if len(joined) != len(plan.schedule):
        raise ValueError("schedule and market do not have the same cells")
    joined["hours"] = (joined["end"] - joined["start"]) / pd.Timedelta(hours=1)
    joined["campaign"] = joined["campaign"].fillna("") if "campaign" in keys else ""
    divided = set(joined.loc[joined["campaign"] != "", "channel"])
    return [
        _one(plan, str(channel), str(campaign), rows.sort_values("start", ignore_index=True), divided)
        for (channel, campaign), rows in joined.groupby(["channel", "campaign"], sort=False)
    ]


def _one(plan: Plan, channel: str, campaign: str, cells: pd.DataFrame, divided: Set[str]) -> Series:
    """Return one series with the prices that the plan's limits put on its money and orders.

    `divided` are the channels of which some campaigns stand by themselves.
    """
    prices = plan.multipliers
    brief, told = plan.brief, plan.brief.channel(channel)
    told = told.with_bids_of(campaign) if told else None
    money = (
        plan.summary.money_price
        + float(prices.get(f"channel:{channel}", 0.0))
        + float(prices.get(f"campaign:{campaign_key(channel, campaign)}", 0.0))
        + cells["window"].map(lambda window: float(prices.get(f"window:{window}", 0.0))).to_numpy(dtype=float)
        + cells["date"].map(lambda date: float(prices.get(f"day:{channel} {date}", 0.0))).to_numpy(dtype=float)
    )
    returned = float(prices.get("min_return", 0.0))
    others = not campaign and channel in divided
    return Series(
        channel=channel,
        campaign=f"{channel} ({say('labels.other_campaigns', plan.lang)})" if others else campaign,
        others=others,
        cells=cells.drop(columns=["per_click", "base"]),
        per_click=cells["per_click"].to_numpy(dtype=float),
        money_price=money + returned * brief.budget.min_return,
        order_price=float(prices.get("stock", 0.0)) + float(prices.get("shipping", 0.0)),
        revenue_price=-returned,
        base_bid=round(float(cells["base"].iloc[0]), 6) if told and told.base_bid is not None else None,
        min_bid=told.min_bid if told else 0.0,
        max_bid=told.max_bid if told and told.max_bid is not None else np.inf,
    )


def choose_series(plan: Plan, channels: Sequence[str], campaigns: Sequence[str]) -> list[Series]:
    """Return those of the channels and campaigns named; an empty choice takes all.

    Raises
    ------
    InputError
        A name that the plan does not have, none that has both, or two campaigns of one name.
    """
    series = plan_series(plan)
    problems = [
        Problem(Message("adtools.not_in_plan", {"found": name, "advice": suggestion(name, known)}))
        for asked, known in (
            (channels, {one.channel for one in series}),
            (campaigns, {one.campaign for one in series}),
        )
        for name in asked
        if name not in known
    ]
    if problems:
        raise InputError(problems)
    chosen = [
        one
        for one in series
        if (not channels or one.channel in channels) and (not campaigns or one.campaign in campaigns)
    ]
    if not chosen:
        raise InputError([Problem(Message("adtools.nothing_chosen"))])
    names = [one.name for one in chosen]
    # Files and tools know campaigns by their names alone.
    if double := sorted({name for name in names if names.count(name) > 1}):
        raise InputError([Problem(Message("adtools.same_name", {"names": ", ".join(double)}))])
    return chosen
