"""One table of a file, from its cells to rows with instants: recognised, judged, put into the brief's words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import pandas as pd

from planner.history.gathering.merged_days import with_days_carried_down
from planner.history.gathering.orders import order_rows
from planner.history.gathering.overlaps import Part
from planner.history.gathering.rows import header_in_another_order, judge_rows, raw_rows
from planner.history.gathering.totals import without_everything, without_sum_rows
from planner.history.judging.channels import named_channels
from planner.history.judging.currencies import note_other_currency
from planner.history.judging.moments import day_of_file, days_of_titles, needs_day, settled_order, to_instants, zone_of
from planner.history.judging.numerals import number_forms, unit_forms
from planner.history.judging.refusals import Remarks, cell_text
from planner.history.judging.times import hours_to_24, moment_rule
from planner.history.opening.sheet import Sheet
from planner.history.recognising.dialects import MEASURES, close_name, key_of, keys_of, known_header
from planner.history.recognising.layouts import Layout, header_above, layout_of
from planner.history.settings import ReadingSettings
from planner.history.tidy import SourceFile
from planner.vocabulary.characters import visible
from planner.vocabulary.errors import Problem
from planner.vocabulary.wording import LANGUAGES, Message, say

__all__ = ["TableReading", "another_order", "is_fatal", "read_sheet", "recognised", "source_file", "unknown_table"]

_ZONE_COLUMNS = frozenset({"timezone", "timezonename", "accounttimezone", "时区", "账户时区"})
# What only a plan's own schedule has.
_OF_SCHEDULE = ("stance", "bid_percent", "spend_cap")
# A file of which more than this share is refused was probably taken for something it is not.
_MOST_REFUSED = 0.2


@dataclass(frozen=True, eq=False)
class TableReading:
    """What became of one table: its rows (None where it gives none), and what is to be said of it."""

    part: Part | None
    remarks: Remarks
    source: SourceFile
    fatal: bool = False


def recognised(sheet: Sheet, settings: ReadingSettings, remarks: Remarks) -> Layout | None:
    """Return what a sheet is; None, with a problem that says which column is missing, where it is nothing known.

    A header that is nearly one of ours is a problem too, told together with those of the columns that can be read.
    """
    layout = layout_of(sheet.head, sheet.name, settings.columns)
    if layout is None:
        remarks.problems.append(_no_header(sheet))
        return None
    where = layout.header_row + 1
    if any(own <= {key for header in layout.header for key in keys_of(header)} for own in _own_schedules()):
        remarks.problems.append(Problem(Message("history.own_schedule"), sheet.name, where))
        return None
    if layout.close and layout.dialect.name in ("tidy", "headers"):
        for header, near in layout.close.items():
            values = {"header": cell_text(header), "near": near}
            remarks.problems.append(Problem(Message("history.close_header", values), sheet.name, where))
    elif layout.close:
        for header, near in layout.close.items():
            remarks.notes.append(
                Message("history.close_header_noted", {"where": sheet.name, "header": header, "near": near})
            )
    if layout.dialect.kind != "orders" and not {"hour", "day"} & set(layout.columns):
        # The only header that was nearly the time's: without it no row can be told from another.
        if not remarks.problems:
            remarks.problems.append(_no_header(sheet))
        return None
    for header in layout.counted:
        remarks.notes.append(Message("history.counted_apart", {"where": sheet.name, "column": cell_text(header)}))
    days = days_of_titles(layout.titles)
    if days and days[0] < days[1] and needs_day(sheet, layout):
        values = {"first": days[0].isoformat(), "last": days[1].isoformat()}
        remarks.problems.append(Problem(Message("history.several_days", values), sheet.name, where))
        return None
    layout = _in_zone_of_column(sheet, layout, remarks)
    _say_of_upper_table(sheet, layout, settings, remarks)
    unit_forms(layout, remarks)
    note_other_currency(sheet, layout, settings.currency, remarks)
    ignored = [header for header in layout.unknown if header not in layout.close]
    if ignored:
        shown = ", ".join(map(cell_text, ignored[:12])) + ("..." if len(ignored) > 12 else "")
        remarks.notes.append(Message("history.ignored_columns", {"where": sheet.name, "columns": shown}))
    for name, own in settings.columns.items():
        if layout.own.get(name) is not None and own not in layout.own.values():
            remarks.notes.append(Message("history.mapping_unused", {"where": sheet.name, "name": name, "header": own}))
    return layout


@cache
def _own_schedules() -> tuple[frozenset[str], ...]:
    """Return the headers by which a schedule of ours is known: as tools read it, and as people do."""
    shown = [[say(f"columns.{name}", lang) for name in _OF_SCHEDULE] for lang in LANGUAGES]
    return tuple(frozenset(map(key_of, names)) for names in (_OF_SCHEDULE, *shown))


def _in_zone_of_column(sheet: Sheet, layout: Layout, remarks: Remarks) -> Layout:
    """Return a layout that knows the zone which a column of its own names; rows of several zones are a problem."""
    place = next((at for at, text in enumerate(layout.header) if key_of(text) in _ZONE_COLUMNS), None)
    if place is None:
        return layout
    cells = [row[place].strip() for row in sheet.head[layout.header_row + 1 :] if place < len(row)]
    zones = sorted({cell for cell in cells if cell and key_of(cell) != key_of(layout.header[place])})
    if len(zones) > 1:
        values = {"column": layout.header[place], "one": cell_text(zones[0]), "other": cell_text(zones[1])}
        remarks.problems.append(Problem(Message("history.several_zones", values), sheet.name, layout.header_row + 1))
    return replace(layout, titles=f"{layout.titles}\nTime zone: {zones[0]}") if zones else layout


def _say_of_upper_table(sheet: Sheet, layout: Layout, settings: ReadingSettings, remarks: Remarks) -> None:
    """Refuse a second table of hours above the one that is read, and say of any other that it is not read."""
    found = header_above(sheet.head, layout, settings.columns)
    if found is None:
        return
    at, hourly = found
    values = {"where": sheet.name, "upper": at + 1, "header": layout.header_row + 1}
    if hourly:
        remarks.problems.append(Problem(Message("history.two_tables", values), sheet.name, at + 1))
    else:
        remarks.notes.append(Message("history.upper_table", values))


def _no_header(sheet: Sheet) -> Problem:
    """Return the problem of a table whose headers are not known, with what comes near."""
    at, row = max(
        enumerate(sheet.head), key=lambda entry: sum(bool(cell.strip()) and not cell[:1].isdigit() for cell in entry[1])
    )
    headers = [cell.strip() for cell in row if cell.strip()]
    near = [
        (header, name)
        for header in headers
        if not known_header(header) and (name := close_name(header, ("hour", "day", *MEASURES)))
    ]
    advice = ", ".join(f"{cell_text(header)} -> {name}" for header, name in near)
    values = {
        "headers": ", ".join(map(cell_text, headers[:12])),
        "advice": Message("history.near", {"pairs": advice}) if advice else Message("history.map_them", {}),
    }
    return Problem(Message("history.no_header", values), sheet.name, at + 1)


def unknown_table(sheet: Sheet, remarks: Remarks) -> TableReading:
    """Return the reading of a table that is nothing known."""
    return TableReading(None, remarks, SourceFile(sheet.name, "", sheet.sha256, 0, 0), fatal=True)


def read_sheet(sheet: Sheet, layout: Layout, settings: ReadingSettings, remarks: Remarks) -> TableReading:
    """Return the rows of one table and everything there is to say about it."""
    raw = with_days_carried_down(raw_rows(sheet, layout, remarks), layout, remarks)
    zone, zone_said = zone_of(sheet.name, layout, settings.zone)
    if zone_said:
        remarks.notes.append(Message("history.other_zone", {"where": sheet.name, "zone": str(zone)}))
    order = settled_order(layout, raw.cells, remarks)
    forms = number_forms(raw.cells, layout, sheet.delimiter, remarks)
    if layout.dialect.kind == "orders":
        rows = order_rows(raw, layout, order, forms["amount"], remarks)
    elif line := header_in_another_order(raw, layout):
        remarks.problems.append(another_order(sheet.name, layout, line))
        return TableReading(None, remarks, source_file(sheet, layout, remarks, read=raw.read, used=0), fatal=True)
    elif hours_to_24(raw.cells.get("hour", ())):
        remarks.problems.append(Problem(Message("history.hours_to_24"), sheet.name, layout.header_row + 1))
        return TableReading(None, remarks, source_file(sheet, layout, remarks, read=raw.read, used=0), fatal=True)
    else:
        rule = moment_rule(layout, raw.cells, order, day_of_file(sheet, layout, remarks), remarks)
        rows = judge_rows(raw, layout, rule, forms, remarks)
        if rule.by_day(rows["wall"]):
            # The hour may stand under the header that is nearly ours.
            if not remarks.problems:
                remarks.problems.append(Problem(Message("history.only_days", {}), sheet.name, layout.header_row + 1))
            return TableReading(None, remarks, source_file(sheet, layout, remarks, read=raw.read, used=0), fatal=True)
    rows = named_channels(to_instants(rows, zone, layout, remarks), layout, settings, remarks)
    rows = without_sum_rows(without_everything(rows, remarks), remarks)
    span = (rows["instant"].min(), rows["instant"].max()) if len(rows) else None
    # An order may have several lines: what is told are the file's own.
    used = int(rows.pop("lines").sum()) if "lines" in rows else len(rows)
    source = source_file(sheet, layout, remarks, read=raw.read, used=used, span=span)
    misnamed = bool(remarks.problems)
    if not len(rows) and not remarks.refused and not misnamed:
        remarks.problems.append(Problem(Message("history.no_rows", {}), sheet.name, layout.header_row + 1))
    # Rows that lack a column may seem to contradict each other.
    part = Part(rows, layout, remarks) if len(rows) and not misnamed else None
    fatal = misnamed or is_fatal(layout, remarks, used=len(rows), read=raw.read)
    return TableReading(part, remarks, source, fatal)


def is_fatal(layout: Layout, remarks: Remarks, *, used: int, read: int) -> bool:
    """Tell whether a table cannot be used: a fault in the tidy form, nothing left, or too much refused."""
    return not used or (layout.strict and remarks.refused > 0) or remarks.refused > _MOST_REFUSED * max(read, 1)


def another_order(name: str, layout: Layout, line: int) -> Problem:
    """Return the problem of a table that goes on, from a line on, with its columns in another order."""
    return Problem(Message("history.another_order", {"line": line, "first": layout.header_row + 1}), name, line)


def source_file(
    sheet: Sheet,
    layout: Layout,
    remarks: Remarks,
    *,
    read: int,
    used: int,
    span: tuple[pd.Timestamp, pd.Timestamp] | None = None,
) -> SourceFile:
    """Return what a table was taken for and what it gave; `read` counts its rows below the header."""
    dropped = dict(remarks.dropped)
    return SourceFile(
        visible(sheet.name),
        layout.dialect.name,
        sheet.sha256,
        rows_read=read,
        rows_used=used,
        label=layout.dialect.label,
        encoding=sheet.encoding,
        first=span[0].isoformat() if span else "",
        last=span[1].isoformat() if span else "",
        dropped=dropped,
        refused=read - used - sum(dropped.values()),
        columns={name: visible(header) for name, header in layout.own.items()},
        growing_days=layout.dialect.growing_days,
        sure=layout.dialect.sure,
    )
