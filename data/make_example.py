"""Make the example shop's history: simulated, seeded, and not anybody's real data.

    python data/make_example.py            writes history.csv beside this file

The shop sells tea through nine campaigns. In every hour a number of clicks is on offer to each, each click with its own
price to win it, spread log-normally; the campaign gets those that cost less than its bid. What a campaign's clicks are
worth is drawn by one rule (`UNEQUAL`) and the first seed tried, while its bid is the channel's rule of thumb: one round
number a channel, as sellers set them. Orders trail the clicks and are booked when they are placed. One campaign has a
daily budget that runs out in the evening. Two past events move clicks on offer, prices and readiness hour by hour, each
year by its own measure. The planner knows none of these curves: it sees the counts.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SEED = 20261111
USUAL_DAYS = [dt.date(2026, 10, 12) + dt.timedelta(days=day) for day in range(28)]
EVENTS = (dt.datetime(2024, 11, 10, 20), dt.datetime(2025, 11, 10, 20))
EVENT_HOURS = 28

# Of a channel: clicks on offer in an average hour to all its campaigns, median price to win one, click-through, orders
# a click, the bid that its seller sets for all of them, and their names.
CHANNELS: dict[str, tuple[float, float, float, float, float, tuple[str, ...]]] = {
    "search": (70.0, 1.25, 0.050, 0.030, 1.60, ("绿茶 green tea", "乌龙 oolong", "礼盒 gift boxes", "茶具 teaware")),
    "feed": (120.0, 0.60, 0.018, 0.014, 0.75, ("新客 new visitors", "爆款 best sellers", "直播 live show")),
    "retarget": (20.0, 1.60, 0.040, 0.055, 1.90, ("加购 cart", "浏览 viewed")),
}
# Log spreads of a campaign against its channel: its size, the price of its clicks, its orders a click, its order value.
UNEQUAL = {"size": 0.5, "price": 0.25, "conversion": 0.6, "value": 0.3}
# The campaign whose daily budget runs out, and that budget. [currency]
SHORT_OF_MONEY, DAILY_BUDGET = "加购 cart", 90.0
PRICE_SPREAD = 0.65
ORDER_VALUE, EVENT_ORDER_VALUE = 96.0, 88.0
LATE_SHARE, LATE_HOURS = 0.3, 3.0
# A year's event against what events share: log spreads of clicks on offer, prices and readiness, of the whole event and
# of an hour.
YEAR, YEAR_HOUR = (0.15, 0.08, 0.12), (0.10, 0.05, 0.10)

# fmt: off
DAY: Floats = np.array([
    0.8, 0.45, 0.25, 0.17, 0.15, 0.18, 0.32, 0.55, 0.8, 1.0, 1.1, 1.1,
    1.2, 1.15, 1.1, 1.1, 1.05, 1.0, 1.1, 1.4, 1.75, 2.0, 1.9, 1.35,
])
READY: Floats = np.array([
    0.8, 0.7, 0.6, 0.6, 0.6, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.15,
    1.1, 1.05, 1.0, 1.0, 1.0, 0.95, 0.95, 1.0, 1.05, 1.1, 1.15, 1.05,
])
# The event from 20:00 on the eve, against the same hour of a usual day: clicks on offer, price, readiness.
EVENT: Floats = np.array([
    (1.4, 1.1, 0.8), (1.5, 1.1, 0.7), (1.6, 1.2, 0.6), (1.9, 1.8, 0.4),
    (3.6, 2.0, 2.0), (3.9, 1.0, 2.6), (2.9, 0.85, 2.0), (2.2, 0.85, 1.8),
    (1.8, 0.85, 1.6), (1.7, 0.9, 1.5), (1.5, 0.9, 1.5), (1.5, 0.9, 1.7),
    (1.7, 0.9, 2.2), (1.9, 1.0, 2.4), (2.0, 1.7, 2.0), (1.9, 1.5, 1.9),
    (1.7, 1.0, 2.0), (1.6, 0.95, 1.9), (1.7, 1.05, 2.2), (1.8, 1.1, 2.1),
    (1.7, 1.5, 1.9), (1.6, 1.6, 1.9), (1.5, 1.0, 2.0), (1.6, 0.95, 2.0),
    (1.9, 1.2, 2.2), (2.1, 1.3, 2.4), (2.3, 1.3, 2.6), (2.4, 1.4, 2.9),
])
# fmt: on


class Campaign:
    """A campaign and what its clicks are really like, which nobody but the market knows."""

    def __init__(self, rng: np.random.Generator, channel: str, name: str) -> None:
        offered, price, click_through, conversion, bid, names = CHANNELS[channel]
        unequal = {what: math.exp(sd * rng.standard_normal() - sd**2 / 2) for what, sd in UNEQUAL.items()}
        self.channel, self.name, self.bid, self.click_through = channel, name, bid, click_through
        self.offered = offered / len(names) * unequal["size"]
        self.price = price * unequal["price"]
        self.conversion = conversion * unequal["conversion"]
        self.value = unequal["value"]

    def clicks(self, offered: float, price: float, bid: float) -> tuple[float, float]:
        """Return expected clicks and their average price at a bid."""
        z = (math.log(bid) - math.log(self.price * price)) / PRICE_SPREAD
        clicks = self.offered * offered * normal_cdf(z)
        middle = self.price * price * math.exp(PRICE_SPREAD**2 / 2)
        return clicks, self.offered * offered * middle * normal_cdf(z - PRICE_SPREAD) / clicks


def normal_cdf(x: float) -> float:
    """Return the standard normal distribution function."""
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


class Report:
    """The rows of the hours, each with the orders that are placed in it."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng, self.rows, self.late = rng, {}, []  # type: ignore[var-annotated]

    def add(
        self, campaign: Campaign, hour: dt.datetime, market: tuple[float, float, float], bid: float, left: float
    ) -> float:
        """Add an hour of a campaign with so much money left of its day, and return what it spent."""
        offered, price, ready = market
        expected, per_click = campaign.clicks(offered, price, bid)
        clicks = int(self.rng.poisson(expected))
        spent = clicks * per_click > left
        clicks = int(left / per_click) if spent else clicks
        self.rows[hour, campaign.name] = {
            "hour": hour.strftime("%Y-%m-%d %H:%M"),
            "channel": campaign.channel,
            "campaign": campaign.name,
            "impressions": int(self.rng.poisson(clicks / campaign.click_through)) if clicks else 0,
            "clicks": clicks,
            "spend": round(clicks * per_click, 2),
            "orders": 0,
            "revenue": 0.0,
            "bid": round(bid, 2),
            "budget_spent": "true" if spent else "false",
        }
        orders = int(self.rng.binomial(clicks, min(0.9, campaign.conversion * ready)))
        waits = np.where(self.rng.random(orders) < LATE_SHARE, self.rng.exponential(LATE_HOURS, orders), 0.0)
        self.late += [(hour + dt.timedelta(hours=int(wait)), campaign) for wait in waits]
        return clicks * per_click

    def book(self, order_value: float) -> None:
        """Book the orders in the hours in which they are placed; those after the last hour are lost to the report."""
        for hour, campaign in self.late:
            if (entry := self.rows.get((hour, campaign.name))) is not None:
                entry["orders"] += 1
                worth = float(self.rng.gamma(4.0, order_value * campaign.value / 4))
                entry["revenue"] = round(entry["revenue"] + worth, 2)
        self.late = []


def usual_days(rng: np.random.Generator, campaigns: list[Campaign]) -> Report:
    """Return four weeks of usual days, the bids touched every few days."""
    report = Report(rng)
    for number, day in enumerate(USUAL_DAYS):
        level = math.exp(0.08 * rng.standard_normal()) * (1.15 if day.weekday() >= 5 else 1.0)
        if number % 4 == 0:
            nudge = {channel: math.exp(0.12 * rng.standard_normal()) for channel in CHANNELS}
        for campaign in campaigns:
            left = DAILY_BUDGET if campaign.name == SHORT_OF_MONEY else math.inf
            for hour in range(24):
                bid = round(campaign.bid * nudge[campaign.channel], 2)
                at = dt.datetime.combine(day, dt.time(hour))
                left -= report.add(campaign, at, (DAY[hour] * level, 1.0, READY[hour]), bid, left)
    report.book(ORDER_VALUE)
    return report


def event(rng: np.random.Generator, campaigns: list[Campaign], start: dt.datetime) -> Report:
    """Return one past event, bids a quarter above the usual ones; clicks on offer grow by a tenth a year."""
    report, grown = Report(rng), 0.9 ** (2026 - start.year)
    spread = np.array(YEAR)[None, :] * rng.standard_normal((1, 3))
    spread = spread + np.array(YEAR_HOUR) * rng.standard_normal((EVENT_HOURS, 3))
    market = EVENT * np.exp(spread) * np.array([grown, 1.0, 1.0])
    for campaign in campaigns:
        for number, (offered, price, ready) in enumerate(market):
            at = start + dt.timedelta(hours=number)
            then = (DAY[at.hour] * offered, price, READY[at.hour] * ready)
            report.add(campaign, at, then, round(campaign.bid * 1.25, 2), math.inf)
    report.book(EVENT_ORDER_VALUE)
    return report


def history() -> list[dict[str, object]]:
    """Return the rows of the history."""
    rng = np.random.default_rng(SEED)
    campaigns = [Campaign(rng, channel, name) for channel, told in CHANNELS.items() for name in told[-1]]
    reports = [event(rng, campaigns, start) for start in EVENTS] + [usual_days(rng, campaigns)]
    return [entry for report in reports for _, entry in sorted(report.rows.items(), key=lambda item: item[0][0])]


def main(path: Path = Path(__file__).parent / "history.csv") -> None:
    """Write the history."""
    rows = history()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
