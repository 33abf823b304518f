"""Large tables of one kind as one view in the engine, and its rows added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planner.history.campaigns import divided_view
from planner.history.engine import Engine
from planner.history.gathering.executor import Gathered, is_stray
from planner.history.gathering.one_table import TableReading, is_fatal, source_file
from planner.history.gathering.overlaps import Part, View, view_of
from planner.history.large.judge import judge_large
from planner.history.large.overlaps import added_up, laid_over
from planner.history.large.rows import LargeTable
from planner.history.recognising.dialects import MEASURES
from planner.history.settings import ReadingSettings
from planner.vocabulary.wording import Message

__all__ = ["LargeView", "judged_views", "view_part"]


@dataclass(frozen=True, eq=False)
class LargeView:
    """Large tables of one kind, laid over one another in the engine."""

    name: str
    tables: tuple[LargeTable, ...]

    @property
    def measures(self) -> list[str]:
        """The numbers that any of its tables has."""
        return [name for name in MEASURES if any(name in table.layout.columns for table in self.tables)]


def judged_views(
    engine: Engine, tables: Sequence[LargeTable], gathered: Gathered, settings: ReadingSettings
) -> list[LargeView]:
    """Return large tables, judged and those of one kind laid over one another; what is to be said is gathered."""
    import duckdb

    kinds: dict[View, list[tuple[LargeTable, str]]] = {}
    for number, table in enumerate(tables):
        try:
            name = judge_large(engine, table, number, settings)
        except duckdb.Error as error:
            why = {"why": str(error).split("\n")[0]}
            gathered.refuse(table.sheet.name, Message("history.unreadable", why), asked_for=True)
            continue
        remarks = table.remarks
        used = table.rows - sum(remarks.dropped.values()) - remarks.refused
        source = source_file(table.sheet, table.layout, remarks, read=table.rows, used=used, span=table.span)
        gathered.sources.append(source)
        fatal = is_fatal(table.layout, remarks, used=used, read=table.rows) or bool(remarks.problems)
        reading = TableReading(None, remarks, source, fatal)
        if table.sheet.blob and is_stray(reading, asked_for=table.sheet.blob.asked_for):
            gathered.pass_over(reading)
            continue
        gathered.settle(reading)
        if table.span is not None and not remarks.problems:
            kinds.setdefault(view_of(table.layout), []).append((table, name))
    views = []
    # What tells more rows apart speaks first.
    for number, found in enumerate(
        kinds[kind] for kind in sorted(kinds, key=lambda kind: (*kind[:2], not kind[2], kind[2]))
    ):
        alike, names = zip(*found, strict=True)
        name, notes, problems = laid_over(engine, alike, names, number)
        gathered.notes += notes
        gathered.problems += problems
        views.append(LargeView(name, alike))
    return views


def view_part(engine: Engine, view: LargeView, settings: ReadingSettings, notes: list[Message]) -> Part:
    """Return a view's rows by hour and channel (and campaign), as if a small table had held them."""
    table = view.tables[0]
    if not settings.campaigns and table.all_unlike and table.sums is not None:
        return Part(table.sums, table.layout, table.remarks)
    name = view.name
    if settings.campaigns and settings.choice is not None:
        name, joined = divided_view(engine, name, view.measures, settings.choice)
        notes += joined
    rows = added_up(engine, name, view.measures, campaigns=settings.campaigns)
    return Part(rows, view.tables[0].layout, view.tables[0].remarks)
