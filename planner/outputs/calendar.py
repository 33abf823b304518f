"""The run sheet as a calendar file: one event an action, which a phone rings for ten minutes before.

Times are UTC, so that no phone has to know a zone; an action keeps its identity when the plan is made again, so that
importing the file once more moves events instead of doubling them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

import icalendar
import pandas as pd

from planner.charts.words import Words

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.wording import Lang

__all__ = ["render_calendar"]

_LENGTH = dt.timedelta(minutes=15)
_AHEAD = dt.timedelta(minutes=10)


def render_calendar(plan: Plan, lang: Lang | None = None) -> bytes:
    """Return the actions of a plan as an iCalendar file.

    Parameters
    ----------
    plan
        What was planned.
    lang
        Language of the kinds of action; what to do is in the plan's own.
    """
    words = Words.of(plan, lang)
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//promo-planner//run sheet//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    # The file depends on the plan alone, so its stamp is a moment of the plan.
    stamp = pd.Timestamp(plan.slots["start"].iloc[0]).tz_convert("UTC").to_pydatetime()
    seen: dict[str, int] = {}
    for row in plan.actions.sort_values("at", kind="stable").itertuples():
        channel = "" if pd.isna(row.channel) else str(row.channel)
        start = pd.Timestamp(row.at).tz_convert("UTC").to_pydatetime()
        identity = f"{words.promotion}|{start.isoformat()}|{row.kind}|{channel}"
        seen[identity] = seen.get(identity, 0) + 1
        kind = words.label("kind", str(row.kind))
        event = icalendar.Event()
        event.add("uid", f"{_digest(f'{identity}|{seen[identity]}')}@promo-planner")
        event.add("dtstamp", stamp)
        event.add("dtstart", start)
        event.add("dtend", start + _LENGTH)
        event.add("summary", " · ".join(part for part in (kind, words.channel(channel), row.what) if part))
        event.add("description", str(row.why))
        event.add_component(_alarm(str(row.what)))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _alarm(text: str) -> icalendar.Alarm:
    """Return an alarm ten minutes before."""
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", -_AHEAD)
    return alarm


def _digest(text: str) -> str:
    """Return a short name that stays the same for the same text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:24]
