"""Rows as `tables.HISTORY` has them, and from when on what they say may still grow."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from planner.history.settings import ReadingSettings
from planner.history.tidy import SourceFile
from planner.vocabulary.tables import HISTORY

__all__ = ["growing_since", "in_order"]


def in_order(table: pd.DataFrame, settings: ReadingSettings) -> pd.DataFrame:
    """Return rows as `tables.HISTORY`: sorted, in the promotion's zone, the columns in order."""
    key = [name for name in ("hour", "channel", "campaign") if name in table]
    table = table.sort_values(key, kind="stable", na_position="first", ignore_index=True)
    table["hour"] = table["hour"].dt.tz_convert(settings.zone)
    for name in key[1:]:
        # A column without any text would else pass for one of numbers.
        table[name] = table[name].astype(object).where(table[name].notna(), None)
    if "budget_spent" in table:
        table["budget_spent"] = table["budget_spent"].astype("boolean")
    return HISTORY.check(table)


def growing_since(sources: Sequence[SourceFile], settings: ReadingSettings) -> pd.Timestamp | None:
    """Return from when on a platform's orders may still be booked; None where no file says that they grow.

    What an older file shows was booked long before the newest hour of any file.
    """
    ends = [pd.Timestamp(source.last) for source in sources if source.last]
    since = [
        max(ends) - pd.Timedelta(days=source.growing_days)
        for source in sources
        if source.growing_days
        and source.last
        and "orders" in source.columns
        and pd.Timestamp(source.last) > max(ends) - pd.Timedelta(days=source.growing_days)
    ]
    return min(since).tz_convert(settings.zone) if since else None
