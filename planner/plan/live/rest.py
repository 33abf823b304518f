"""What of a promotion is left at a moment of it: slots, market, money, stock and messages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.allocate.bids import tool_unit
from planner.brief import Brief, Channel
from planner.brief.slots import make_slots
from planner.brief.tables import WindowChange
from planner.market import Market
from planner.plan.expectation import Foundation
from planner.plan.live.facts import Facts
from planner.plan.plan import Plan
from planner.vocabulary.tables import MARKET

__all__ = ["rest_of_brief", "rest_of_foundation", "rest_of_slots", "sent_before"]

Floats = NDArray[np.float64]


def sent_before(plan: Plan, now: pd.Timestamp) -> pd.DataFrame:
    """Return the sends that are out: they are taken to have gone as planned."""
    return plan.sms[plan.sms["send_at"] < now]


def rest_of_brief(plan: Plan, facts: Facts, slots: pd.DataFrame, *, stock: float | None, pending: float) -> Brief:
    """Return the brief of what is left.

    Parameters
    ----------
    plan
        The plan that the day began with.
    facts
        What has happened.
    slots
        `tables.SLOTS` of the whole promotion.
    stock
        Units that are left, where somebody counted them.
    pending
        Orders that clicks of before are still to bring.
    """
    brief, now = plan.brief, facts.now
    sent = sent_before(plan, now)
    step = tool_unit(brief.promotion.currency)
    spent = facts.spent + float(sent["cost"].sum())
    left = max(np.floor((brief.budget.total - spent) / step + 1e-6) * step, step)
    changes: dict[str, Any] = {
        "promotion": {"starts": now.tz_localize(None).to_pydatetime()},
        "budget": {"total": round(float(left), 2), "reserve": round(float(min(brief.budget.reserve, left)), 2)},
        "channels": [_channel(channel, facts) for channel in brief.channels],
    }
    if brief.windows:
        changes["windows"] = [_window(brief, window, facts, slots) for window in brief.windows]
    units = stock
    if units is None and brief.stock.units is not None:
        units = brief.stock.units - facts.orders - float(sent["orders"].sum())
    if units is not None:
        changes["stock"] = {"units": max(0.0, float(units) - pending)}
    if brief.sms is not None and len(sent):
        times = sent.groupby("segment").size()
        segments = [segment.model_dump(exclude_unset=True) for segment in brief.sms.segments]
        for segment, told in zip(segments, brief.sms.segments, strict=True):
            segment["max_messages"] = max(0, told.max_messages - int(times.get(told.name, 0)))
        changes["sms"] = {"segments": segments}
    # The playbook is at hand: it need not be read again.
    return brief.laid_on(brief.playbook).with_(**changes).laid_on(brief.playbook).from_now(now.to_pydatetime())


def _channel(channel: Channel, facts: Facts) -> dict[str, Any]:
    """Return a channel with what is left of its budgets and of today's minimum spend."""
    rows = facts.table[facts.table["channel"] == channel.name]
    told: dict[str, Any] = channel.model_dump(exclude_unset=True)
    if channel.budget is not None:
        told["budget"] = max(0.0, channel.budget - float(rows["spend"].sum()))
    if channel.daily_minimum > 0:
        today = rows[rows["start"].dt.date == facts.now.date()] if len(rows) else rows
        told["daily_minimum"] = max(0.0, channel.daily_minimum - float(today["spend"].sum()))
    if channel.campaigns:
        spent = rows.groupby("campaign")["spend"].sum() if len(rows) else {}
        for campaign, entry in zip(channel.campaigns, told["campaigns"], strict=True):
            if campaign.budget is not None:
                entry["budget"] = max(0.0, campaign.budget - float(spent.get(campaign.name, 0.0)))
    return told


def _window(brief: Brief, window: WindowChange, facts: Facts, slots: pd.DataFrame) -> dict[str, Any]:
    """Return a window's change with what is left of its budget."""
    told: dict[str, Any] = window.model_dump(exclude_unset=True)
    found = brief.playbook.window(window.window)
    if window.budget is not None and found is not None and len(facts.table):
        begins = slots.loc[slots["window"] == found.id, "start"]
        inside = facts.table["start"].dt.floor("h").isin(begins.dt.floor("h"))
        told["budget"] = max(0.0, window.budget - float(facts.table.loc[inside, "spend"].sum()))
    return told


def rest_of_slots(brief: Brief) -> pd.DataFrame:
    """Return the slots that are left, the first of them the rest of one that has begun."""
    return make_slots(brief.timetable)


def rest_of_foundation(foundation: Foundation, market: Market, whole: pd.DataFrame, slots: pd.DataFrame) -> Foundation:
    """Return what the rest stands on.

    Parameters
    ----------
    foundation
        Of the whole promotion.
    market
        Of the whole promotion, as it is believed now.
    whole, slots
        `tables.SLOTS` of the whole and of the rest; a slot is known by its end.
    """
    kept = pd.Index(whole["end"]).get_indexer(pd.Index(slots["end"]))
    share = slots["hours"].to_numpy() / whole["hours"].to_numpy()[kept]
    units = len(market.table) // len(whole)
    rows = (kept[:, None] * units + np.arange(units)).ravel()
    part = np.repeat(share, units)
    table = market.table.iloc[rows].reset_index(drop=True)
    for name in ("clicks", "clicks_low", "clicks_high", "reach"):
        table[name] = table[name] * part
    table["start"] = slots["start"].repeat(units).reset_index(drop=True)
    at = np.r_[kept, len(whole) + np.arange(len(market.channels))]
    rest = replace(
        market,
        table=MARKET.check(table),
        volume_cov=market.volume_cov[np.ix_(at, at)],
        conversion_cov=market.conversion_cov[np.ix_(at, at)],
    )
    last = None if foundation.last_spend is None else foundation.last_spend[rows] * part
    return replace(foundation, market=rest, last_spend=last if last is not None and last.sum() > 0 else None)
