"""From paths to one tidy history, in memory or written to a file; every problem in one raise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from planner.brief import Brief
from planner.history.campaigns import divided_view, without_small
from planner.history.gathering.all_files import Gathered, gather, is_stray, settle
from planner.history.gathering.one_table import TableReading, is_fatal, source_file
from planner.history.gathering.overlaps import Part, View, combine, view_of
from planner.history.gathering.totals import without_sum_channel
from planner.history.inspection import gap_notes
from planner.history.progress import Progress
from planner.history.recognising.dialects import MEASURES
from planner.history.settings import ReadingSettings, settings_of
from planner.history.tidy import History, SourceFile
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.tables import HISTORY
from planner.vocabulary.wording import Message

if TYPE_CHECKING:
    from planner.history.engine import Engine
    from planner.history.large.rows import LargeTable

__all__ = [
    "LargeView",
    "growing_since",
    "in_order",
    "judge_views",
    "load_history",
    "nothing_left",
    "read_gathered",
    "read_history",
]


@dataclass(frozen=True, eq=False)
class LargeView:
    """Large tables of one kind, laid over one another in the engine."""

    name: str
    tables: tuple[LargeTable, ...]

    @property
    def measures(self) -> list[str]:
        """The numbers that any of its tables has."""
        return [name for name in MEASURES if any(name in table.layout.columns for table in self.tables)]


def load_history(
    paths: str | Path | Sequence[str | Path],
    brief: Brief,
    *,
    campaigns: bool | None = None,
    progress: Progress | None = None,
) -> History:
    """Read everything the seller has into one tidy history.

    Parameters
    ----------
    paths
        Files, folders and globs, or one of them: CSV, TSV, xls, xlsx, parquet, plain or in zip and gz.
    brief
        The brief the history is for: its zone, its channels' names, the seller's own headers, the encoding.
    campaigns
        Whether campaigns are carried through or added up by channel; by default those that the brief plans one by one
        are carried through.
    progress
        Told, while a large file is read, the step and the share done.

    Raises
    ------
    InputError
        Files that cannot be read, contradicting rows, or too little left to plan on.

    Examples
    --------
    >>> import planner
    >>> shop = planner.example_folder()
    >>> brief = planner.load_brief(shop / "brief.toml")
    >>> history = planner.load_history(shop / "history.csv", brief)
    >>> sorted(history.table["channel"].unique())
    ['feed', 'retarget', 'search']
    """
    paths = [paths] if isinstance(paths, str | Path) else paths
    return read_history(paths, settings_of(brief, campaigns=campaigns), progress=progress)


def read_history(
    paths: Sequence[str | Path], settings: ReadingSettings, *, progress: Progress | None = None
) -> History:
    """Read files into one tidy history, told how by settings instead of a brief.

    Raises
    ------
    InputError
        As `load_history`.
    """
    return read_gathered(gather(paths, settings), settings, progress=progress)


def read_gathered(gathered: Gathered, settings: ReadingSettings, *, progress: Progress | None = None) -> History:
    """Return the history that tables already found give together.

    Raises
    ------
    InputError
        As `load_history`.
    """
    for reading in gathered.readings:
        settle(reading, gathered)
    # Rows of a file with faults are compared too, so that every problem is told at once.
    parts = [reading.part for reading in gathered.readings if reading.part is not None]
    sources = [reading.source for reading in gathered.readings]
    if gathered.large:
        from planner.history.engine import Engine

        with Engine(progress) as engine:
            for view in judge_views(engine, gathered, settings, sources):
                parts.append(_added_up(engine, view, settings, gathered.notes))
    return _combined(parts, sources, gathered, settings)


def judge_views(
    engine: Engine, gathered: Gathered, settings: ReadingSettings, sources: list[SourceFile]
) -> list[LargeView]:
    """Return the large tables, judged and those of one kind laid over one another; what is to be said is gathered."""
    import duckdb

    from planner.history.large.judge import judge_large
    from planner.history.large.overlaps import laid_over

    kinds: dict[View, list[tuple[LargeTable, str]]] = {}
    for number, table in enumerate(gathered.large):
        try:
            name = judge_large(engine, table, number, settings)
        except duckdb.Error as error:
            why = {"why": str(error).split("\n")[0]}
            gathered.refuse(table.sheet.name, Message("history.unreadable", why), asked_for=True)
            continue
        remarks = table.remarks
        used = table.rows - sum(remarks.dropped.values()) - remarks.refused
        source = source_file(table.sheet, table.layout, remarks, read=table.rows, used=used, span=table.span)
        sources.append(source)
        fatal = is_fatal(table.layout, remarks, used=used, read=table.rows) or bool(remarks.problems)
        reading = TableReading(None, remarks, source, fatal)
        if table.sheet.blob and is_stray(reading, asked_for=table.sheet.blob.asked_for):
            gathered.pass_over(reading)
            continue
        settle(reading, gathered)
        if table.span is not None and not remarks.problems:
            kinds.setdefault(view_of(table.layout), []).append((table, name))
    views = []
    # What tells more rows apart speaks first.
    for number, found in enumerate(
        kinds[kind] for kind in sorted(kinds, key=lambda kind: (*kind[:2], not kind[2], kind[2]))
    ):
        tables, names = zip(*found, strict=True)
        name, notes, problems = laid_over(engine, tables, names, number)
        gathered.notes += notes
        gathered.problems += problems
        views.append(LargeView(name, tables))
    return views


def _added_up(engine: Engine, view: LargeView, settings: ReadingSettings, notes: list[Message]) -> Part:
    """Return a view's rows by hour and channel (and campaign), as if a small table had held them."""
    from planner.history.large.overlaps import added_up

    table = view.tables[0]
    if not settings.campaigns and table.all_unlike and table.sums is not None:
        return Part(table.sums, table.layout, table.remarks)
    name = view.name
    if settings.campaigns and settings.choice is not None:
        name, joined = divided_view(engine, name, view.measures, settings.choice)
        notes += joined
    rows = added_up(engine, name, view.measures, campaigns=settings.campaigns)
    return Part(rows, view.tables[0].layout, view.tables[0].remarks)


def _combined(
    parts: Sequence[Part], sources: Sequence[SourceFile], gathered: Gathered, settings: ReadingSettings
) -> History:
    """Return the history that the tables give together."""
    if not parts:
        raise InputError(gathered.problems or nothing_left(gathered))
    table, decided, contradictions = combine(parts, settings.zone, campaigns=settings.campaigns)
    problems = [*gathered.problems, *contradictions]
    if problems:
        raise InputError(problems)
    table, joined = without_small(table, settings.choice, settings.zone)
    table, sums = without_sum_channel(in_order(table, settings))
    notes = (*gathered.notes, *decided, *joined, *sums, *gap_notes(table))
    return History(table, notes, tuple(sources), growing_since(sources, settings))


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


def nothing_left(gathered: Gathered) -> list[Problem]:
    """Return the problems of files that all were passed over."""
    left_out = [dict(vars(note)["values"]) for note in gathered.notes if note.key == "history.file_left_out"]
    nothing = Problem(Message("history.nothing_left"))
    return [Problem(entry["what"], entry["where"]) for entry in left_out] or [nothing]


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
