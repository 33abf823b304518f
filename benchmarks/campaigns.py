"""What planning by campaign earns beside planning by channel, in simulated shops whose truth is known.

    python benchmarks/campaigns.py --shops 30 --record

A shop has two channels of several campaigns that differ in size, in the price of their clicks, in how their clicks turn
into orders and in what an order is worth. In every hour and campaign so many clicks are on offer, each at a price of
its own, spread log-normally; the shop gets those that cost less than its bid. The planner sees two weeks of counts and
last year's event; the same counts added up by channel are what the plan by channel sees. Both plans, and flat bids,
are then played in this year's event under the same hard budget, and so are the best bids of all, which know the truth.
A plan by channel sets one multiple for all campaigns of a channel, each on its own usual bid, as a seller's tool does.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief, parse_brief
from planner.brief.toml_input import read_toml
from planner.history import History
from planner.plan import Plan, make_plan

RESULTS = Path(__file__).parent / "results" / "campaigns.md"
ZONE = "Asia/Shanghai"
SPREAD = 0.6
MARGIN, ORDER_VALUE, BUDGET = 0.4, 100.0, 3_000.0
DAY = 1 + 0.7 * np.sin((np.arange(24) - 14) / 24 * 2 * np.pi)
# What the event makes of an hour's clicks on offer, their price and their readiness, by the clock.
TRAFFIC = np.interp(np.arange(24), [0, 1, 3, 8, 10, 16, 20, 22, 23], [3.0, 2.2, 0.8, 1.2, 1.6, 1.5, 2.4, 2.2, 2.5])
PRICE = np.interp(np.arange(24), [0, 1, 3, 8, 10, 16, 20, 22, 23], [2.0, 1.5, 0.9, 1.0, 1.5, 1.6, 1.4, 1.3, 1.3])
READY = np.interp(np.arange(24), [0, 1, 3, 8, 10, 16, 20, 22, 23], [2.2, 1.6, 1.1, 1.2, 1.1, 1.0, 1.6, 1.9, 2.0])
BRIEF = f"""
[promotion]
name = "simulated"
date = 2026-11-11
plan_by = "campaign"
[budget]
total = {BUDGET}
[shop]
margin = {MARGIN}
[[channels]]
name = "search"
role = "search"
[[channels]]
name = "feed"
role = "feed"
[history]
orders_at = "click"
[[past_events]]
date = 2025-11-11
"""

PLANS = {
    "best": "best bids",
    "hours": "by campaign, told the hours",
    "parts": "by campaign, told the campaigns",
    "campaign": "by campaign",
    "channel": "by channel",
    "flat": "flat bids",
}

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shop:
    """A shop's campaigns: where they are, how large, dear, ready to buy and worth an order they are. [campaigns]"""

    channel: NDArray[np.object_]
    campaign: NDArray[np.object_]
    offered: Floats
    price: Floats
    conversion: Floats
    value: Floats
    bid: Floats

    def hour(self, clock: int, bids: Floats, *, event: bool, year: float = 1.0) -> tuple[Floats, Floats, Floats]:
        """Return the expected clicks, their cost and their orders in an hour. [currency]"""
        traffic, price, ready = (TRAFFIC[clock], PRICE[clock], READY[clock]) if event else (1.0, 1.0, 1.0)
        offered, middle = self.offered * DAY[clock] * traffic * year, self.price * price
        with np.errstate(divide="ignore"):
            reach = np.log(np.where(bids > 0, bids, 1e-300) / middle) / SPREAD
        clicks = offered * normal(reach)
        cost = offered * middle * np.exp(SPREAD**2 / 2) * normal(reach - SPREAD)
        return clicks, cost, clicks * np.minimum(self.conversion * ready, 0.9)


def normal(x: Floats) -> Floats:
    """Return the standard normal distribution function."""
    from scipy.special import ndtr

    return np.asarray(ndtr(x), dtype=np.float64)


def make_shop(rng: np.random.Generator) -> Shop:
    """Return a shop of two channels with three to six campaigns each."""
    counts = rng.integers(3, 7, 2)
    channel = np.repeat(np.array(["search", "feed"], dtype=object), counts)
    size, total = np.concatenate([rng.dirichlet(np.full(count, 2.0)) for count in counts]), len(channel)
    search = channel == "search"
    price = np.where(search, 1.1, 0.6) * np.exp(0.4 * rng.standard_normal(total))
    return Shop(
        channel,
        np.array([f"c{at}" for at in range(total)], dtype=object),
        np.where(search, 150.0, 260.0) * size,
        price,
        np.where(search, 0.035, 0.018) * np.exp(0.6 * rng.standard_normal(total)),
        ORDER_VALUE * np.exp(0.3 * rng.standard_normal(total)),
        price * np.exp(0.25 * rng.standard_normal(total)),
    )


def history_of(shop: Shop, rng: np.random.Generator) -> History:
    """Return two usual weeks and last year's event as they were counted."""
    usual = pd.date_range("2026-10-26", periods=14 * 24, freq="h", tz=ZONE)
    event = pd.date_range("2025-11-10 20:00", periods=28, freq="h", tz=ZONE)
    year = float(np.exp(0.15 * rng.standard_normal()))
    rows = []
    for moment in [*event, *usual]:
        clicks, cost, orders = shop.hour(moment.hour, shop.bid, event=moment.year == 2025, year=year)
        counted = rng.poisson(clicks)
        with np.errstate(divide="ignore", invalid="ignore"):
            paid = np.where(clicks > 0, cost / clicks, 0.0) * counted
            bought = rng.binomial(counted, np.where(clicks > 0, orders / clicks, 0.0))
        values = bought * shop.value
        rows.append(
            pd.DataFrame(
                {
                    "hour": moment, "channel": shop.channel, "campaign": shop.campaign, "impressions": counted * 40,
                    "clicks": counted, "spend": paid.round(2), "orders": bought, "revenue": values.round(2),
                    "bid": shop.bid,
                }
            )
        )  # fmt: skip
    table = pd.concat(rows, ignore_index=True)
    return History(table.sort_values(["hour", "channel", "campaign"], ignore_index=True))


def by_channel(history: History) -> History:
    """Return the history added up, bids by their clicks."""
    table = history.table.assign(weighted=history.table["bid"] * (history.table["clicks"] + 0.1))
    table["weight"] = table["clicks"] + 0.1
    sums = table.groupby(["hour", "channel"], as_index=False)[
        ["impressions", "clicks", "spend", "orders", "revenue", "weighted", "weight"]
    ].sum()
    return replace(
        history, table=sums.assign(bid=sums["weighted"] / sums["weight"]).drop(columns=["weighted", "weight"])
    )


def bids_of(plan: Plan, shop: Shop, history: History) -> dict[pd.Timestamp, Floats]:
    """Return what a plan bids for every campaign, by the start of the slot."""
    schedule = plan.schedule
    found = {}
    for start, rows in schedule.groupby("start"):
        if "campaign" in rows:
            keyed = rows.set_index(["channel", "campaign"])["bid"]
            found[start] = keyed.reindex(pd.MultiIndex.from_arrays([shop.channel, shop.campaign])).fillna(0).to_numpy()
        else:
            usual = history.table.groupby("channel")["bid"].mean()
            multiple = rows.set_index("channel")["bid"] / usual
            found[start] = multiple.reindex(shop.channel).fillna(0).to_numpy() * shop.bid
    return found


def play(shop: Shop, bids: dict[pd.Timestamp, Floats], ends: pd.Series, year: float) -> float:
    """Return the profit of bids in this year's event, the budget a hard stop. [currency]"""
    left, profit = BUDGET, 0.0
    for start in sorted(bids):
        length = (ends[start] - start) / pd.Timedelta(hours=1)
        _, cost, orders = (length * part for part in shop.hour(start.hour, bids[start], event=True, year=year))
        share = min(1.0, left / cost.sum()) if cost.sum() > 0 else 0.0
        left -= share * float(cost.sum())
        profit += share * float((orders * shop.value * MARGIN).sum() - cost.sum())
    return profit


def best_bids(shop: Shop, ends: pd.Series, year: float) -> dict[pd.Timestamp, Floats]:
    """Return the bids that earn most where the truth is known: a click's worth over one plus the price of money."""

    def at(price: float) -> dict[pd.Timestamp, Floats]:
        worth = {
            start: np.minimum(shop.conversion * READY[start.hour], 0.9) * shop.value * MARGIN for start in ends.index
        }
        return {start: each / (1 + price) for start, each in worth.items()}

    def spent(bids: dict[pd.Timestamp, Floats]) -> float:
        return sum(
            float(shop.hour(start.hour, each, event=True, year=year)[1].sum())
            * ((ends[start] - start) / pd.Timedelta(hours=1))
            for start, each in bids.items()
        )

    low, high = 0.0, 100.0
    if spent(at(low)) <= BUDGET:
        return at(low)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if spent(at(middle)) > BUDGET else (low, middle)
    return at(high)


def profits(seed: int) -> dict[str, float]:
    """Return the profit of every plan of `PLANS` in one shop."""
    rng = np.random.default_rng(seed)
    shop = make_shop(rng)
    history = history_of(shop, rng)
    year = float(np.exp(0.15 * rng.standard_normal()))
    brief: Brief = parse_brief(read_toml("brief.toml", text=BRIEF))
    summed = by_channel(history)
    plans = {
        "campaign": (make_plan(brief, history), history),
        "channel": (make_plan(brief.by_channel(), summed), summed),
    }
    ends = plans["channel"][0].slots.set_index("start")["end"]
    found = {name: play(shop, bids_of(plan, shop, known), ends, year) for name, (plan, known) in plans.items()}
    flat, best = dict.fromkeys(ends.index, shop.bid), best_bids(shop, ends, year)
    own, among = bids_of(plans["campaign"][0], shop, history), np.sum(list(best.values()), axis=0)
    mine = np.sum(list(own.values()), axis=0)
    told = {
        "parts": {start: among / among.sum() * bids.sum() for start, bids in own.items()},
        "hours": {start: mine / mine.sum() * best[start].sum() for start in own},
        "flat": flat,
        "best": best,
    }
    return {**found, **{name: play(shop, bids, ends, year) for name, bids in told.items()}}


def main() -> None:
    """Measure, print and, if asked, record."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shops", type=int, default=30)
    parser.add_argument("--first", type=int, default=1, help="seed of the first shop")
    parser.add_argument("--record", action="store_true", help="write the table to the results")
    options = parser.parse_args()
    table = pd.DataFrame([profits(seed) for seed in range(options.first, options.first + options.shops)])
    better = float((table["campaign"] > table["channel"]).mean())
    text = "\n".join(
        [
            "# Planning by campaign in simulated shops",
            "",
            f"**{table['campaign'].sum() / table['channel'].sum():.2f} x the profit of the plan by channel**, "
            f"better in {100 * better:.0f} % of {options.shops} shops.",
            "",
            f"`python benchmarks/campaigns.py --shops {options.shops} --first {options.first}`; profit of the ads in",
            "the true market, CNY. The best bids know it; *told the campaigns* has the plan's money in every hour and",
            "the best bids' proportions among campaigns, *told the hours* the other way round: what is left.",
            "",
            "| plan | of the best, % | mean profit | worst shop | against the plan by channel (10 %, median, 90 %) |",
            "|---|---|---|---|---|",
            *(
                f"| {name} | {100 * table[key].sum() / table['best'].sum():.1f} | {table[key].mean():,.0f} | "
                f"{table[key].min():,.0f} | "
                + ", ".join(f"{value:.2f}" for value in (table[key] / table["channel"]).quantile([0.1, 0.5, 0.9]))
                + " |"
                for key, name in PLANS.items()
            ),
            "",
        ]
    )
    sys.stdout.write(text)
    if options.record:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
