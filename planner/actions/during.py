"""What is done during the promotion: bids, messages, deals, posts, stock checks, sleep, and the people it takes."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from planner.actions.sheet import Action, expected_orders, listed
from planner.allocate.schedule import percent_of_mean_bid
from planner.brief import Brief
from planner.brief.timetable import Span, Timetable
from planner.messages.offers import Offers
from planner.vocabulary.tables import unit_columns
from planner.vocabulary.wording import Message, Text

__all__ = ["during_actions"]

# Questions before the purchase that one order comes with; judgement, see the wording of the staff lines.
QUESTIONS_PER_ORDER = 0.6
_SLEEP = pd.Timedelta(hours=3)
# A change of a bid below this share is not worth an act of its own.
_SMALL_CHANGE = 0.02


def during_actions(
    brief: Brief, timetable: Timetable, schedule: pd.DataFrame, sms: pd.DataFrame, offers: Offers
) -> list[Action]:
    """Return every act between the promotion's first and last moment."""
    orders = expected_orders(brief, schedule, sms)
    return [
        *_bids(brief, schedule),
        *_sends(brief, sms),
        *_deals(brief, offers),
        *_posts(brief, timetable),
        *_stock_checks(brief, timetable, orders),
        *_windows(brief, timetable, orders),
    ]


def _bids(brief: Brief, schedule: pd.DataFrame) -> list[Action]:
    """Return every change of a bid; the campaigns of a channel that change at one moment make one line."""
    units = unit_columns(schedule)
    schedule = schedule.assign(mean_percent=percent_of_mean_bid(schedule))
    actions: list[Action] = []
    together: dict[tuple[pd.Timestamp, str], list[tuple[float, Message, Message]]] = {}
    divided = set(schedule.loc[schedule["campaign"].notna(), "channel"]) if "campaign" in units else set()
    for unit, rows in schedule.groupby(units, dropna=False, sort=True):
        channel, *campaign = unit
        for slots, values, entry in _changes(brief, rows):
            reason = Message("actions.told", {"text": str(values.pop("reason"))})
            if channel not in divided:
                actions.append(Action(slots[0]["start"], "bid", Message(f"actions.{entry}", values), reason, channel))
                continue
            name = campaign[0] if pd.notna(campaign[0]) else Message("labels.other_campaigns")
            form = "campaign_off" if entry == "bid_off" else "campaign_bid"
            part = Message(f"actions.{form}", {**values, "name": name})
            spend = float(sum(slot["spend"] for slot in slots))
            together.setdefault((slots[0]["start"], channel), []).append((spend, part, reason))
    for (start, channel), changes in together.items():
        # The campaign with the most money speaks first, and for the reason.
        ordered = sorted(changes, key=lambda change: -change[0])
        what = listed([part for _, part, _ in ordered], "schedule.csv")
        actions.append(Action(start, "bid", what, ordered[0][2], channel))
    return actions


def _changes(brief: Brief, rows: pd.DataFrame) -> Iterator[tuple[list[dict[Hashable, Any]], dict[str, Any], str]]:
    """Yield each run of slots at almost the same bid, what to say of it, and how it differs from the one before.

    The line says the bid that holds longest, since nobody sets a bid anew for a hair's breadth.
    """
    ordered = rows.sort_values("start", kind="stable")
    before: float | None = None
    told = ordered[["start", "end", "bid", "bid_percent", "mean_percent", "spend", "spend_cap", "reason"]].to_dict(
        "records"
    )
    for slots in _runs(told):
        held = _held_longest(slots)
        bid = float(held["bid"])
        values = {
            "before": before or 0.0,
            "bid": bid,
            "percent": float(held["bid_percent"]),
            "mean": float(held["mean_percent"]),
            "until": f"{slots[-1]['end'].tz_convert(brief.zone):%m-%d %H:%M}",
            "cap": float(sum(slot["spend_cap"] for slot in slots)),
            "currency": brief.promotion.currency,
            "reason": held["reason"],
        }
        yield slots, values, _bid_entry(before, bid)
        before = bid


def _runs(slots: list[dict[Hashable, Any]]) -> Iterator[list[dict[Hashable, Any]]]:
    """Yield slots that follow each other and whose bids all lie closer together than a change is worth."""
    run: list[dict[Hashable, Any]] = []
    for slot in slots:
        bids = [float(each["bid"]) for each in (*run, slot)]
        same = min(bids) == max(bids) or max(bids) < (1 + _SMALL_CHANGE) * min(bids)
        if run and not same:
            yield run
            run = []
        run.append(slot)
    if run:
        yield run


def _held_longest(slots: list[dict[Hashable, Any]]) -> dict[Hashable, Any]:
    """Return the first slot of the bid that holds longest."""
    hours: dict[float, pd.Timedelta] = {}
    for slot in slots:
        bid = float(slot["bid"])
        hours[bid] = hours.get(bid, pd.Timedelta(0)) + (slot["end"] - slot["start"])
    longest = max(hours, key=lambda bid: hours[bid])
    return next(slot for slot in slots if float(slot["bid"]) == longest)


def _bid_entry(before: float | None, bid: float) -> str:
    if bid <= 0:
        return "bid_off"
    return "bid_on" if not before else "bid_up" if bid > before else "bid_down"


def _sends(brief: Brief, sms: pd.DataFrame) -> list[Action]:
    """Return every send."""
    actions = []
    for row in sms.to_dict("records"):
        values = {
            "messages": int(row["messages"]),
            "segment": row["segment"],
            "parts": int(row["parts"]),
            "cost": float(row["cost"]),
            "currency": brief.promotion.currency,
        }
        reason = Message("actions.told", {"text": str(row["reason"])})
        entry = "actions.send_parts" if values["parts"] > 1 else "actions.send"
        actions.append(Action(row["send_at"], "sms", Message(entry, values), reason))
    return actions


def _deals(brief: Brief, offers: Offers) -> list[Action]:
    """Return the switching of every deal that is kept."""
    actions = []
    for deal in offers.table[offers.table["keep"].astype(bool)].to_dict("records"):
        values = {
            "name": deal["name"],
            "places": int(deal["places"]),
            "profit": float(deal["profit"]),
            "currency": brief.promotion.currency,
        }
        why = Message("actions.deal_why", values)
        actions.append(Action(deal["at"], "deal_on", Message("actions.deal_on", values), why))
        actions.append(
            Action(deal["until"], "deal_off", Message("actions.deal_off", values), Message("actions.deal_off_why"))
        )
    return actions


def _posts(brief: Brief, timetable: Timetable) -> list[Action]:
    """Return the posts in channels that cost no money, at the moments and in the windows the playbook names."""
    actions = []
    paid_roles = {channel.role for channel in brief.channels if channel.paid}
    for span in timetable.spans:
        moments = [pd.Timestamp(timetable.at(moment)) for moment in span.window.posts]
        inside = [moment for moment in moments if timetable.starts <= moment < timetable.ends]
        for role in ("feed", "customers"):
            if role not in span.window.channels:
                continue
            own = [
                channel.label or channel.name for channel in brief.channels if not channel.paid and channel.role == role
            ]
            names: list[str | None] = [*own] if own else [None] if role not in paid_roles else []
            for moment, name in itertools.product(inside or [pd.Timestamp(span.start)], names):
                actions.append(Action(moment, "post", Message(f"actions.post_{role}"), _reason(span), name))
    return actions


def _reason(span: Span) -> Text:
    return span.window.reason


def _stock_checks(brief: Brief, timetable: Timetable, orders: pd.DataFrame) -> list[Action]:
    """Return checks of the stock: before the opening, and when half and four fifths of the orders are expected."""
    total = float(orders["orders"].sum())
    units = brief.stock.units
    opening = pd.Timestamp(timetable.opening)
    actions = []
    if timetable.starts <= timetable.opening < timetable.ends:
        values = {"orders": total, "units": units or 0.0}
        entry = "stock_units" if units is not None else "stock"
        actions.append(
            Action(
                opening - pd.Timedelta(hours=1),
                "stock",
                Message(f"actions.{entry}", values),
                Message("actions.stock_why"),
            )
        )
    sold = orders["orders"].cumsum()
    for share in (0.5, 0.8):
        goal = share * (min(total, units) if units is not None else total)
        if goal > 0 and (sold >= goal).any():
            at = orders.loc[sold >= goal, "at"].iloc[0]
            values = {"share": share, "orders": goal}
            actions.append(
                Action(at, "stock", Message("actions.stock_share", values), Message("actions.stock_share_why"))
            )
    return actions


def _windows(brief: Brief, timetable: Timetable, orders: pd.DataFrame) -> list[Action]:
    """Return, window by window, the staff that its orders need, and the hours in which nobody is needed."""
    # Orders of a message before the first hour count there.
    first_of = (
        np.searchsorted(pd.DatetimeIndex([span.start for span in timetable.spans]), orders["at"], side="right") - 1
    )
    by_span = np.bincount(first_of, weights=orders["orders"], minlength=len(timetable.spans))
    actions = []
    for span, expected in zip(timetable.spans, by_span.tolist(), strict=True):
        start, end = pd.Timestamp(span.start), pd.Timestamp(span.end)
        hours = (end - start) / pd.Timedelta(hours=1)
        values = {
            "questions": QUESTIONS_PER_ORDER * expected / hours,
            "orders": expected / hours,
            "until": f"{end.tz_convert(brief.zone):%m-%d %H:%M}",
        }
        if span.window.stance == "low_bid" and end - start >= _SLEEP:
            actions.append(
                Action(start, "sleep", Message("actions.sleep", values), Message("actions.sleep_why", values))
            )
        elif expected > 0:
            actions.append(Action(start, "staff", Message("actions.staff", values), Message("actions.staff_why")))
    return actions
