"""Large tables with their campaigns written straight from the engine, the small ones beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from planner.history.engine import Engine
from planner.history.gathering.executor import Gathered
from planner.history.gathering.overlaps import Part, combine
from planner.history.gathering.tidy_form import in_order
from planner.history.large.overlaps import write_rows
from planner.history.large.rows import LargeTable, sums
from planner.history.large.views import LargeView, judged_views
from planner.history.recognising.dialects import MEASURES
from planner.history.settings import ReadingSettings
from planner.history.tidy import WrittenHistory
from planner.vocabulary.errors import InputError
from planner.vocabulary.tables import HISTORY

__all__ = ["write_large"]


def write_large(
    engine: Engine,
    tables: Sequence[LargeTable],
    beside: Sequence[Part],
    out: Path,
    *,
    gathered: Gathered,
    settings: ReadingSettings,
) -> WrittenHistory:
    """Write large tables, a row an hour and campaign, and what small ones hold beside them.

    Raises
    ------
    InputError
        Problems were gathered.
    """
    views = judged_views(engine, tables, gathered, settings)
    small = _small_rows(beside, gathered, settings)
    if gathered.problems:
        raise InputError(gathered.problems)
    measures = [name for name in MEASURES if any(name in view.measures for view in views) or name in small]
    pieces = [_piece(view, measures) for view in views]
    if len(small):
        engine.table("small", small.assign(hour=small["hour"].dt.tz_convert("UTC").dt.tz_localize(None)))
        pieces.append("SELECT * FROM small")
    select = _one_view_an_hour(engine, pieces, measures)
    # A single large table keeps its own order, chronological in every export seen: sorting would spill to disk.
    as_it_comes = len(tables) == 1 and tables[0].by_row
    engine.table("labels", _labels(engine, len(tables), small, settings))
    count = write_rows(engine, select, out, labels="labels", sort=not as_it_comes)
    return WrittenHistory(count, tuple(gathered.sources), tuple(gathered.notes))


def _small_rows(parts: Sequence[Part], gathered: Gathered, settings: ReadingSettings) -> pd.DataFrame:
    """Return what the small tables give together; contradictions among them are gathered."""
    if not parts:
        return pd.DataFrame()
    table, notes, problems = combine(parts, settings.zone, campaigns=True)
    gathered.notes += notes
    gathered.problems += problems
    return in_order(table, settings)


def _piece(view: LargeView, measures: Sequence[str]) -> str:
    """Return the SQL for a view's rows, one for each hour, channel and campaign."""
    if all(table.by_row for table in view.tables):
        return f"SELECT hour, channel, campaign, {', '.join(view.measures)} FROM {view.name}"
    own = sums([name for name in measures if name in view.measures])
    return f"SELECT hour, channel, campaign, {own} FROM {view.name} GROUP BY hour, channel, campaign"


def _one_view_an_hour(engine: Engine, pieces: Sequence[str], measures: Sequence[str]) -> str:
    """Return the SQL for all pieces; where two show the same hour of a channel the first speaks."""
    selects = []
    for number, piece in enumerate(pieces):
        apart = "".join(
            f" AND NOT EXISTS (SELECT 1 FROM covered_{before} c WHERE c.hour = p.hour"
            " AND c.channel IS NOT DISTINCT FROM p.channel)"
            for before in range(number)
        )
        selects.append(f"SELECT * FROM ({piece}) p WHERE true{apart}")
        if number + 1 < len(pieces):
            sql = f"SELECT DISTINCT hour, channel FROM ({piece})"
            engine.run(f"CREATE OR REPLACE TEMP TABLE covered_{number} AS {sql}", "scan")
    union = " UNION ALL BY NAME ".join(selects)
    columns = [
        f"CAST({name} AS BOOLEAN) AS {name}" if name == "budget_spent" else name
        for name in HISTORY.names
        if name in ("hour", "channel", "campaign") or name in measures
    ]
    without = "" if any("campaign" in piece for piece in pieces) else "CAST(NULL AS VARCHAR) AS campaign, "
    return f"SELECT {', '.join(columns)} FROM (SELECT {without}* FROM ({union}))"


def _labels(engine: Engine, count: int, small: pd.DataFrame, settings: ReadingSettings) -> pd.DataFrame:
    """Return the local time with its offset, as CSV shows it, of each hour that any table speaks of."""
    found = [
        engine.frame(
            f"SELECT hour_start FROM moments_{number} "
            f"UNION SELECT hour_start + later * INTERVAL 1 MINUTE FROM moments_{number}"
        )["hour_start"]
        for number in range(count)
    ]
    hours = pd.DatetimeIndex(pd.concat(found).dropna().unique()).tz_localize("UTC")
    if len(small):
        hours = hours.union(pd.DatetimeIndex(small["hour"].unique()).tz_convert("UTC"))
    labels = [hour.isoformat() for hour in hours.tz_convert(settings.zone)]
    return pd.DataFrame({"hour": hours.tz_localize(None), "label": labels})
