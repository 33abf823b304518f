"""The executor for small tables: each read as it comes, its rows in memory."""

from __future__ import annotations

from pathlib import Path

from planner.history.gathering.executor import Gathered, Recognised
from planner.history.gathering.one_table import TableReading, read_sheet
from planner.history.gathering.overlaps import Part
from planner.history.progress import Progress
from planner.history.settings import ReadingSettings
from planner.history.tidy import WrittenHistory

__all__ = ["InMemory"]


class InMemory:
    """Reads tables in this language; an `Executor`."""

    def take(self, table: Recognised, settings: ReadingSettings) -> TableReading:
        """Return the reading of a table."""
        if table.layout.dialect.kind == "orders":
            # Its first rows hold names, phones and addresses, and have served to recognise it.
            table.sheet.head = ()
        return read_sheet(table.sheet, table.layout, settings, table.remarks)

    def parts(self, gathered: Gathered, settings: ReadingSettings, progress: Progress | None) -> list[Part]:  # noqa: ARG002
        """Return nothing: every table was read at once."""
        return []

    def write(
        self,
        gathered: Gathered,  # noqa: ARG002
        out: Path,  # noqa: ARG002
        settings: ReadingSettings,  # noqa: ARG002
        progress: Progress | None,  # noqa: ARG002
    ) -> WrittenHistory | None:
        """Leave the writing to others: the rows are in memory."""
        return None
