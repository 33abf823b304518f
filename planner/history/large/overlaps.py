"""Large tables of one view laid over one another, added up by hour, and written out.

What `combine` does with small tables, in the engine: identical rows count once, contradictions are told with both rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from planner.history.engine import Engine, literal
from planner.history.gathering.overlaps import contradiction
from planner.history.large.rows import LargeTable, double_texts_sql, sums
from planner.history.recognising.dialects import MEASURES
from planner.vocabulary.errors import Problem
from planner.vocabulary.wording import Message

__all__ = ["added_up", "laid_over", "write_rows"]

_KEY = "instant, channel, campaign, apart"
_SHOWN = 20


def laid_over(
    engine: Engine, tables: Sequence[LargeTable], views: Sequence[str], number: int
) -> tuple[str, list[Message], list[Problem]]:
    """Return the name of a view of the rows of several tables, each once; notes and contradictions."""
    measures = [name for name in MEASURES if any(name in table.layout.columns for table in tables)]
    union = " UNION ALL BY NAME ".join(f"SELECT *, {place} AS source FROM {view}" for place, view in enumerate(views))
    every, clean = f"every_{number}", f"clean_{number}"
    engine.run(f"CREATE OR REPLACE TEMP VIEW {every} AS {union}")
    find = f"SELECT hash({_KEY}) AS h FROM {every} GROUP BY h HAVING count(*) > 1"
    if len(tables) == 1 and tables[0].sums is not None:
        # Each text has one meaning and each meaning one text: the texts tell double rows as well, and faster.
        double = engine.frame(double_texts_sql(tables[0]), "duplicates")
        tables[0].all_unlike = double.empty
    if len(tables) == 1 and tables[0].all_unlike:
        find = f"{find} LIMIT 0".replace(f"FROM {every}", f"FROM (SELECT * FROM {every} LIMIT 0)")
    engine.run(f"CREATE OR REPLACE TEMP TABLE doubles_{number} AS {find}", "duplicates")
    names = ", ".join(table.remarks.source for table in tables)
    count = int(engine.frame(f"SELECT count(*) AS n FROM doubles_{number}")["n"].iloc[0])
    columns = f"hour, channel, campaign, {', '.join(measures)}"
    if count == 0:
        engine.run(f"CREATE OR REPLACE TEMP VIEW {clean} AS SELECT {columns} FROM {every}")
        return clean, [], []
    member = f"(hash({_KEY}) IN (SELECT h FROM doubles_{number}))"
    rows = f"rows_{number}"
    engine.run(f"CREATE OR REPLACE TEMP TABLE {rows} AS SELECT * FROM {every} WHERE {member}", "duplicates")
    firsts = ", ".join(f"any_value({name}) AS {name}" for name in measures)
    merged = f"SELECT any_value(hour) AS hour, channel, campaign, {firsts} FROM {rows} GROUP BY {_KEY}"
    engine.run(f"CREATE OR REPLACE TEMP TABLE merged_{number} AS {merged}", "duplicates")
    engine.run(
        f"CREATE OR REPLACE TEMP VIEW {clean} AS SELECT {columns} FROM {every} WHERE NOT {member} "
        f"UNION ALL BY NAME SELECT {columns} FROM merged_{number}"
    )
    sizes = engine.frame(
        f"SELECT (SELECT count(*) FROM {rows}) AS a, (SELECT count(*) FROM merged_{number}) AS b"
    ).iloc[0]
    notes = (
        [Message("history.identical", {"count": int(sizes["a"] - sizes["b"]), "where": names})]
        if sizes["a"] > sizes["b"]
        else []
    )
    return clean, notes, _contradictions(engine, rows, measures, tables)


def _contradictions(engine: Engine, rows: str, measures: Sequence[str], tables: Sequence[LargeTable]) -> list[Problem]:
    """Return a problem for each of the first keys whose rows do not agree, with both rows, and one for their number."""
    unequal = " OR ".join(f"max({name}) > min({name})" for name in measures)
    engine.run(f"CREATE OR REPLACE TEMP TABLE wrong AS SELECT {_KEY} FROM {rows} GROUP BY {_KEY} HAVING {unequal}")
    count = int(engine.frame("SELECT count(*) AS n FROM wrong")["n"].iloc[0])
    if count == 0:
        return []
    engine.run(f"CREATE OR REPLACE TEMP TABLE shown AS SELECT * FROM wrong ORDER BY {_KEY} LIMIT {_SHOWN}")
    found = []
    for place, table in enumerate(tables):
        same = " AND ".join(f"r.{name} IS NOT DISTINCT FROM s.{name}" for name in _KEY.split(", "))
        sql = f"SELECT r.*, {place} AS source FROM ({table.numbered_sql}) r JOIN shown s ON {same}"
        engine.run_in_order(f"CREATE OR REPLACE TEMP TABLE numbered AS {sql}", "duplicates")
        found.append(engine.frame("SELECT * FROM numbered ORDER BY line"))
    every = pd.concat(found, ignore_index=True)
    every["instant"] = pd.to_datetime(every["instant"], utc=True)
    names = [table.remarks.source for table in tables]
    groups = every.groupby(_KEY.split(", "), dropna=False, sort=True)
    problems = [contradiction(group, measures, names, tables[0].zone) for _, group in groups]
    if count > _SHOWN:
        problems.append(Problem(Message("history.more_contradictions", {"count": count - _SHOWN}), names[0]))
    return problems


def added_up(engine: Engine, view: str, measures: Sequence[str], *, campaigns: bool) -> pd.DataFrame:
    """Return a view's rows added up by hour and channel (and campaign), with ``instant`` (UTC) for the hour."""
    key = "hour, channel" + (", campaign" if campaigns else "")
    frame = engine.frame(f"SELECT {key}, {sums(measures)} FROM {view} GROUP BY {key} ORDER BY {key}", "sum")
    frame["instant"] = pd.to_datetime(frame.pop("hour"), utc=True)
    return frame.assign(dimension="", line=0)


def write_rows(engine: Engine, select: str, path: Path, *, labels: str, sort: bool) -> int:
    """Write rows of the engine to a CSV or parquet file and return how many.

    Parameters
    ----------
    engine
        Where the rows are.
    select
        SQL for rows with ``hour`` (UTC) and the other columns of `tables.HISTORY`.
    path
        The file; its suffix says which of the two it is.
    labels
        A table of ``hour`` and ``label``, its local time with offset, for CSV.
    sort
        Whether rows are put in order of hour, channel and campaign; otherwise they keep the order they come in, which
        for a large file costs a third of the time.
    """
    order = " ORDER BY t.hour, t.channel NULLS FIRST, t.campaign NULLS FIRST" if sort else ""
    if path.suffix.lower() in (".parquet", ".pq"):
        rows = f"SELECT t.* REPLACE (CAST(t.hour AS TIMESTAMPTZ) AS hour) FROM ({select}) t{order}"
        form = "FORMAT parquet, COMPRESSION zstd"
    else:
        rows = f"SELECT l.label AS hour, t.* EXCLUDE (hour) FROM ({select}) t JOIN {labels} l ON t.hour = l.hour{order}"
        form = "FORMAT csv, HEADER"
    engine.run("SET preserve_insertion_order = true")
    return engine.copy(f"COPY ({rows}) TO {literal(str(path))} ({form})", "write")
