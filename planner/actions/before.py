"""What has to be ready, counted back from the promotion."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from planner.actions.sheet import Action, listed, on_day
from planner.brief import Brief
from planner.brief.timetable import Timetable
from planner.messages.sms_value import provider_of
from planner.vocabulary.wording import Message

__all__ = ["before_actions", "registration_deadline", "registration_note"]

# Days before the promotion's first hour at which a thing should be done, and its entry.
_READY = (
    (21, "mechanic"),
    (14, "decorations"),
    (10, "landing"),
    (7, "coupons"),
    (7, "stock_count"),
    (3, "carriers"),
    (2, "rehearsal"),
)
_AUDIENCE_HOUR, _AWAKE_HOUR = 22, 9
_AUDIENCE_TIME = pd.Timedelta(hours=3)
_LOGIN = pd.Timedelta(minutes=30)


def before_actions(brief: Brief, timetable: Timetable, limits: pd.DataFrame, sms: pd.DataFrame) -> list[Action]:
    """Return the readiness list and the setting of budgets."""
    start = pd.Timestamp(timetable.starts).tz_convert(brief.zone)
    platform = brief.shop.platform
    actions = []
    for days, entry in _READY:
        at = on_day(brief, start.date() - dt.timedelta(days=days), 10)
        what = Message(f"actions.{entry}_{platform}" if entry == "mechanic" else f"actions.{entry}")
        actions.append(
            Action(at, "stock" if entry == "stock_count" else "prepare", what, Message(f"actions.{entry}_why"))
        )
    return [*actions, *_messages(brief, sms), *_limits(brief, timetable, limits)]


def _messages(brief: Brief, sms: pd.DataFrame) -> list[Action]:
    """Return what has to be done before the first message: registration, and the recipient files."""
    if sms.empty:
        return []
    first = sms["send_at"].min()
    provider = provider_of(brief)
    deadline = registration_deadline(brief, first)
    values = {"days": provider.lead_days, "provider": provider.title}
    hours_before = min(first - _AUDIENCE_TIME, on_day(brief, first.date(), _AUDIENCE_HOUR))
    if hours_before < on_day(brief, first.date(), _AWAKE_HOUR):
        hours_before = on_day(brief, first.date() - dt.timedelta(days=1), _AUDIENCE_HOUR)
    number = sum(-(-int(messages) // provider.upload.rows) for messages in sms["messages"])
    files = Message("actions.audiences", {"files": number, "messages": int(sms["messages"].sum())})
    return [
        Action(
            on_day(brief, deadline, 9),
            "register",
            Message("actions.register", values),
            Message("actions.register_why", values),
        ),
        Action(hours_before, "prepare", files, Message("actions.audiences_why")),
    ]


def registration_deadline(brief: Brief, first_send: pd.Timestamp) -> dt.date:
    """Return the last day on which registering signature and template is still in time, counting working days."""
    day: dt.date = first_send.tz_convert(brief.zone).date()
    left = provider_of(brief).lead_days
    while left > 0:
        day -= dt.timedelta(days=1)
        left -= day.weekday() < 5
    return day


def registration_note(brief: Brief, sms: pd.DataFrame, today: dt.date) -> Message | None:
    """Return a warning if signature and template can no longer be registered in time; None if they can, or all is over.

    Parameters
    ----------
    brief
        The promotion.
    sms
        `tables.SMS` of the plan.
    today
        The day on which the plan is made.
    """
    if sms.empty or today > sms["send_at"].max().tz_convert(brief.zone).date():
        return None
    deadline = registration_deadline(brief, sms["send_at"].min())
    if today <= deadline:
        return None
    provider = provider_of(brief)
    values = {"deadline": deadline.isoformat(), "days": provider.lead_days, "provider": provider.title}
    return Message("actions.register_late", values)


def _limits(brief: Brief, timetable: Timetable, limits: pd.DataFrame) -> list[Action]:
    """Return the setting of every daily and total budget.

    What holds from the promotion's first moment is set shortly before it. An ad tool's daily budget counts from
    midnight: a day that has begun by then has spent some of its own, and one that has not must not lend its own to the
    day before.
    """
    start = pd.Timestamp(timetable.starts).tz_convert(brief.zone)
    actions = []
    for (date, channel), rows in limits.groupby(["date", "channel"], sort=False):
        total = str(date) == "total"
        midnight = start if total else on_day(brief, dt.date.fromisoformat(str(date)), 0)
        begun = midnight < start
        at = start - _LOGIN if total or begun else midnight
        rows = rows.sort_values("limit", ascending=False, kind="stable")
        values = {"limit": _amounts(rows, brief.promotion.currency), "date": str(date)}
        entry = "actions.limit_total" if total else "actions.limit_rest" if begun else "actions.limit_day"
        reason = Message("actions.limit_why", {"why": str(rows["why"].iloc[0])})
        actions.append(Action(at, "limit", Message(entry, values), reason, str(channel)))
    return actions


def _amounts(rows: pd.DataFrame, currency: str) -> Message:
    """Return the budget of a channel's day, or those of its campaigns."""
    if "campaign" not in rows or rows["campaign"].isna().all():
        return Message("actions.amount", {"amount": float(rows["limit"].sum()), "currency": currency})
    parts = []
    for campaign, amount in zip(rows["campaign"], rows["limit"], strict=True):
        name = campaign if pd.notna(campaign) else Message("labels.other_campaigns")
        values = {"name": name, "amount": float(amount), "currency": currency}
        parts.append(Message("actions.campaign_amount", values))
    return listed(parts, "limits.csv")
