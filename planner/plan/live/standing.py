"""Where the day stands, what it has taught, and what somebody has to know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.market.draws import OUT_80
from planner.market.today import Today
from planner.plan.live.facts import Facts
from planner.plan.live.rest import sent_before
from planner.plan.plan import Plan
from planner.vocabulary.wording import Message

__all__ = ["alarms_of", "learnt_table", "standing_of", "with_chance"]

Floats = NDArray[np.float64]
# An hour this many standard deviations off the others is named; it was believed less, the further off the less.
_ODD = 3.0
# Spend so far, of the budget, from which a channel that is switched off is worth an alarm.
_LOSES = 0.01


def standing_of(first: Plan, rest: Plan, facts: Facts, pending: float) -> dict[str, float]:
    """Return where the day stands: so far, planned until now, and expected at the close.

    Returns
    -------
    dict
        ``spend`` of ads, ``messages`` that went out [currency], ``orders``, ``revenue``, ``profit`` of the ads so far
        [currency]; ``planned_spend``, ``planned_orders``, ``planned_profit`` until now; ``pending`` orders that are
        still to come of clicks bought; ``close``, ``close_low``, ``close_high``: profit at the close, messages paid,
        and ``planned_close``; ``left`` money. [currency]
    """
    brief, now = first.brief, facts.now
    worth = _order_worth(first)
    revenue = float(facts.table["revenue"].fillna(0.0).sum())
    booked = facts.table.groupby("channel")["orders"].sum()
    so_far = sum(float(orders) * worth[str(channel)] for channel, orders in booked.items()) - facts.spent
    sent = sent_before(first, now)
    before = first.schedule[first.schedule["start"] < now]
    mean_worth = float(np.mean(list(worth.values()))) if worth else 0.0
    base = so_far + pending * mean_worth + float(sent["profit"].sum())
    summary = rest.summary
    told = {
        "spend": round(facts.spent, 2),
        "messages": round(float(sent["cost"].sum()), 2),
        "orders": facts.orders,
        "revenue": round(revenue, 2),
        "profit": round(so_far, 2),
        "planned_spend": round(float(before["spend"].sum()), 2),
        "planned_orders": float(before["orders"].sum()),
        "planned_profit": round(float(before["profit"].sum()), 2),
        "pending": pending,
        "close": round(base + summary.profit, 2),
        "close_low": round(base + summary.profit_low, 2),
        "close_high": round(base + summary.profit_high, 2),
        "planned_close": round(first.summary.profit, 2),
        "left": round(brief.budget.total - facts.spent - float(sent["cost"].sum()), 2),
    }
    return {name: float(number) for name, number in told.items()}


def with_chance(rest: Plan) -> Plan:
    """Return the plan with the chance of single orders in the range of its profit.

    Over a whole promotion the market is what is unsure. Over its last hours chance is: orders are Poisson, so their
    profit has the variance of their expected number times the square of what one leaves.
    """
    schedule, summary = rest.schedule, rest.summary
    gross = (schedule["profit"] + schedule["spend"]).to_numpy(dtype=float)
    orders = schedule["orders"].to_numpy(dtype=float)
    variance = np.divide(gross**2, orders, out=np.zeros(len(orders)), where=orders > 0).sum()
    out = OUT_80 * float(np.sqrt(variance))
    low = summary.profit - float(np.hypot(summary.profit - summary.profit_low, out))
    high = summary.profit + float(np.hypot(summary.profit_high - summary.profit, out))
    return replace(rest, summary=replace(summary, profit_low=low, profit_high=high))


def _order_worth(first: Plan) -> dict[str, float]:
    """Return what an order of each channel leaves before ads, on average. [currency]"""
    table = first.foundation.market.table
    orders = table["clicks"] * table["conversion"]
    sums = pd.DataFrame({"worth": table["clicks"] * table["click_value"], "orders": orders})
    sums = sums.groupby(table["channel"]).sum()
    return {str(name): row.worth / row.orders if row.orders > 0 else 0.0 for name, row in sums.iterrows()}


def learnt_table(first: Plan, today: Today, now: pd.Timestamp) -> pd.DataFrame:
    """Return `Day.learnt`: today's factors on the first plan's numbers for the hours that are left.

    Clicks at the same bid and conversion are means over those hours, with their 10 and 90 % points.
    """
    left = (first.slots["end"] > now).to_numpy()
    names, size = today.market.channels, len(first.slots)
    lines = []
    for what, factor, cov in (
        ("clicks", today.volume, today.market.volume_cov),
        ("conversion", today.conversion, today.market.conversion_cov),
    ):
        for place, channel in enumerate(names):
            if not left.any():
                continue
            mean = float(np.log(np.asarray(factor)[left, place]).mean())
            weights = np.zeros(len(cov))
            weights[:size][left], weights[size + place] = 1 / left.sum(), 1.0
            out = OUT_80 * float(np.sqrt(weights @ cov @ weights))
            lines.append((what, channel, *(float(np.exp(mean + by)) for by in (0.0, -out, out))))
    lines += [("price", name, float(today.price[place]), np.nan, np.nan) for place, name in enumerate(names)]
    lines.append(("order_value", "", today.order_value, np.nan, np.nan))
    return pd.DataFrame(lines, columns=["what", "channel", "factor", "low", "high"])


def alarms_of(first: Plan, rest: Plan, facts: Facts, today: Today) -> tuple[Message, ...]:
    """Return what somebody has to know now, the gravest first."""
    return (
        *_money_gone(rest),
        *_stock_gone(rest),
        *_losing(first, rest, facts),
        *facts.alarms,
        *_odd_hours(first, facts, today),
    )


def _money_gone(rest: Plan) -> Iterator[Message]:
    """Say when the money will be gone, where that is before the close."""
    schedule, left = rest.schedule, rest.summary.budget - rest.summary.reserve - rest.summary.sms_cost
    by_slot = schedule.groupby("start")["spend"].sum()
    if by_slot.sum() < 0.995 * left or left <= 0 or len(by_slot) < 2:
        return
    bought = by_slot[by_slot > 0]
    if len(bought) and bought.index[-1] < by_slot.index[-1]:
        gone = schedule.loc[schedule["start"] == bought.index[-1], "end"].iloc[0]
        yield Message("live.money_gone", {"at": f"{gone:%H:%M}"})


def _stock_gone(rest: Plan) -> Iterator[Message]:
    """Say when the goods will be gone."""
    units = rest.brief.stock.units
    if units is None:
        return
    orders = rest.schedule.groupby("end")["orders"].sum().cumsum()
    gone = orders[orders >= units * 0.999]
    if units <= 0 or len(gone):
        at = gone.index[0] if len(gone) else rest.slots["start"].iloc[0]
        yield Message("live.stock_gone", {"at": f"{at:%H:%M}", "units": units})


def _losing(first: Plan, rest: Plan, facts: Facts) -> Iterator[Message]:
    """Name channels that are switched off for the rest though money was planned for them."""
    spent = facts.table.groupby("channel")["spend"].sum() if len(facts.table) else {}
    planned = first.schedule[first.schedule["end"] > facts.now].groupby("channel")["spend"].sum()
    now = rest.schedule.groupby("channel")["spend"].sum()
    for channel, money in planned.items():
        if money > 0 and now.get(channel, 0.0) == 0 and spent.get(channel, 0.0) > _LOSES * first.summary.budget:
            described = first.brief.channel(str(channel))
            yield Message("live.loses", {"channel": (described.label if described else None) or str(channel)})


def _odd_hours(first: Plan, facts: Facts, today: Today) -> Iterator[Message]:
    """Name hours that fit nothing."""
    for start, off in zip(facts.seen.start, today.odd, strict=True):
        if off >= _ODD:
            moment = pd.Timestamp(int(start), unit="s", tz="UTC").tz_convert(first.brief.zone)
            yield Message("live.odd_hour", {"hour": f"{moment:%m-%d %H:%M}"})
