"""Make the example shop's history: simulated, seeded, and not anybody's real data.

    python data/make_example.py            writes history.csv beside this file

The shop sells tea. In every hour and channel a number of clicks is on offer, each with its own price to win it, spread
log-normally; the shop gets those that cost less than its bid. Last year's event moves the clicks on offer, their prices
and the buyers' readiness hour by hour; orders trail the clicks by up to a few hours. The planner knows none of these
curves: it sees the counts.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from pathlib import Path

import numpy as np

SEED = 20261111
NORMAL_DAYS = [dt.date(2026, 10, 26) + dt.timedelta(days=day) for day in range(14)]
EVENT_START = dt.datetime(2025, 11, 10, 20)
EVENT_HOURS = 28

# Clicks on offer in an average hour, median price to win one, click-through, orders per click, the shop's usual bid.
CHANNELS = {
    "search": (60.0, 1.30, 0.050, 0.034, 1.60),
    "feed": (110.0, 0.62, 0.018, 0.015, 0.75),
    "retarget": (16.0, 1.70, 0.040, 0.062, 1.95),
}
PRICE_SPREAD = 0.65
ORDER_VALUE, EVENT_ORDER_VALUE = 96.0, 88.0
DAY = np.array(
    [
        0.8,
        0.45,
        0.25,
        0.17,
        0.15,
        0.18,
        0.32,
        0.55,
        0.8,
        1.0,
        1.1,
        1.1,
        1.2,
        1.15,
        1.1,
        1.1,
        1.05,
        1.0,
        1.1,
        1.4,
        1.75,
        2.0,
        1.9,
        1.35,
    ]
)
READY = np.array(
    [
        0.8,
        0.7,
        0.6,
        0.6,
        0.6,
        0.6,
        0.7,
        0.8,
        0.9,
        1.0,
        1.1,
        1.15,
        1.1,
        1.05,
        1.0,
        1.0,
        1.0,
        0.95,
        0.95,
        1.0,
        1.05,
        1.1,
        1.15,
        1.05,
    ]
)
# The event from 20:00 on the eve, against the same hour of a usual day: clicks on offer, price, readiness.
EVENT = np.array(
    [
        (1.4, 1.1, 0.8),
        (1.5, 1.1, 0.7),
        (1.6, 1.2, 0.6),
        (1.9, 1.8, 0.4),
        (3.6, 2.0, 2.0),
        (3.9, 1.0, 2.6),
        (2.9, 0.85, 2.0),
        (2.2, 0.85, 1.8),
        (1.8, 0.85, 1.6),
        (1.7, 0.9, 1.5),
        (1.5, 0.9, 1.5),
        (1.5, 0.9, 1.7),
        (1.7, 0.9, 2.2),
        (1.9, 1.0, 2.4),
        (2.0, 1.7, 2.0),
        (1.9, 1.5, 1.9),
        (1.7, 1.0, 2.0),
        (1.6, 0.95, 1.9),
        (1.7, 1.05, 2.2),
        (1.8, 1.1, 2.1),
        (1.7, 1.5, 1.9),
        (1.6, 1.6, 1.9),
        (1.5, 1.0, 2.0),
        (1.6, 0.95, 2.0),
        (1.9, 1.2, 2.2),
        (2.1, 1.3, 2.4),
        (2.3, 1.3, 2.6),
        (2.4, 1.4, 2.9),
    ]
)
EVENT_TRAFFIC, EVENT_PRICE, EVENT_READY = EVENT.T


def normal_cdf(x: float) -> float:
    """Return the standard normal distribution function."""
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def auction(offered: float, median_price: float, bid: float) -> tuple[float, float]:
    """Return expected clicks and their average price for a bid."""
    z = (math.log(bid) - math.log(median_price)) / PRICE_SPREAD
    clicks = offered * normal_cdf(z)
    spend = offered * median_price * math.exp(PRICE_SPREAD**2 / 2) * normal_cdf(z - PRICE_SPREAD)
    return clicks, spend / clicks


def row(
    rng: np.random.Generator, hour: dt.datetime, channel: str, clicks: int, price: float, bid: float
) -> dict[str, object]:
    """Return what the report of one hour and channel shows, orders not yet counted."""
    click_through = CHANNELS[channel][2]
    return {
        "hour": hour.strftime("%Y-%m-%d %H:%M"),
        "channel": channel,
        "impressions": int(rng.poisson(clicks / click_through)) if clicks else 0,
        "clicks": clicks,
        "spend": round(clicks * price, 2),
        "orders": 0,
        "revenue": 0.0,
        "bid": round(bid, 2),
    }


def normal_rows(rng: np.random.Generator) -> list[dict[str, object]]:
    """Return two weeks of usual days, the bids touched every few days."""
    rows = []
    for number, day in enumerate(NORMAL_DAYS):
        level = math.exp(0.08 * rng.standard_normal()) * (1.15 if day.weekday() >= 5 else 1.0)
        if number % 3 == 0:
            nudge = {channel: math.exp(0.12 * rng.standard_normal()) for channel in CHANNELS}
        for hour in range(24):
            for channel, (offered, median_price, _, conversion, usual_bid) in CHANNELS.items():
                bid = round(usual_bid * nudge[channel], 2)
                expected, price = auction(offered * DAY[hour] * level, median_price, bid)
                clicks = int(rng.poisson(expected))
                entry = row(rng, dt.datetime.combine(day, dt.time(hour)), channel, clicks, price, bid)
                orders = int(rng.binomial(clicks, conversion * READY[hour]))
                entry["orders"], entry["revenue"] = (
                    orders,
                    round(float(rng.gamma(4.0, ORDER_VALUE / 4, orders).sum()), 2),
                )
                rows.append(entry)
    return rows


def event_rows(rng: np.random.Generator) -> list[dict[str, object]]:
    """Return last year's event: a tenth fewer clicks than this year, bids a quarter above the usual ones."""
    rows: list[dict[str, object]] = []
    booked = {channel: np.zeros(EVENT_HOURS, dtype=int) for channel in CHANNELS}
    for number in range(EVENT_HOURS):
        hour = EVENT_START + dt.timedelta(hours=number)
        for channel, (offered, median_price, _, conversion, usual_bid) in CHANNELS.items():
            bid = round(usual_bid * 1.25, 2)
            on_offer = 0.9 * offered * DAY[hour.hour] * EVENT_TRAFFIC[number]
            expected, price = auction(on_offer, median_price * EVENT_PRICE[number], bid)
            clicks = int(rng.poisson(expected))
            rows.append(row(rng, hour, channel, clicks, price, bid))
            orders = int(rng.binomial(clicks, min(0.9, conversion * READY[hour.hour] * EVENT_READY[number])))
            for lag in np.where(rng.random(orders) < 0.3, rng.exponential(2.5, orders), 0.0):
                booked[channel][min(EVENT_HOURS - 1, number + int(lag))] += 1
    for index, entry in enumerate(rows):
        orders = int(booked[str(entry["channel"])][index // len(CHANNELS)])
        entry["orders"], entry["revenue"] = orders, round(float(rng.gamma(4.0, EVENT_ORDER_VALUE / 4, orders).sum()), 2)
    return rows


def main() -> None:
    """Write the history."""
    rng = np.random.default_rng(SEED)
    rows = event_rows(rng) + normal_rows(rng)
    with (Path(__file__).parent / "history.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
