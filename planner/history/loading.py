"""From paths to one tidy history: every file found, opened, read and combined; every problem in one raise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from planner.brief import Brief
from planner.errors import InputError, Problem
from planner.history.combine import combine
from planner.history.gaps import gap_notes
from planner.history.reading import TableReading, read_sheet
from planner.history.remarks import Remarks
from planner.history.settings import ReadingSettings, settings_of
from planner.history.sheets import Sheet, open_sheets
from planner.history.sources import Blob, Unreadable, collect, unpack
from planner.history.tidy import History, SourceFile
from planner.tables import HISTORY
from planner.wording import Message

__all__ = ["load_history", "read_history"]


def load_history(paths: Sequence[str | Path], brief: Brief, *, campaigns: bool = False) -> History:
    """Read everything the seller has into one tidy history.

    Parameters
    ----------
    paths
        Files, folders and globs: CSV, TSV, xls, xlsx, parquet, plain or in zip and gz.
    brief
        The brief the history is for: its zone, its channels' names, the seller's own headers.
    campaigns
        Whether campaigns are carried through; otherwise they are added up by channel.

    Raises
    ------
    InputError
        Files that cannot be read, contradicting rows, or too little left to plan on.
    """
    return read_history(paths, settings_of(brief, campaigns=campaigns))


def read_history(paths: Sequence[str | Path], settings: ReadingSettings) -> History:
    """Read files into one tidy history, told how by settings instead of a brief.

    Raises
    ------
    InputError
        As `load_history`.
    """
    blobs, missing = collect(paths)
    problems = [Problem(message, name) for name, message in missing]
    notes: list[Message] = []
    readings: list[TableReading] = []
    for blob in blobs:
        _read_blob(blob, settings, readings, notes, problems)
    for reading in readings:
        _settle(reading, notes, problems)
    # Rows of a file with faults are compared too, so that every problem is told at once.
    parts = [reading.part for reading in readings if reading.part is not None]
    if not parts:
        raise InputError(problems or [Problem(Message("history.nothing_left", {}))])
    table, decided, contradictions = combine(parts, settings.zone, campaigns=settings.campaigns)
    problems += contradictions
    if problems:
        raise InputError(problems)
    table = _in_order(table, settings)
    return History(
        table,
        (*notes, *decided, *gap_notes(table)),
        tuple(reading.source for reading in readings),
        _growing_since([reading.source for reading in readings], settings),
    )


def _read_blob(
    blob: Blob, settings: ReadingSettings, readings: list[TableReading], notes: list[Message], problems: list[Problem]
) -> None:
    """Read all the tables of one file; what cannot be read is a problem where it was asked for, else a note."""

    def refuse(name: str, message: Message, asked_for: bool) -> None:
        if asked_for:
            problems.append(Problem(message, name))
        else:
            notes.append(Message("history.file_left_out", {"where": name, "what": message}))

    try:
        inner = list(unpack(blob))
    except Unreadable as error:
        refuse(blob.name, error.message, blob.asked_for)
        return
    for entry in inner:
        if isinstance(entry, tuple):
            refuse(*entry, False)
            continue
        try:
            sheets = list(open_sheets(entry, settings.encoding))
            tables = [sheet for sheet in sheets if isinstance(sheet, Sheet)]
            for sheet in sheets:
                if not isinstance(sheet, Sheet):
                    refuse(sheet[0], sheet[1].message, False)
            found = [read_sheet(sheet, settings) for sheet in tables]
        except Unreadable as error:
            refuse(entry.name, error.message, entry.asked_for)
            continue
        _keep(found, entry, readings, notes)


def _keep(found: Iterable[TableReading], blob: Blob, readings: list[TableReading], notes: list[Message]) -> None:
    """Take over a file's tables; a table that is nothing known is a note where another of its file is."""
    found = list(found)
    useful = [reading for reading in found if not reading.fatal]
    for reading in found:
        if reading.fatal and not reading.remarks.refused and (useful or not blob.asked_for):
            notes += [_left_out(problem) for problem in reading.remarks.problems]
        else:
            readings.append(reading)


def _left_out(problem: Problem) -> Message:
    """Return a problem as the note of a table that was passed over."""
    return Message("history.file_left_out", {"where": problem.source, "what": problem.message})


def _settle(reading: TableReading, notes: list[Message], problems: list[Problem]) -> None:
    """Turn what is to be said of a table into problems or notes."""
    remarks: Remarks = reading.remarks
    if reading.fatal:
        problems += remarks.as_problems()
        return
    source = reading.source
    if source.encoding not in ("utf-8", ""):
        notes.append(Message("history.encoding", {"where": source.name, "encoding": source.encoding.upper()}))
    notes += remarks.notes
    for kind, count in remarks.dropped.items():
        notes.append(Message(f"history.dropped_{kind}", {"where": source.name, "count": count}))
    notes += remarks.as_notes()


def _in_order(table: pd.DataFrame, settings: ReadingSettings) -> pd.DataFrame:
    """Return the table sorted, in the promotion's zone, its columns as `tables.HISTORY` has them."""
    key = [name for name in ("hour", "channel", "campaign") if name in table]
    table = table.sort_values(key, kind="stable", na_position="first", ignore_index=True)
    table["hour"] = table["hour"].dt.tz_convert(settings.zone)
    if "budget_spent" in table:
        table["budget_spent"] = table["budget_spent"].astype("boolean")
    return HISTORY.check(table)


def _growing_since(sources: Sequence[SourceFile], settings: ReadingSettings) -> pd.Timestamp | None:
    """Return from when on a platform's orders may still be booked; None where no file says that they grow."""
    last = [
        source.last - pd.Timedelta(days=source.growing_days)
        for source in sources
        if source.growing_days and source.last
    ]
    return min(last).tz_convert(settings.zone) if last else None
