"""A tidy history written to one file, CSV or parquet; large ones straight from the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from planner.history.gathering.all_files import Gathered, gather, settle
from planner.history.gathering.overlaps import combine
from planner.history.loading import LargeView, growing_since, in_order, judge_views, read_gathered
from planner.history.progress import Progress
from planner.history.recognising.dialects import MEASURES
from planner.history.settings import ReadingSettings
from planner.history.tidy import SourceFile
from planner.vocabulary.errors import InputError
from planner.vocabulary.tables import HISTORY
from planner.vocabulary.wording import Message

if TYPE_CHECKING:
    from planner.history.engine import Engine

__all__ = ["PARQUET", "WrittenHistory", "write_history"]

PARQUET = (".parquet", ".pq")


@dataclass(frozen=True)
class WrittenHistory:
    """What was written: how many rows, from which files, and what was decided on the way."""

    rows: int
    sources: tuple[SourceFile, ...]
    notes: tuple[Message, ...]


def write_history(
    paths: Sequence[str | Path], out: Path, settings: ReadingSettings, *, progress: Progress | None = None
) -> WrittenHistory:
    """Read files and write one tidy table; nothing is written where anything is wrong.

    Parameters
    ----------
    paths
        Files, folders and globs, as for `load_history`.
    out
        Where to; ``.parquet`` or ``.pq`` for parquet, anything else is CSV (UTF-8, hours with their offset).
    settings
        How to read; whether campaigns are carried through.
    progress
        Told the step and the share done.

    Raises
    ------
    InputError
        As `load_history`.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(f".{out.name}.unfinished{out.suffix}")
    try:
        written = _write(paths, unfinished, settings, progress)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
    return written


def _write(
    paths: Sequence[str | Path], out: Path, settings: ReadingSettings, progress: Progress | None
) -> WrittenHistory:
    """Write to a file that nobody looks at yet."""
    gathered = gather(paths, settings)
    if gathered.large and settings.campaigns:
        return _write_large(gathered, out, settings, progress)
    history = read_gathered(gathered, settings, progress=progress)
    _write_frame(history.table, out)
    return WrittenHistory(len(history.table), history.sources, (*history.notes, *_lost(history.growing_since)))


def _lost(since: pd.Timestamp | None) -> list[Message]:
    """Return a note on what the tidy form cannot say: that a platform goes on booking its newest orders."""
    return [] if since is None else [Message("history.growing_not_written", {"since": f"{since:%Y-%m-%d}"})]


def _write_frame(table: pd.DataFrame, out: Path) -> None:
    """Write a table in memory."""
    if out.suffix.lower() in PARQUET:
        import duckdb

        from planner.history.engine import literal

        with duckdb.connect() as connection:
            utc = table.assign(hour=table["hour"].dt.tz_convert("UTC"))
            connection.register("history", utc)
            connection.execute(f"COPY (SELECT * FROM history) TO {literal(str(out))} (FORMAT parquet)")
        return
    hours = table["hour"].map(pd.Timestamp.isoformat)
    # Counts are written as counts: 186, not 186.0.
    counts = {
        name: table[name].astype("Int64")
        for name in MEASURES
        if name in table and name != "budget_spent" and (table[name].dropna() % 1 == 0).all()
    }
    table.assign(hour=hours, **counts).to_csv(out, index=False, encoding="utf-8", lineterminator="\n")


def _write_large(gathered: Gathered, out: Path, settings: ReadingSettings, progress: Progress | None) -> WrittenHistory:
    """Write large tables with their campaigns from the engine, the small ones beside them."""
    from planner.history.engine import Engine
    from planner.history.large.overlaps import write_rows

    for reading in gathered.readings:
        settle(reading, gathered)
    sources = [reading.source for reading in gathered.readings]
    with Engine(progress) as engine:
        views = judge_views(engine, gathered, settings, sources)
        small = _small_rows(gathered, settings)
        if gathered.problems:
            raise InputError(gathered.problems)
        measures = [name for name in MEASURES if any(name in view.measures for view in views) or name in small]
        pieces = [_piece(view, measures) for view in views]
        if len(small):
            engine.table("small", small.assign(hour=small["hour"].dt.tz_convert("UTC").dt.tz_localize(None)))
            pieces.append("SELECT * FROM small")
        select = _one_view_an_hour(engine, pieces, measures)
        # A single large table keeps its own order, chronological in every export seen: sorting would spill to disk.
        as_it_comes = len(gathered.large) == 1 and gathered.large[0].by_row
        engine.table("labels", _labels(engine, len(gathered.large), small, settings))
        count = write_rows(engine, select, out, labels="labels", sort=not as_it_comes)
    notes = (*gathered.notes, *_lost(growing_since(sources, settings)))
    return WrittenHistory(count, tuple(sources), notes)


def _small_rows(gathered: Gathered, settings: ReadingSettings) -> pd.DataFrame:
    """Return what the small tables give together; contradictions among them are gathered."""
    parts = [reading.part for reading in gathered.readings if reading.part is not None]
    if not parts:
        return pd.DataFrame()
    table, notes, problems = combine(parts, settings.zone, campaigns=True)
    gathered.notes += notes
    gathered.problems += problems
    return in_order(table, settings)


def _piece(view: LargeView, measures: Sequence[str]) -> str:
    """Return the SQL for a view's rows, one for each hour, channel and campaign."""
    from planner.history.large.rows import sums

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
