"""A tidy history written to one file, CSV or parquet; large ones straight from the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from planner.history.all_files import gather
from planner.history.gathering.tidy_form import growing_since
from planner.history.loading import read_gathered
from planner.history.progress import Progress
from planner.history.recognising.dialects import MEASURES
from planner.history.settings import ReadingSettings
from planner.history.tidy import WrittenHistory
from planner.vocabulary.wording import Message

__all__ = ["PARQUET", "WrittenHistory", "write_history"]

PARQUET = (".parquet", ".pq")


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
    for executor in gathered.executors if settings.campaigns else ():
        if (written := executor.write(gathered, out, settings, progress)) is not None:
            lost = _lost(growing_since(written.sources, settings))
            return replace(written, notes=(*written.notes, *lost))
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
