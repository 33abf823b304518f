"""The executor for large tables: set aside until all are known, then judged and added up by the engine."""

from __future__ import annotations

from pathlib import Path

from planner.history.engine import Engine
from planner.history.gathering.executor import Gathered, Recognised
from planner.history.gathering.overlaps import Part
from planner.history.judging.moments import day_of_file, zone_of
from planner.history.large.rows import LargeTable
from planner.history.large.views import judged_views, view_part
from planner.history.large.writing import write_large
from planner.history.progress import Progress
from planner.history.settings import ReadingSettings
from planner.history.tidy import WrittenHistory
from planner.vocabulary.wording import Message

__all__ = ["InEngine"]


class InEngine:
    """Reads tables with DuckDB; an `Executor`."""

    def __init__(self) -> None:
        self._tables: list[LargeTable] = []

    def take(self, table: Recognised, settings: ReadingSettings) -> None:
        """Set a table aside."""
        sheet, layout, remarks = table.sheet, table.layout, table.remarks
        zone, said = zone_of(sheet.name, layout, settings.zone)
        if said:
            remarks.notes.append(Message("history.other_zone", {"where": sheet.name, "zone": str(zone)}))
        file_day = day_of_file(sheet, layout, remarks)
        self._tables.append(LargeTable(sheet, layout, zone, file_day, remarks))

    def parts(self, gathered: Gathered, settings: ReadingSettings, progress: Progress | None) -> list[Part]:
        """Return the rows of the tables, added up by hour and channel (and campaign)."""
        with Engine(progress) as engine:
            views = judged_views(engine, self._tables, gathered, settings)
            return [view_part(engine, view, settings, gathered.notes) for view in views]

    def write(
        self, gathered: Gathered, out: Path, settings: ReadingSettings, progress: Progress | None
    ) -> WrittenHistory:
        """Write the tables row by row, with what the other executors hold."""
        others = [executor for executor in gathered.executors if executor is not self]
        beside = gathered.parts(others, settings, progress)
        with Engine(progress) as engine:
            return write_large(engine, self._tables, beside, out, gathered=gathered, settings=settings)
