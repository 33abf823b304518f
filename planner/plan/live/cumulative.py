"""Reports that count from midnight: each hour holds the day's sum so far, not its own."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.history import History
from planner.vocabulary.tables import unit_columns

__all__ = ["by_hour"]

Floats = NDArray[np.float64]
_NUMBERS = ("impressions", "clicks", "spend", "orders", "revenue")
# Hours of a day from which it can be told, and how much nearer to what was planned the differences have to be.
_HOURS, _NEARER = 3, 4.0


def by_hour(history: History, brief: Brief, schedule: pd.DataFrame) -> tuple[History, bool]:
    """Return a history in which every hour holds what came in it, and whether it was one of sums.

    A report is taken for one of sums if no number of any day ever falls, and if its hours are like the hours that were
    planned only when each is taken less the one before: hours that rise, as in the evening of an event, are not.

    Parameters
    ----------
    history
        As it was read.
    brief
        The promotion's.
    schedule
        `tables.SCHEDULE` of what was in force.
    """
    table = history.table
    inside = ((table["hour"] >= brief.timetable.starts) & (table["hour"] < brief.timetable.ends)).to_numpy()
    names = [name for name in _NUMBERS if name in table]
    own = table[inside & table["channel"].notna().to_numpy()].sort_values("hour", kind="stable")
    if "clicks" not in names or own.empty:
        return history, False
    days = [own[unit] for unit in unit_columns(own)] + [own["hour"].dt.tz_convert(brief.zone).dt.date]
    groups = own.groupby(days, dropna=False, sort=False)
    steps = groups[names].diff().fillna(own[names])
    if len(own) == len(groups) or groups.size().max() < _HOURS or (steps < 0).any().any():
        return history, False
    planned = schedule.assign(hour=schedule["start"].dt.floor("h")).groupby(["hour", "channel"])["clicks"].sum()
    keys = pd.MultiIndex.from_arrays([own["hour"].dt.tz_convert(brief.zone), own["channel"]])
    expected = planned.reindex(keys).to_numpy(dtype=float)
    as_is, less = (_roughness(part["clicks"].to_numpy(dtype=float), expected) for part in (own, steps))
    if not as_is > _NEARER * less:
        return history, False
    told = table.copy()
    told.loc[own.index, names] = steps
    return History(told, history.notes, history.sources, history.growing_since), True


def _roughness(counts: Floats, expected: Floats) -> float:
    """Return the variance of the logs of counts over what was expected; infinite where it cannot be told."""
    known = (expected > 0) & np.isfinite(counts)
    if known.sum() < _HOURS:
        return 0.0
    return float(np.log((counts[known] + 0.5) / (expected[known] + 0.5)).var() + 1e-4)
