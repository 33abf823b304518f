"""A playbook laid on the days of one promotion: its windows as spans of time without gap or overlap."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from planner.brief.playbook import OUTSIDE, Moment, Playbook, Window
from planner.brief.toml_input import TomlSource
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Message

__all__ = ["Span", "Timetable", "lay_out"]


@dataclass(frozen=True)
class Span:
    """A window laid on the days of one promotion: half-open, in UTC."""

    window: Window
    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True)
class Timetable:
    """A playbook laid on one promotion: its spans cover ``starts`` to ``ends`` without gap or overlap, in UTC.

    `playbook_starts` and `playbook_ends` are when the playbook's own windows do, which may be before or after.
    """

    date: dt.date
    zone: ZoneInfo
    opening: dt.datetime
    starts: dt.datetime
    ends: dt.datetime
    spans: tuple[Span, ...]
    playbook_starts: dt.datetime
    playbook_ends: dt.datetime

    @property
    def whole(self) -> tuple[dt.datetime, dt.datetime]:
        """From when to when the promotion is: what is planned of it and what the playbook covers, in UTC."""
        return min(self.starts, self.playbook_starts), max(self.ends, self.playbook_ends)

    def at(self, moment: Moment) -> dt.datetime:
        """Return the instant of a playbook's moment in this promotion, in UTC."""
        return moment.at(self.date, self.opening, self.zone)


def lay_out(
    playbook: Playbook,
    date: dt.date,
    zone: ZoneInfo,
    *,
    opening: dt.datetime | None = None,
    starts: dt.datetime | None = None,
    ends: dt.datetime | None = None,
    source: TomlSource | None = None,
) -> Timetable:
    """Return the playbook laid on a promotion.

    Parameters
    ----------
    playbook
        What to lay out.
    date, zone
        The promotion's main day, and the zone whose clock the playbook means.
    opening, starts, ends
        Zone-aware; by default the playbook's own. Outside of the playbook's windows the hours are neutral.
    source
        The file to name where the opening does not suit the windows.

    Raises
    ------
    InputError
        With this opening some windows of the playbook would end before they begin, or the promotion has no hours.
    """
    given = opening
    opening = (opening or playbook.opening.at(date, dt.datetime.min.replace(tzinfo=dt.UTC), zone)).astimezone(dt.UTC)
    edges = [
        (window, window.start.at(date, opening, zone), window.end.at(date, opening, zone))
        for window in playbook.windows
    ]
    where = source.name if source else playbook.name
    line = source.line_of(("promotion", "opening")) if source else None
    if twisted := [window for window, start, end in edges if end <= start]:
        names = ", ".join(window.id for window in twisted)
        key = "playbook.opening_unfit" if given else "playbook.window_empty"
        raise InputError([Problem(Message(key, {"playbook": playbook.name, "windows": names}), where, line)])
    first = (starts or edges[0][1]).astimezone(dt.UTC)
    last = (ends or edges[-1][2]).astimezone(dt.UTC)
    if last <= first:
        raise InputError([Problem(Message("playbook.no_hours", {"starts": first, "ends": last}), where, line)])
    spans = [
        Span(window, max(start, first), min(end, last)) for window, start, end in edges if start < last and end > first
    ]
    if not spans:
        spans = [Span(OUTSIDE, first, last)]
    if spans[0].start > first:
        spans.insert(0, Span(OUTSIDE, first, spans[0].start))
    if spans[-1].end < last:
        spans.append(Span(OUTSIDE, spans[-1].end, last))
    return Timetable(date, zone, opening, first, last, tuple(spans), edges[0][1], edges[-1][2])
