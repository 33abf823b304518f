"""The run sheet as a calendar file: one event for each kind of action at a moment, which a phone rings for beforehand.

The phone rings ten minutes before, and never between the act of going to sleep and its end. Times are UTC, so that no
phone has to know a zone; an event is told by its moment and kind and keeps its identity when the plan is made again, so
that importing the file once more changes events instead of doubling them.
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
    from planner.vocabulary.wording import Lang

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
    nights = _nights(plan)
    ordered = plan.actions.sort_values("at", kind="stable")
    for (moment, kind), rows in ordered.groupby(["at", "kind"], sort=False):
        start = pd.Timestamp(moment).tz_convert("UTC").to_pydatetime()
        summary, description = _told(rows, words.label("kind", str(kind)), words)
        event = icalendar.Event()
        event.add("uid", f"{_digest(f'{words.promotion}|{start.isoformat()}|{kind}')}@promo-planner")
        event.add("dtstamp", stamp)
        event.add("dtstart", start)
        event.add("dtend", start + _LENGTH)
        event.add("summary", summary)
        event.add("description", description)
        ahead = _ahead(start, nights)
        if ahead is not None:
            event.add_component(_alarm(summary, ahead))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _told(rows: pd.DataFrame, kind: str, words: Words) -> tuple[str, str]:
    """Return summary and description of the actions of one kind at one moment; several stand in the description."""
    channels = ["" if pd.isna(channel) else words.channel(str(channel)) for channel in rows["channel"]]
    acts = [" · ".join(filter(None, pair)) for pair in zip(channels, rows["what"], strict=True)]
    reasons = list(dict.fromkeys(rows["why"]))
    if len(acts) == 1:
        return f"{kind} · {acts[0]}", str(reasons[0])
    named = ", ".join(dict.fromkeys(filter(None, channels)))
    lines = acts if len(reasons) == 1 else [f"{act} ({why})" for act, why in zip(acts, rows["why"], strict=True)]
    summary = " · ".join(filter(None, (f"{kind} ({len(acts)})", named)))
    return summary, "\n".join([*lines, *(reasons if len(reasons) == 1 else [])])


def _nights(plan: Plan) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return the spans in which the run sheet lets people sleep."""
    asleep = set(plan.actions.loc[plan.actions["kind"] == "sleep", "at"])
    return [(span.start, span.end) for span in plan.brief.timetable.spans if pd.Timestamp(span.start) in asleep]


def _ahead(start: dt.datetime, nights: list[tuple[dt.datetime, dt.datetime]]) -> dt.timedelta | None:
    """Return how long before an action the phone rings: not while people sleep, and not at all for what falls there."""
    ring = start - _AHEAD
    for begin, end in nights:
        if begin < start < end:
            return None
        if begin < ring < end:
            ring = max(ring, end)
    return start - ring


def _alarm(text: str, ahead: dt.timedelta) -> icalendar.Alarm:
    """Return an alarm some time before."""
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", -ahead)
    return alarm


def _digest(text: str) -> str:
    """Return a short name that stays the same for the same text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:24]
