"""The schedule: for every slot and paid channel the bid, the spend and its cap, and what to expect of them.

Amounts are in whole steps of the currency and bids in steps of the tool; the rest is rounded so that sums over a
promotion hold to the cent.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.allocate.ads import AdPlan
from planner.allocate.bids import cap_spend, shown_bids, tool_unit
from planner.allocate.reasons import row_reasons
from planner.brief import Brief
from planner.market import Draws
from planner.market.curves import bid_at_spend, clicks_at_spend
from planner.market.simulation import Rehearsal, rehearse
from planner.vocabulary.tables import unit_columns
from planner.vocabulary.wording import Lang

__all__ = ["hourly_caps", "mean_bids", "percent_of_mean_bid", "plan_schedule"]

Floats = NDArray[np.float64]

# Decimals of the schedule's columns: enough that sums over a promotion hold to the cent.
_DECIMALS = {
    **dict.fromkeys(("spend", "spend_cap", "revenue", "profit", "profit_low", "profit_high"), 2),
    **dict.fromkeys(("clicks", "clicks_low", "clicks_high"), 3),
    **{"impressions": 1, "orders": 4, "next_yuan": 4},
}


def hourly_caps(ads: AdPlan, spend: Floats, draws: Draws, money: float) -> Floats:
    """Return the hourly caps, from what the bids may spend in a good hour.

    Parameters
    ----------
    ads
        What was planned.
    spend
        Per ad cell, in whole steps of the currency. [currency]
    draws
        Markets that may come.
    money
        For all ads. [currency]
    """
    cells = ads.problem.ads
    uncapped = rehearse(cells, draws, ads.bids, caps=np.inf, budget=np.inf)
    clicks = clicks_at_spend(cells, spend)
    price = np.divide(spend, clicks, out=np.zeros_like(spend), where=clicks > 0)
    caps = cap_spend(spend, price, np.quantile(uncapped.spend, 0.9, axis=0), money)
    for limit in ads.problem.limits.groups:
        if not np.isfinite(limit.cap):
            continue
        inside, most = (cells[limit.columns[0]] == limit.label).to_numpy(), limit.cap
        if limit.columns != ("window",):
            caps = np.where(inside, np.minimum(caps, np.maximum(most, spend)), caps)
            continue
        # No daily budget of a tool can hold a window to its own: what its hours may run over their plan fits into it.
        over = float((caps - spend)[inside].sum())
        spare = max(0.0, most - float(spend[inside].sum()))
        if over > spare:
            caps = np.where(inside, spend + (caps - spend) * spare / over, caps)
    return caps


def mean_bids(schedule: pd.DataFrame) -> pd.DataFrame:
    """Return the mean bid of each channel, or of each campaign of a plan by campaign, over the clicks it is to buy.

    Parameters
    ----------
    schedule
        `tables.SCHEDULE`.

    Returns
    -------
    pandas.DataFrame
        Indexed like `schedule`, every row of a unit alike: `bid` [currency/click or currency/1000 impressions],
        `of_base`, that mean in per cent of the base bid, and `spend`, the unit's own [currency]. Bids are missing where
        a unit buys nothing at all.
    """
    bought = schedule["bid"] > 0
    clicks = schedule["clicks"].where(bought, 0.0)
    parts = {"bid": schedule["bid"] * clicks, "of_base": schedule["bid_percent"].where(bought, 0.0) * clicks}
    parts |= {"clicks": clicks, "spend": schedule["spend"]}
    units = [schedule[name] for name in unit_columns(schedule)]
    sums = pd.DataFrame(parts).groupby(units, dropna=False).transform("sum")
    means = sums[["bid", "of_base"]].div(sums["clicks"].where(sums["clicks"] > 0), axis=0)
    return means.assign(spend=sums["spend"])


def percent_of_mean_bid(schedule: pd.DataFrame) -> pd.Series:
    """Return every bid in per cent of the plan's own mean bid (`mean_bids`); missing where nothing is bought.

    Against it the hours of one channel can be told apart, which is what a tool's schedule by the hour is about; the
    base bid may lie anywhere.
    """
    percent = 100 * schedule["bid"] / mean_bids(schedule)["bid"]
    return percent.where(schedule["bid"] > 0).rename("mean_percent")


def plan_schedule(
    brief: Brief,
    market: pd.DataFrame,
    ads: AdPlan,
    *,
    spend: Floats,
    caps: Floats,
    rehearsal: Rehearsal,
    lang: Lang,
) -> pd.DataFrame:
    """Return `tables.SCHEDULE`: what the forecast expects of each cell, and its range over the drawn markets.

    Parameters
    ----------
    brief
        Names and currency.
    market
        `tables.MARKET`.
    ads
        What was planned.
    spend, caps
        Per row of `market`, `spend` in whole steps of the currency. [currency]
    rehearsal
        The plan, played in the drawn markets.
    lang
        Language of the reasons.
    """
    cells, unit = ads.problem.ads, tool_unit(brief.promotion.currency)
    # Rounding may give a step of money to a cell that had next to nothing: it is bid for like any other.
    bids = np.where(ads.bids > 0, ads.bids, np.minimum(bid_at_spend(cells, spend), ads.problem.bounds.highest))
    bids, percent = shown_bids(np.where(spend > 0, bids, 0.0), ads.problem.bounds, unit)
    clicks = clicks_at_spend(cells, spend)
    orders = clicks * cells["orders_per_click"].to_numpy()
    profit = orders * cells["profit_per_order"].to_numpy() - spend
    clicks_range, profit_range = (
        np.quantile(values, (0.1, 0.9), axis=0) for values in (rehearsal.clicks, rehearsal.profit)
    )
    table = pd.DataFrame(
        {
            "start": market["start"],
            "end": market["end"],
            **{name: market[name] for name in unit_columns(market)},
            "window": market["window"],
            "stance": market["stance"],
            "bid": bids,
            "bid_percent": percent,
            "spend": spend,
            "spend_cap": np.maximum(np.floor(caps / unit + 1e-6) * unit, spend),
            "impressions": clicks / market["click_through"].to_numpy(),
            "clicks": clicks,
            "clicks_low": np.minimum(clicks_range[0], clicks),
            "clicks_high": np.maximum(clicks_range[1], clicks),
            "orders": orders,
            "revenue": orders * cells["revenue_per_order"].to_numpy(),
            "profit": profit,
            "profit_low": np.minimum(profit_range[0], profit),
            "profit_high": np.maximum(profit_range[1], profit),
            "next_yuan": np.where(np.isfinite(ads.table["next_yuan"]), ads.table["next_yuan"], 0.0),
        },
        index=market.index,
    ).round(_DECIMALS)
    table["reason"] = row_reasons(brief, table, market, ads.table["bound"].astype(str), lang)
    return table
