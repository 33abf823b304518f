"""Which rows of a sheet are whole: as wide as the header, or as the sheet's rows are written in general.

A row with too many cells has a thousands comma without quotes, one with too few was cut off. Where rows in general
carry a blank cell more, or leave their last blank cells out, that is how the file is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from planner.history.judging.refusals import Remarks
from planner.history.opening.sheet import Row, Sheet
from planner.history.recognising.layouts import Layout

__all__ = ["TIME_PATTERN", "last_needed", "most_cells", "time_place", "whole_rows"]

# How a cell with a time begins; a header or the word of a total does not.
TIME_PATTERN = r"""^[\s='"]*(?:[0-9]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"""
_TIME = re.compile(TIME_PATTERN, re.IGNORECASE)


def needed(layout: Layout) -> list[int]:
    """Return the places of the columns that are read."""
    return [*layout.columns.values(), *layout.dimensions]


def last_needed(layout: Layout) -> int:
    """Return the place of the last column that is read."""
    return max(needed(layout))


def time_place(layout: Layout) -> int:
    """Return the place of the column that names a row's time."""
    return next(layout.columns[name] for name in ("day", "hour", "paid_at") if name in layout.columns)


def most_cells(sheet: Sheet, layout: Layout) -> int:
    """Return how many cells a row may have: the header's, or more blank ones where nearly every row has them."""
    width = len(layout.header)
    return max(width, sheet.usual) if layout.header[-1] else width


def whole_rows(sheet: Sheet, layout: Layout, remarks: Remarks) -> tuple[list[Row], int]:
    """Return the rows below the header that are whole and no remarks, and how many rows there are below it."""
    width, most, strict = len(layout.header), most_cells(sheet, layout), layout.strict
    kept: list[Row] = []
    read = 0
    for index, row in enumerate(sheet.rows(needed(layout), width)):
        if index <= layout.header_row or not row.length:
            continue
        read += 1
        if row.open_at is not None:
            remarks.refuse(row.line, layout.header[min(row.open_at, width - 1)], '"', "open_quote")
        elif not row.filled:
            remarks.dropped["blank"] += 1
        elif row.length > width or row.written > most:
            remarks.refuse(row.line, layout.header[-1], f"{max(row.length, row.written)} > {width}", "too_many_cells")
        elif not strict and row.filled == 1 < width:
            remarks.dropped["remark"] += 1
        else:
            kept.append(row)
    return _without_cut(kept, layout, remarks), read


def _without_cut(rows: Sequence[Row], layout: Layout, remarks: Remarks) -> list[Row]:
    """Return rows without those that end before the last column that is read, unless most do."""
    last, place = last_needed(layout), needed(layout).index(time_place(layout))
    short = sum(row.length <= last for row in rows)
    if not short:
        return list(rows)
    cut = {row.line for row in rows if row.length <= last and _TIME.match(row.cells[place])}
    if len(cut) >= len(rows) - short:
        return list(rows)
    for row in rows:
        if row.line in cut:
            remarks.refuse(row.line, layout.header[last], f"{row.length} < {len(layout.header)}", "too_few_cells")
    return [row for row in rows if row.line not in cut]
