"""Days that stand in the first row of their block alone, as merged cells of a spreadsheet are handed on.

A day is only carried down where the hours below it go on; where they start again without a new day, or a row comes
twice, nothing is guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from planner.history.gathering.rows import RawRows
from planner.history.gathering.whole_rows import TIME_PATTERN
from planner.history.judging.refusals import Remarks
from planner.history.notation.cells import plain
from planner.history.notation.clock import read_hour
from planner.history.recognising.layouts import Layout
from planner.vocabulary.wording import Message

__all__ = ["with_days_carried_down"]

_NAMES = ("channel", "campaign", "dimension")
_DAY = re.compile(TIME_PATTERN, re.IGNORECASE)


def with_days_carried_down(raw: RawRows, layout: Layout, remarks: Remarks) -> RawRows:
    """Return rows whose day is that of the row above where most have none, and say how many they are."""
    if layout.strict or "day" not in raw.cells or "hour" not in raw.cells:
        return raw
    times = [read_hour(text) for text in raw.cells["hour"]]
    days = [plain(text) for text in raw.cells["day"]]
    blank = [not day and isinstance(time, dt.time) for day, time in zip(days, times, strict=True)]
    dated = sum(bool(_DAY.match(day)) for day in days)
    # A day that is missing here and there is a slip, and not the way the table is written.
    if not dated or sum(blank) <= dated:
        return raw
    keys = list(zip(*(cells for name, cells in raw.cells.items() if name in _NAMES), strict=True)) or [()] * len(days)
    found, carried = list(raw.cells["day"]), ""
    before: tuple[dt.time, tuple[str, ...]] | None = None
    for at, (time, key) in enumerate(zip(times, keys, strict=True)):
        if days[at]:
            carried = found[at] if _DAY.match(days[at]) else ""
        elif blank[at]:
            # The hours of another campaign start again below the same day.
            goes_on = before is not None and isinstance(time, dt.time) and (time > before[0] or key != before[1])
            if not carried or not goes_on:
                return raw
            found[at] = carried
        if isinstance(time, dt.time):
            before = (time, key)
    values = {"where": remarks.source, "column": layout.own["day"], "count": sum(blank)}
    remarks.notes.append(Message("history.days_carried_down", values))
    return replace(raw, cells={**raw.cells, "day": found})
