"""Where the plan's cells fall in a tool's schedule: pieces of a slot each, and the dates that one sheet serves.

A tool's week knows weekdays, not dates. When two dates of a promotion want the same slot, the plan takes several
sheets: one a calendar week, or one a date where the tool does not even know weekdays. Times are the promotion's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.outputs.adtools.series import Series
from planner.outputs.adtools.tool import UNCHANGED, Rows, Sheet, Tool

__all__ = ["Period", "Pieces", "cut_pieces", "make_periods", "usual_percent"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Pieces:
    """Parts of a series' cells that lie in one slot each.

    `cell` numbers the cells of the series, `day` is the local date (days since 1970), `slot` the slot of the day,
    `share` the part of the cell's time.
    """

    cell: Ints
    day: Ints
    slot: Ints
    share: Floats

    def on(self, days: NDArray[np.bool_]) -> Pieces:
        """Return some of the pieces."""
        return Pieces(self.cell[days], self.day[days], self.slot[days], self.share[days])


@dataclass(frozen=True)
class Period:
    """Dates that one sheet serves, from the moment it must be in place until the moment it must be gone."""

    label: str
    days: tuple[int, ...]
    start: pd.Timestamp
    end: pd.Timestamp
    rows: tuple[str, ...]

    def row_of(self, day: int, rows: Rows) -> int:
        """Return the row of the sheet that a date (days since 1970) stands in."""
        if rows == "dated":
            return self.days.index(day)
        return _row(day, rows)


def cut_pieces(series: Series, tool: Tool) -> Pieces:
    """Return the pieces of a series' cells in a tool's slots."""
    cells = series.cells
    found = [
        (number, *piece)
        for number, (start, end) in enumerate(zip(cells["start"], cells["end"], strict=True))
        for piece in _cut(start, end, tool.slot_minutes)
    ]
    number, day, slot, share = zip(*found, strict=True)
    return Pieces(np.array(number), np.array(day), np.array(slot), np.array(share, dtype=float))


def _cut(start: pd.Timestamp, end: pd.Timestamp, minutes: int) -> Iterator[tuple[int, int, float]]:
    """Yield day, slot and share of the parts of a span that lie between the clock's multiples of `minutes`."""
    at, whole = start, end - start
    while at < end:
        since = 60 * at.hour + at.minute
        into = pd.Timedelta(minutes=since % minutes, seconds=at.second, microseconds=at.microsecond)
        until = min(end, at + pd.Timedelta(minutes=minutes) - into)
        yield at.date().toordinal() - _EPOCH, since // minutes, (until - at) / whole
        at = until


_EPOCH = dt.date(1970, 1, 1).toordinal()


def _row(day: int, rows: Rows) -> int:
    weekday = dt.date.fromordinal(day + _EPOCH).weekday()
    return {"weekly": weekday, "workweek": int(weekday > 4), "daily": 0, "dated": day}[rows]


def _date(day: int) -> str:
    return dt.date.fromordinal(day + _EPOCH).isoformat()


def make_periods(series: Sequence[Series], pieces: Sequence[Pieces], tool: Tool) -> list[Period]:
    """Return the spans of dates that one sheet a campaign can serve, in order of time; all campaigns swap together."""
    wanted = {(int(day), int(slot)) for one in pieces for day, slot in zip(one.day, one.slot, strict=True)}
    days = sorted({day for day, _ in wanted})
    groups = [days]
    if tool.rows != "dated" and len({(_row(day, tool.rows), slot) for day, slot in wanted}) < len(wanted):
        by_week = {day: day - _row(day, "weekly") if tool.rows == "weekly" else day for day in days}
        groups = [[day for day in days if by_week[day] == week] for week in sorted(set(by_week.values()))]
    first = min(one.cells["start"].iloc[0] for one in series)
    last = max(one.cells["end"].iloc[-1] for one in series)
    zone = first.tz
    edges = [first, *(pd.Timestamp(_date(group[0]), tz=zone) for group in groups[1:]), last]
    return [
        Period(
            _date(group[0]) if len(groups) > 1 else "",
            tuple(group),
            start,
            end,
            tool.row_names or tuple(_date(day) for day in group),
        )
        for group, start, end in zip(groups, edges[:-1], edges[1:], strict=True)
    ]


def usual_percent(tool: Tool, period: Period, old: Sheet | None) -> Floats:
    """Return what the hours outside the promotion keep: the user's own schedule, else 100 %. [rows x slots]"""
    usual = np.full((len(period.rows), tool.slots), UNCHANGED)
    if old is not None:
        for place, row in enumerate(period.rows):
            if row in old.rows:
                usual[place] = old.percent[old.rows.index(row)]
    return usual
