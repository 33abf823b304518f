"""From paths to readings: every file found, opened and recognised, and its tables given to who reads them.

Here, and nowhere else, is decided which executor reads a table: that in memory, or that of the engine (`is_large`).
"""

from __future__ import annotations

import contextlib
import zipfile
import zlib
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from planner.brief.toml_input import suggestion
from planner.history.gathering.executor import Executor, Gathered, Recognised, is_stray
from planner.history.gathering.in_memory import InMemory
from planner.history.gathering.one_table import TableReading, recognised, unknown_table
from planner.history.gathering.overlaps import view_of
from planner.history.judging.refusals import Remarks
from planner.history.opening.file_kinds import open_sheets
from planner.history.opening.sheet import Sheet
from planner.history.opening.sources import Blob, Unreadable, collect, unpack, without_plans
from planner.history.recognising.dialects import column_names
from planner.history.recognising.layouts import Layout
from planner.history.settings import ReadingSettings
from planner.vocabulary.errors import Problem
from planner.vocabulary.wording import Message

__all__ = ["LARGE_BYTES", "gather", "is_large"]

# Below this the reader in Python is as fast, and the engine's import would cost more than it saves.
LARGE_BYTES = 8 * 2**20


@dataclass(frozen=True)
class _Found:
    """A table as it was opened: what it is, None where that is not known, and what is to be said of it."""

    sheet: Sheet
    layout: Layout | None
    remarks: Remarks


def is_large(sheet: Sheet, layout: Layout) -> bool:
    """Tell whether a table is for the engine: large, and not a list of orders, of which few columns are kept."""
    return sheet.blob is not None and sheet.size > LARGE_BYTES and layout.dialect.kind != "orders"


def gather(paths: Sequence[str | Path], settings: ReadingSettings) -> Gathered:
    """Return everything that paths, folders and globs hold."""
    blobs, missing = collect(paths)
    gathered = Gathered([InMemory()], problems=[Problem(message, name) for name, message in missing])
    blobs = without_plans(blobs, gathered.notes)
    for name in settings.columns.keys() - set(column_names()):
        values = {"name": name, "advice": suggestion(name, column_names())}
        gathered.problems.append(Problem(Message("history.unknown_name", values)))
    opened: list[tuple[Blob, list[_Found]]] = []
    for blob in blobs:
        try:
            inner = list(unpack(blob))
        except Unreadable as error:
            gathered.refuse(blob.name, error.message, asked_for=blob.asked_for)
            continue
        for entry in inner:
            if not isinstance(entry, Blob):
                gathered.refuse(*entry, asked_for=blob.asked_for and len(inner) == 1)
            elif (tables := _opened(entry, settings, gathered)) is not None:
                opened.append((entry, tables))
    # What shows the same thing as a large table is laid over it row by row, so the engine reads that too.
    views = {
        view_of(table.layout)
        for _, tables in opened
        for table in tables
        if table.layout is not None and is_large(table.sheet, table.layout)
    }
    for blob, tables in opened:
        with _refusing(blob, gathered):
            _read_tables(blob, tables, views, settings, gathered)
    return gathered


@contextlib.contextmanager
def _refusing(blob: Blob, gathered: Gathered) -> Iterator[None]:
    """Say in one line what keeps a file from being read."""
    try:
        yield
    except Unreadable as error:
        gathered.refuse(blob.name, error.message, asked_for=blob.asked_for)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        gathered.refuse(blob.name, Message("history.broken_zip"), asked_for=blob.asked_for)
    except OSError as error:
        why = {"why": error.strerror or type(error).__name__}
        gathered.refuse(blob.name, Message("history.unreadable", why), asked_for=blob.asked_for)


def _opened(blob: Blob, settings: ReadingSettings, gathered: Gathered) -> list[_Found] | None:
    """Return the tables of a file, each recognised or not; None where it cannot be opened, or holds none."""
    tables: list[_Found] = []
    told = len(gathered.notes) + len(gathered.problems)
    with _refusing(blob, gathered):
        for sheet in open_sheets(blob, settings.encoding):
            if isinstance(sheet, Sheet):
                remarks = Remarks(sheet.name, sheet=sheet.title)
                tables.append(_Found(sheet, recognised(sheet, settings, remarks), remarks))
            else:
                gathered.refuse(sheet[0], sheet[1].message, asked_for=False)
        if not tables and len(gathered.notes) + len(gathered.problems) == told:
            gathered.refuse(blob.name, Message("history.empty"), asked_for=blob.asked_for)
        return tables
    return None


def _read_tables(
    blob: Blob, tables: Sequence[_Found], views: Set[object], settings: ReadingSettings, gathered: Gathered
) -> None:
    """Read or set aside all the tables of one file."""
    found: list[TableReading] = []
    later = [_read_table(table, views, settings, found, gathered) for table in tables]
    useful = any(later) or any(not reading.fatal for reading in found)
    for reading in found:
        # A sheet of remarks beside the one with the numbers is no fault; nor is a strange file in a folder.
        strange = reading.fatal and (reading.remarks.problems or not reading.remarks.refused)
        if (strange and (useful or not blob.asked_for)) or is_stray(reading, asked_for=blob.asked_for):
            gathered.pass_over(reading)
        else:
            gathered.readings.append(reading)


def _read_table(
    table: _Found, views: Set[object], settings: ReadingSettings, found: list[TableReading], gathered: Gathered
) -> bool:
    """Give one table to its executor; tell whether it is read later, with others."""
    if table.layout is None:
        found.append(unknown_table(table.sheet, table.remarks))
        return False
    _note_workbook(table.sheet, table.layout, table.remarks)
    executor = _executor(table.layout, views, gathered)
    reading = executor.take(Recognised(table.sheet, table.layout, table.remarks), settings)
    if reading is not None:
        found.append(reading)
    return reading is None


def _executor(layout: Layout, views: Set[object], gathered: Gathered) -> Executor:
    """Return who reads a table. The engine comes with the first table that is its own: it takes long to load."""
    if layout.dialect.kind == "orders" or view_of(layout) not in views:
        return gathered.executors[0]
    if len(gathered.executors) == 1:
        from planner.history.large.in_engine import InEngine

        gathered.executors.append(InEngine())
    return gathered.executors[1]


def _note_workbook(sheet: Sheet, layout: Layout, remarks: Remarks) -> None:
    """Say of a workbook's sheet what its cells alone do not show: that it is hidden, and formulas without results."""
    if sheet.hidden:
        remarks.notes.append(Message("history.hidden_sheet", {"where": sheet.name, "sheet": sheet.title}))
    for name, place in layout.columns.items():
        if place in sheet.unsolved:
            values = {"where": sheet.name, "column": layout.own[name], "count": sheet.unsolved[place]}
            remarks.notes.append(Message("history.formulas", values))
