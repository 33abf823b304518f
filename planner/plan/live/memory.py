"""What an earlier planning of the same day has seen: hours that new reports lack, and hours that have shrunk since."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.history import History
from planner.plan.day import Day
from planner.plan.live.facts import NUMBERS
from planner.vocabulary.wording import Message, first_of

__all__ = ["with_earlier"]

_SHRUNK = ("clicks", "spend")
_HOUR = pd.Timedelta(hours=1)


def with_earlier(history: History | None, day: Day) -> tuple[History | None, tuple[Message, ...]]:
    """Return the reports with the hours that were seen before, and what is to be said.

    Clicks and spend of an hour only grow while a report settles. Where they have shrunk one of the reports is wrong,
    and the larger is kept: money that was seen spent must not be spent again.

    Parameters
    ----------
    history
        What is reported now; None where nothing is.
    day
        The earlier planning.
    """
    seen = day.actuals
    hourly = seen[(seen["end"] - seen["start"]) == _HOUR] if len(seen) else seen
    if not len(hourly):
        return history, ()
    before = hourly.rename(columns={"start": "hour"})[["hour", "channel", "campaign", *NUMBERS, "bid"]]
    if history is None or not len(history.table):
        return History(before.dropna(axis=1, how="all")), ()
    table = history.table
    keys = ["hour", "channel", *(["campaign"] if "campaign" in table else [])]
    old = before.set_index(pd.MultiIndex.from_frame(_named(before, keys)))
    new = pd.MultiIndex.from_frame(_named(table, keys))
    again = old.reindex(new)
    shrunk = np.zeros(len(table), dtype=bool)
    for name in (name for name in _SHRUNK if name in table):
        shrunk |= table[name].to_numpy(dtype=float) < again[name].to_numpy(dtype=float) - 0.005
    told = table.copy()
    for name in (name for name in (*NUMBERS, "bid") if name in told):
        told[name] = told[name].where(~shrunk, pd.Series(again[name].to_numpy(), index=told.index))
    lost = old[~old.index.isin(new)].reset_index(drop=True)
    told = pd.concat([told, lost[[name for name in lost if name in told]]], ignore_index=True) if len(lost) else told
    alarms: tuple[Message, ...] = ()
    if shrunk.any():
        hours = sorted({f"{hour:%H:%M}" for hour in table.loc[shrunk, "hour"]})
        alarms = (Message("live.shrunk", {"hours": first_of(hours, 4)}),)
    return History(told, history.notes, history.sources, history.growing_since), alarms


def _named(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the columns that name a row, a missing campaign as no name at all."""
    named = table[keys].copy()
    named["hour"] = pd.DatetimeIndex(named["hour"]).tz_convert("UTC")
    if "campaign" in named:
        named["campaign"] = named["campaign"].fillna("").astype(str)
    return named
