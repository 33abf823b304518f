"""Rows of a large table with too few or too many cells, as `whole_rows` finds them in small ones."""

from __future__ import annotations

import pandas as pd

from planner.history.engine import Engine, literal
from planner.history.gathering.whole_rows import TIME_PATTERN, last_needed, most_cells, time_place
from planner.history.large.rows import LargeTable, filled

__all__ = ["misfit_counts", "without_misfits"]


def misfit_counts(table: LargeTable) -> str:
    """Return the SQL that counts rows that end early (`short`) or hold something beyond the header (`long`)."""
    short, long = _short(table), _long(table)
    return f"count(*) FILTER ({short}) AS short, count(*) FILTER ({long}) AS long"


def _short(table: LargeTable) -> str:
    """Return the SQL condition that a row ends before the last column that is read."""
    return f"c{last_needed(table.layout)} IS NULL" if table.sheet.delimiter else "false"


def _long(table: LargeTable) -> str:
    """Return the SQL condition that a row holds something beyond the header, where nearly all have blank cells."""
    beyond = range(len(table.layout.header), most_cells(table.sheet, table.layout))
    return " OR ".join(f"coalesce(c{place}, '') <> ''" for place in beyond) or "false"


def without_misfits(engine: Engine, table: LargeTable, groups: pd.DataFrame) -> bool:
    """Refuse the rows that were cut off or have too many cells, as `whole_rows` does; return whether there are any."""
    assert table.scan is not None
    layout, scan = table.layout, table.scan
    rows, short, long = (int(groups[name].sum()) for name in ("n", "short", "long"))
    if long:
        _refuse(engine, table, _long(table), ">", layout.header[-1], "too_many_cells")
    if short:
        timed = f"regexp_matches({scan.text(time_place(layout))}, {literal(TIME_PATTERN)}, 'i')"
        cut = f"{_short(table)} AND {timed} AND (({filled(table)}) > 1 OR {layout.strict})"
        count = int(engine.frame(f"SELECT count(*) AS n FROM {scan.sql} WHERE {cut}")["n"].iloc[0])
        if short := count if count < rows - long - short else 0:
            _refuse(engine, table, cut, "<", layout.header[last_needed(layout)], "too_few_cells")
    return bool(short or long)


def _refuse(engine: Engine, table: LargeTable, condition: str, sign: str, column: str, kind: str) -> None:
    """Refuse the rows for which a condition holds for their number of cells, and read the others."""
    assert table.scan is not None
    layout, scan, width = table.layout, table.scan, len(table.layout.header)
    cells = " + ".join(f"CAST(c{at} IS NOT NULL AS INTEGER)" for at in range(most_cells(table.sheet, layout)))
    sql = f"SELECT line, {cells} AS cells FROM (SELECT *, row_number() OVER () AS line FROM {scan.sql})"
    engine.run_in_order(f"CREATE OR REPLACE TEMP TABLE misfits AS {sql} WHERE {condition}", "scan")
    count = int(engine.frame("SELECT count(*) AS n FROM misfits")["n"].iloc[0])
    for row in engine.frame("SELECT * FROM misfits ORDER BY line LIMIT 21").itertuples(index=False):
        table.remarks.refuse(int(row.line) + layout.header_row + 1, column, f"{row.cells} {sign} {width}", kind)
    if count > 21:
        table.remarks.refuse(0, "", "", kind, times=count - 21)
    table.misfits += count
    table.scan = scan.where(f"NOT coalesce({condition}, false)")
