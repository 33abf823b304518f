"""The plan of the rest of a promotion, from what has happened so far."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.allocate.bids import bid_bounds
from planner.history import History
from planner.market.booking import LATE_HOURS, LATE_SHARE
from planner.market.draws import Market
from planner.market.seen import InForce, expected_of, overlap_of
from planner.market.today import Today, learn_today
from planner.market.today_campaigns import CampaignCounts, with_campaigns
from planner.plan.day import Day
from planner.plan.live.calm import Calm, no_changes
from planner.plan.live.cumulative import by_hour
from planner.plan.live.facts import Facts, lay_facts, require_usable
from planner.plan.live.memory import with_earlier
from planner.plan.live.rest import rest_of_brief, rest_of_foundation, rest_of_slots
from planner.plan.live.standing import alarms_of, learnt_table, standing_of, with_chance
from planner.plan.plan import Plan
from planner.plan.stages import plan_on
from planner.vocabulary.tables import unit_columns
from planner.vocabulary.wording import Message

__all__ = ["live"]

Floats = NDArray[np.float64]


def live(
    plan: Plan,
    history: History | None = None,
    *,
    now: pd.Timestamp | None = None,
    so_far: pd.DataFrame | None = None,
    stock: float | None = None,
) -> Plan:
    """Return the plan of what is left of a promotion; see `Plan.live`."""
    first = plan.day.first if plan.day is not None else plan
    force = plan.day.in_force if plan.day is not None else plan.schedule
    market: Market = first.foundation.market
    said: tuple[Message, ...] = ()
    if history is not None:
        require_usable(first.brief, history, market.channels)
        history, summed = by_hour(history, first.brief, force)
        said = (Message("live.cumulative"),) if summed else ()
    if plan.day is not None:
        history, shrunk = with_earlier(history, plan.day)
        said += shrunk
    facts = lay_facts(first.brief, market.channels, history, so_far, now).filled(force, first.brief)
    facts = replace(facts, alarms=(*facts.alarms, *said))
    in_force = _in_force(first, force)
    today = learn_today(market, first.brief, first.slots, facts.seen, in_force, facts.now)
    today = replace(today, market=with_campaigns(today.market, _campaign_counts(first, facts, in_force)))
    pending = _pending(first, today, facts)
    if facts.now >= first.slots["end"].iloc[-1]:
        return _closed(first, force, facts, today, pending)
    brief = rest_of_brief(first, facts, first.slots, stock=stock, pending=pending)
    slots = rest_of_slots(brief)
    foundation = rest_of_foundation(first.foundation, today.market, first.slots, slots)
    rows = foundation.market.table
    calm = Calm(brief, _set_now(first, force, foundation.market), rows[unit_columns(rows)])
    doubt = _doubt(first, market, today.market, facts.now)
    rest = plan_on(foundation, brief, slots, lang=first.lang, seed=first.seed, settle=calm, doubt=doubt)
    rest = with_chance(rest)
    actions = rest.actions[rest.actions["at"] >= facts.now].reset_index(drop=True)
    day = Day(
        first=first,
        now=facts.now,
        in_force=_joined(force, rest.schedule, facts.now),
        actuals=facts.table,
        learnt=learnt_table(first, today, facts.now),
        changes=calm.table(rest.schedule),
        standing=standing_of(first, rest, facts, pending) | {"left_out": calm.left_out},
        alarms=alarms_of(first, rest, facts, today),
    )
    notes = tuple(note for note in rest.notes if not (isinstance(note, Message) and note.key.startswith("sms.")))
    return replace(rest, actions=actions, notes=notes, day=day)


def _closed(first: Plan, force: pd.DataFrame, facts: Facts, today: Today, pending: float) -> Plan:
    """Return the plan of a promotion that is over: nothing is left to plan, and the day is accounted for."""
    none = {name: getattr(first, name).iloc[:0] for name in ("slots", "schedule", "limits", "sms", "offers", "market")}
    nothing: dict[str, Any] = dict.fromkeys(
        ("spend", "sms_cost", "orders", "revenue", "profit", "profit_low", "profit_high"), 0.0
    )
    summary = replace(first.summary, **nothing, profit_at_forecast=0.0, money_price=0.0, last_yuan=0.0)
    rest = replace(first, **none, summary=summary, actions=first.actions[first.actions["at"] >= facts.now])
    day = Day(
        first=first,
        now=facts.now,
        in_force=force,
        actuals=facts.table,
        learnt=learnt_table(first, today, first.slots["start"].iloc[0]),
        changes=no_changes(),
        standing=standing_of(first, rest, facts, pending) | {"left_out": 0.0},
        alarms=facts.alarms,
    )
    return replace(rest, day=day)


def _in_force(first: Plan, force: pd.DataFrame) -> InForce:
    """Return bids per click and caps per row of the first plan's market."""
    market = first.foundation.market.table
    units = ["start", *unit_columns(market)]
    rows = force.set_index(pd.MultiIndex.from_frame(force[units]))
    rows = rows.reindex(pd.MultiIndex.from_frame(market[units]))
    bids = rows["bid"].to_numpy(dtype=float) / bid_bounds(first.brief, market).per_click
    return InForce(np.nan_to_num(bids), np.nan_to_num(rows["spend_cap"].to_numpy(dtype=float)))


def _doubt(first: Plan, before: Market, now: Market, at: pd.Timestamp) -> float:
    """Return the variance of the level of what is left over what it was beforehand: clicks and conversion together."""
    left = (first.slots["end"] > at).to_numpy()
    weights = np.r_[left / left.sum(), np.full(len(before.channels), 1 / len(before.channels))]
    spread = [
        float(weights @ market.volume_cov @ weights + weights @ market.conversion_cov @ weights)
        for market in (now, before)
    ]
    return min(1.0, spread[0] / spread[1]) if spread[1] > 0 else 1.0


def _campaign_counts(first: Plan, facts: Facts, in_force: InForce) -> CampaignCounts:
    """Return what came of each campaign, and what was expected in the hours that were seen."""
    market = first.foundation.market
    units = unit_columns(market.table)
    expected = expected_of(market, first.slots, facts.seen, in_force).rows
    seen = overlap_of(first.slots, facts.seen).sum(axis=0) > 0
    rows = market.table.assign(expected=expected)[market.table["start"].isin(first.slots["start"][seen])]
    names = ["channel", "campaign"]
    whole = rows.assign(campaign=rows["campaign"] if "campaign" in units else None)
    came = facts.table.groupby(names, dropna=False)[["clicks", "orders"]].sum()
    return CampaignCounts(came["clicks"], came["orders"], whole.groupby(names, dropna=False)["expected"].sum())


def _set_now(first: Plan, force: pd.DataFrame, market: Market) -> Floats:
    """Return the bids per click that are set for the slots that are left, per row of the rest's market."""
    table = market.table
    units = ["end", *unit_columns(table)]
    # Of a slot that had begun at an earlier planning there are two parts; the later one is what is set.
    force = force.drop_duplicates(units, keep="last")
    rows = force.set_index(pd.MultiIndex.from_frame(force[units]))
    bids = rows["bid"].reindex(pd.MultiIndex.from_frame(table[units])).to_numpy(dtype=float)
    return np.asarray(np.nan_to_num(bids / bid_bounds(first.brief, table).per_click))


def _joined(force: pd.DataFrame, schedule: pd.DataFrame, now: pd.Timestamp) -> pd.DataFrame:
    """Return the rows that are past as they were, those to come as planned now."""
    return pd.concat([force[force["start"] < now], schedule], ignore_index=True)


def _pending(first: Plan, today: Today, facts: Facts) -> float:
    """Return the orders that the clicks of before are still to bring."""
    seen = facts.seen
    if not len(seen.start) or first.brief.history.orders_at == "click":
        return 0.0
    age = (facts.now.timestamp() - (seen.start + seen.end) / 2) / 3600
    overlap = overlap_of(first.slots, seen)
    share = overlap / np.maximum(overlap.sum(axis=1, keepdims=True), 1e-9)
    table = today.market.table
    rate = (table["conversion"] * table["clicks"]).groupby([table["start"], table["channel"]]).sum()
    rate = rate / table["clicks"].groupby([table["start"], table["channel"]]).sum()
    cells = pd.MultiIndex.from_product([first.slots["start"], today.market.channels])
    conversion = rate.reindex(cells).to_numpy().reshape(len(first.slots), -1)
    late = LATE_SHARE * np.exp(-np.maximum(age, 0.0) / LATE_HOURS)
    return float((np.nan_to_num(seen.clicks) * (share @ np.nan_to_num(conversion)) * late[:, None]).sum())
