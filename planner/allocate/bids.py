"""From money to bids: bounds that the ad tool's bids set on spend, the bid behind each spend, caps, limits, rounding.

Inside the planner every bid is per click. Channels sold by the thousand impressions are turned into clicks by their
click-through on the way in and back on the way out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.market.curves import spend_at_bid
from planner.vocabulary.tables import unit_columns
from planner.vocabulary.wording import Lang, say

__all__ = ["BidBounds", "bid_bounds", "cap_spend", "plan_limits", "shown_bids", "spend_bounds", "tool_unit"]

Floats = NDArray[np.float64]

# The lowest step of a time-of-day discount, as a share of the base bid, below which the platform's tool only knows off.
_LOWEST_STEP = {"tmall": 0.30, "taobao": 0.30}
# Hourly caps are a guard against runaway hours, not the plan: what an hour brings beyond its forecast at a bid worth
# paying is profit. On simulated markets caps at 1.5 times the plan cost 2 to 9 per cent of the best profit, three times
# the plan and a tenth of the money at least cost nothing that could be told from chance.
_CAP_SLACK = 3.0
_CAP_SHARE = 0.10
_CAP_CLICKS = 5.0
# How far a channel's day may run over its plan before its own limit stops it, while the total holds.
_LIMIT_SLACK = 1.25
_NO_DECIMALS = {"JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "PYG", "RWF"}


@dataclass(frozen=True, eq=False)
class BidBounds:
    """What the tool's bids allow, a row a cell of the market, per click.

    `base` is the bid that percentages refer to, `per_click` turns a bid per click into the channel's own unit.
    """

    base: Floats
    lowest: Floats
    highest: Floats
    per_click: Floats


def tool_unit(currency: str) -> float:
    """Return the smallest amount of a currency that a tool takes."""
    return 1.0 if currency in _NO_DECIMALS else 0.01


def bid_bounds(brief: Brief, market: pd.DataFrame) -> BidBounds:
    """Return base, lowest and highest bid per click for each row of `tables.MARKET`."""
    per_click = np.ones(len(market))
    units = market.groupby(unit_columns(market), dropna=False, sort=False)
    scale = _against_channel(market)
    base = units["reference_bid"].transform("median").to_numpy(dtype=float).copy()
    lowest, highest = np.zeros(len(market)), np.full(len(market), np.inf)
    for unit, rows in units.indices.items():
        name, *campaign = unit if isinstance(unit, tuple) else (unit,)
        told = brief.channel(str(name))
        if told is None:
            continue
        channel = told.with_bids_of(campaign[0]) if campaign else told
        if channel.kind == "cpm":
            per_click[rows] = 1000 * market["click_through"].to_numpy()[rows]
        if channel.base_bid is not None:
            own = told.campaign(campaign[0]) if campaign else None
            stated = scale[rows[0]] == 1 or (own is not None and own.base_bid is not None)
            in_unit = channel.base_bid if stated else _in_steps(channel.base_bid * scale[rows[0]], brief)
            base[rows] = in_unit / per_click[rows]
        lowest[rows] = channel.min_bid / per_click[rows]
        if channel.max_bid is not None:
            highest[rows] = channel.max_bid / per_click[rows]
    # A base bid so high that its lowest step passes the highest bid is the tool's trouble: the highest bid holds.
    lowest = np.minimum(np.maximum(lowest, _LOWEST_STEP.get(brief.shop.platform, 0.0) * base), highest)
    return BidBounds(base, lowest, highest, per_click)


def _against_channel(market: pd.DataFrame) -> Floats:
    """Return each row's reference bid over the mean one of its channel: campaigns of one channel bid differently."""
    clicks = market["clicks"].clip(lower=1e-9)
    totals = pd.DataFrame({"clicks": clicks, "bids": clicks * market["reference_bid"]})
    sums = totals.groupby(market["channel"]).transform("sum")
    scale: Floats = (market["reference_bid"] * sums["clicks"] / sums["bids"]).round(6).to_numpy(dtype=float)
    return scale


def _in_steps(bid: float, brief: Brief) -> float:
    """Return a bid in whole steps of the currency, at least one. [channel's unit]"""
    unit = tool_unit(brief.promotion.currency)
    return max(round(bid / unit), 1) * unit


def cap_spend(spend: Floats, price: Floats, high: Floats, total: float) -> Floats:
    """Return hourly caps: three times the plan or a tenth of the money, room for a few clicks, and for a good hour.

    Parameters
    ----------
    spend
        Planned spend per cell. [currency]
    price
        Price of a click. [currency]
    high
        90 % point of the spend at the planned bid, uncapped. [currency]
    total
        Money for ads; no cap is above it. [currency]
    """
    loose = np.maximum.reduce(
        [_CAP_SLACK * spend, spend + _CAP_CLICKS * price, high, np.full_like(spend, _CAP_SHARE * total)]
    )
    return np.where(spend > 0, np.minimum(loose, total), 0.0)


def shown_bids(bids: Floats, bounds: BidBounds, unit: float) -> tuple[Floats, Floats]:
    """Return bids in the channels' own units, rounded down to the tool's step, and in per cent of the base bid."""
    shown = np.floor(bids * bounds.per_click / unit + 1e-6) * unit
    # A bid that rounds to nothing would switch the cell off: the smallest bid is meant.
    shown = np.where((bids > 0) & (shown <= 0), unit, shown)
    # Nor may rounding take a bid below the lowest the tool takes.
    least = np.ceil(bounds.lowest * bounds.per_click / unit - 1e-6) * unit
    # Where no step lies between the two, the seller's highest bid holds.
    most = np.maximum(np.floor(bounds.highest * bounds.per_click / unit + 1e-6), 1.0) * unit
    shown = np.where(bids > 0, np.minimum(np.maximum(shown, least), most), 0.0).round(6)
    return shown, np.where(bids > 0, 100 * shown / (bounds.base * bounds.per_click), 0.0).round(1)


def spend_bounds(market: pd.DataFrame, cells: pd.DataFrame, bounds: BidBounds) -> tuple[Floats, Floats]:
    """Return the spend at the lowest and at the highest bid of each cell."""
    low = spend_at_bid(cells, bounds.lowest)
    high = np.full(len(market), np.inf)
    capped = np.isfinite(bounds.highest)
    high[capped] = spend_at_bid(cells, np.where(capped, bounds.highest, 1.0))[capped]
    return np.minimum(low, high), high


def plan_limits(brief: Brief, schedule: pd.DataFrame, money: float, lang: Lang) -> pd.DataFrame:
    """Return `tables.LIMITS`: the daily budget to set for each channel, or campaign, together at most `money`.

    A day's limit is looser than its plan as far as the total and the budgets of channel and campaign allow, so that a
    good day is not cut short. Ad tools take whole units of the currency as a daily budget.
    """
    units = unit_columns(schedule)
    dated = schedule.assign(date=schedule["start"].dt.strftime("%Y-%m-%d"))
    planned = dated.groupby(["date", *units], sort=True, dropna=False)["spend"].sum().reset_index()
    total = float(planned["spend"].sum())
    slack = min(_LIMIT_SLACK, money / total) if total > 0 else 1.0
    groups = _budget_groups(brief, planned)
    wanted = slack * planned["spend"].to_numpy()
    for inside, most in groups:
        if wanted[inside].sum() > most:
            wanted[inside] *= most / wanted[inside].sum()
    limits = _whole_limits(wanted, groups, money)
    loose = say("plan.limit_why", lang, slack=100 * (slack - 1))
    tight = say("plan.limit_tight", lang)
    why = [
        loose if slack > 1.005 and row > 1.005 * plan else tight
        for row, plan in zip(limits, planned["spend"], strict=True)
    ]
    return planned.drop(columns="spend").assign(limit=limits, why=why)


def _budget_groups(brief: Brief, planned: pd.DataFrame) -> list[tuple[NDArray[np.bool_], float]]:
    """Return the rows that each budget of a channel or campaign in the brief is for, with the budget. [currency]"""
    groups = []
    for channel in brief.channels:
        mine = (planned["channel"] == channel.name).to_numpy()
        if channel.budget is not None:
            groups.append((mine, channel.budget))
        for campaign in channel.campaigns:
            if campaign.budget is not None and "campaign" in planned:
                groups.append((mine & (planned["campaign"] == campaign.name).to_numpy(), campaign.budget))
    return groups


def _whole_limits(wanted: Floats, groups: list[tuple[NDArray[np.bool_], float]], money: float) -> Floats:
    """Return whole limits near those wanted: what rounding down leaves goes to the largest parts that have room."""
    limits = np.floor(wanted)
    spare = int(min(np.floor(money), np.ceil(wanted.sum())) - limits.sum())
    for place in np.argsort(limits - wanted, kind="stable"):
        if spare <= 0:
            break
        room = all(limits[inside].sum() + 1 <= most for inside, most in groups if inside[place])
        if room and limits[place] < wanted[place]:
            limits[place], spare = limits[place] + 1, spare - 1
    return limits
