"""The plan and the market by slot and by window, as the charts, the page and the terminal show them.

Multiples are against the same hour of a usual day, all paid channels together: clicks, price and conversion in total
over what they usually are in total. Ranges hold four times in five and take the channels to move together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from planner.plan import Plan

__all__ = ["MEASURES", "WIDE", "market_table", "spend_table", "window_table"]

# Half the width of a range that holds four times in five, in standard deviations.
WIDE = 1.2816
MEASURES = ("traffic", "price", "conversion")


def spend_table(plan: Plan) -> pd.DataFrame:
    """Return what each channel is to spend: `start`, `end`, `channel`, `spend`, `per_hour` [currency/hour]."""
    spend = plan.schedule.groupby(["start", "end", "channel"], sort=True, as_index=False)["spend"].sum()
    hours = (spend["end"] - spend["start"]) / pd.Timedelta(hours=1)
    return spend.assign(per_hour=spend["spend"] / hours)


def market_table(plan: Plan) -> pd.DataFrame:
    """Return the market by slot: `start`, `end`, and `traffic`, `price`, `conversion` as multiples of the usual.

    Each comes with `_low` and `_high`, its 10 % and 90 % points, and with `_prior`, what the playbook says of it.
    """
    market = plan.market
    weight = market["clicks"].where(market["clicks"] > 0, 1e-9)
    sizes = {
        "traffic": weight,
        "price": weight * market["price"],
        "conversion": weight * market["conversion"].clip(lower=1e-12),
    }
    parts: dict[tuple[str, str], pd.Series] = {}
    for name in MEASURES:
        usual = sizes[name] / market[f"{name}_ratio"]
        parts[name, "size"], parts[name, "usual"] = sizes[name], usual
        parts[name, "prior"], parts[name, "sd"] = usual * market[f"{name}_prior"], usual * market[f"{name}_sd"]
    sums = pd.DataFrame(parts).groupby(market["start"]).sum()
    columns: dict[str, pd.Series] = {}
    for name in MEASURES:
        totals = sums[name, "usual"]
        columns[name] = sums[name, "size"] / totals
        columns[f"{name}_prior"] = sums[name, "prior"] / totals
        sd = sums[name, "sd"] / totals
        columns[f"{name}_low"] = columns[name] * np.exp(-WIDE * sd)
        columns[f"{name}_high"] = columns[name] * np.exp(WIDE * sd)
    ends = market.drop_duplicates("start").set_index("start")["end"]
    return pd.DataFrame({"end": ends.reindex(sums.index), **columns}).reset_index()


def window_table(plan: Plan) -> pd.DataFrame:
    """Return the windows in order of time.

    Returns
    -------
    pandas.DataFrame
        `start`, `end`, `window`, `stance`, `hours`, `spend`, `share` of all spend, and the market's multiples, each the
        mean over the window's hours.
    """
    slots = plan.slots.merge(market_table(plan), on=["start", "end"], how="left")
    spend = plan.schedule.groupby("start")["spend"].sum()
    slots = slots.assign(spend=slots["start"].map(spend).fillna(0.0))
    run = (slots["window"] != slots["window"].shift()).cumsum()
    for name in MEASURES:
        slots[name] = slots[name] * slots["hours"]
    grouped = slots.groupby(run, sort=False)
    table = grouped.agg(
        start=("start", "first"),
        end=("end", "last"),
        window=("window", "first"),
        stance=("stance", "first"),
        hours=("hours", "sum"),
        spend=("spend", "sum"),
        **{name: (name, "sum") for name in MEASURES},
    )
    for name in MEASURES:
        table[name] = table[name] / table["hours"]
    total = table["spend"].sum()
    return table.assign(share=table["spend"] / total if total else 0.0).reset_index(drop=True)
