"""The promotion's slots: local hours, cut where a window begins or ends; and past hours of the same meaning.

A slot is half-open and lies in exactly one window. Hours are those of the promotion's zone, so a day on which the
clocks change has 23 or 25 of them.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from planner.brief.timetable import Timetable
from planner.vocabulary.tables import SLOTS

__all__ = ["hour_starts", "make_slots", "match_past"]


def hour_starts(instants: pd.DatetimeIndex, zone: dt.tzinfo) -> pd.DatetimeIndex:
    """Return the start of the local hour that each instant lies in, in the zone.

    Correct where the offset changes by less than an hour or is no whole number of hours: the minutes that the zone's
    own clock shows are taken off the instant.
    """
    local = instants.tz_convert(zone)
    # The clock's parts come as 32-bit numbers, which an hour of microseconds does not fit.
    minute, second = (np.asarray(part, dtype=np.int64) for part in (local.minute, local.second))
    into_hour = (minute * 60 + second) * 1_000_000 + np.asarray(local.microsecond)
    return local - pd.to_timedelta(into_hour, unit="us")


def make_slots(timetable: Timetable) -> pd.DataFrame:
    """Return the slots of a promotion.

    Returns
    -------
    pandas.DataFrame
        `tables.SLOTS` in order of time, times in the promotion's zone.
    """
    edges = {timetable.starts, timetable.ends, *(span.start for span in timetable.spans), *_full_hours(timetable)}
    inside = sorted(edge for edge in edges if timetable.starts <= edge <= timetable.ends)
    starts, ends = pd.DatetimeIndex(inside[:-1]), pd.DatetimeIndex(inside[1:])
    span_at = np.searchsorted(pd.DatetimeIndex([span.start for span in timetable.spans]), starts, side="right") - 1
    windows = [timetable.spans[at].window for at in span_at]
    frame = pd.DataFrame(
        {
            "start": starts.tz_convert(timetable.zone),
            "end": ends.tz_convert(timetable.zone),
            "hours": (ends - starts) / pd.Timedelta(hours=1),
            "window": [window.id for window in windows],
            "stance": [window.stance for window in windows],
            "since_opening": (starts - pd.Timestamp(timetable.opening)) / pd.Timedelta(hours=1),
        }
    )
    return SLOTS.check(frame)


def _full_hours(timetable: Timetable) -> list[dt.datetime]:
    """Return every instant of the promotion at which the zone's clock shows a full hour."""
    # Offsets and their changes are whole quarters of an hour in every zone in use.
    quarters = pd.date_range(
        pd.Timestamp(timetable.starts).floor("15min"), pd.Timestamp(timetable.ends), freq="15min", tz="UTC"
    )
    return list(quarters[quarters.tz_convert(timetable.zone).minute == 0].to_pydatetime())


def match_past(slots: pd.DataFrame, timetable: Timetable, past: Timetable) -> pd.DatetimeIndex:
    """Return the past instant that means the same as each slot's start.

    A slot of a window tied to the opening is matched by its distance from the opening, any other by the clock and
    the day counted from the promotion's date.

    Parameters
    ----------
    slots
        `tables.SLOTS` of this promotion.
    timetable, past
        This promotion and the past one.

    Returns
    -------
    pandas.DatetimeIndex
        In the promotion's zone, in the order of `slots`; whether the past promotion covers them is for the caller.
    """
    starts = pd.DatetimeIndex(slots["start"])
    tied = {span.window.id: span.window.tied_to == "opening" for span in timetable.spans}
    by_opening = pd.Timestamp(past.opening) + (starts.tz_convert("UTC") - pd.Timestamp(timetable.opening))
    days = pd.Timedelta(days=(past.date - timetable.date).days)
    wall = starts.tz_convert(timetable.zone).tz_localize(None) + days
    by_clock = wall.tz_localize(past.zone, ambiguous=np.ones(len(wall), dtype=bool), nonexistent="shift_forward")
    is_tied = slots["window"].map(tied).to_numpy(dtype=bool)
    matched = np.where(is_tied, by_opening.tz_convert("UTC").to_numpy(), by_clock.tz_convert("UTC").to_numpy())
    return pd.DatetimeIndex(matched, tz="UTC").tz_convert(timetable.zone)
