"""A tidy CSV: a row a slot and campaign, every bid as it was planned."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence

import numpy as np
import pandas as pd

from planner.outputs.adtools.reading import CsvCell, Reader
from planner.outputs.adtools.tool import UNCHANGED, Form, Sheet, Tool, runs
from planner.vocabulary.wording import Text

__all__ = ["TOOL"]


# A span longer than this is a slip of the pen.
_LONGEST = dt.timedelta(days=60)


def _write(sheets: Sequence[Sheet]) -> str:
    tables = [sheet.table for sheet in sheets if sheet.table is not None]
    if len(tables) == len(sheets):
        return str(_moments(pd.concat(tables, ignore_index=True)).to_csv(index=False, lineterminator="\n"))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["start", "end", "channel", "bid_percent"])
    for sheet in sheets:
        for day, values in zip(sheet.rows, sheet.percent, strict=True):
            for first, last, value in runs(values):
                ends = (pd.Timestamp(day) + pd.Timedelta(minutes=minute) for minute in (first, last))
                writer.writerow([*(end.isoformat() for end in ends), sheet.name, f"{value:.10g}"])
    return text.getvalue()


def _moments(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its times as ISO 8601."""
    shown = table.copy()
    for name in shown.select_dtypes("datetimetz"):
        shown[name] = [moment.isoformat() for moment in shown[name]]
    return shown


def _parse(text: str, source: str) -> list[Sheet]:
    reader = Reader(text, source)
    rows = reader.csv(("start", "end", "channel", "bid_percent"))
    found: dict[str, dict[str, np.ndarray]] = {}
    for row in rows:
        ends = [_local(reader, row[name]) for name in ("start", "end")]
        percent = _number(reader, row["bid_percent"])
        if percent is None or ends[0] is None or ends[1] is None:
            continue
        if not ends[0] < ends[1] <= ends[0] + _LONGEST:
            entry = "ends_first" if ends[0] >= ends[1] else "too_long"
            reader.fault_at(row["end"].line, row["end"].column, entry, found=row["end"].text)
            continue
        campaign = row["campaign"].text if "campaign" in row else ""
        _fill(found.setdefault(campaign or row["channel"].text, {}), ends[0], ends[1], percent)
    reader.finish()
    return [
        Sheet(name, tuple(sorted(days)), np.array([days[day] for day in sorted(days)])) for name, days in found.items()
    ]


def _local(reader: Reader, cell: CsvCell) -> dt.datetime | None:
    """Return the wall-clock time a cell tells, to the minute."""
    try:
        return dt.datetime.fromisoformat(cell.text).replace(tzinfo=None, second=0, microsecond=0)
    except ValueError:
        reader.fault_at(cell.line, cell.column, "bad_moment", found=cell.text)
        return None


def _number(reader: Reader, cell: CsvCell) -> float | None:
    try:
        number = float(cell.text)
    except ValueError:
        number = np.nan
    if not number >= 0 or np.isinf(number):
        reader.fault_at(cell.line, cell.column, "bad_number", found=cell.text)
        return None
    return number


def _fill(days: dict[str, np.ndarray], start: dt.datetime, end: dt.datetime, percent: float) -> None:
    at = start
    while at < end:
        midnight = dt.datetime.combine(at.date() + dt.timedelta(days=1), dt.time())
        until = min(end, midnight)
        day = days.setdefault(at.date().isoformat(), np.full(1440, UNCHANGED))
        first = 60 * at.hour + at.minute
        day[first : first + (until - at) // dt.timedelta(minutes=1)] = percent
        at = until


TOOL = Tool(
    name="csv",
    title=Text(zh="CSV 表格", en="a tidy CSV"),
    rows="dated",
    slot_minutes=1,
    minimum=0,
    maximum=np.inf,
    step=0,
    together=True,
    forms=(Form("csv", _write, _parse),),
    unit="percent",
    sure={},
)
