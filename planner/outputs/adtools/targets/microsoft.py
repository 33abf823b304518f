"""Microsoft Advertising: a bulk file with a row a span, at most 7 a day and 49 in all; a time in no span is off."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

from planner.outputs.adtools.reading import CsvCell, Reader
from planner.outputs.adtools.tool import UNCHANGED, WEEKDAYS, Form, Sheet, Tool, runs
from planner.vocabulary.wording import Text

__all__ = ["TOOL"]

_SLOT = 15
_COLUMNS = (
    "Type", "Status", "Id", "Parent Id", "Sub Type", "Campaign", "Client Id", "Modified Time", "Target",
    "Bid Adjustment", "Name", "Radius", "Unit", "From Hour", "From Minute", "To Hour", "To Minute",
)  # fmt: skip
_TYPE = "Campaign DayTime Criterion"


def _write(sheets: Sequence[Sheet]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerow({"Type": "Format Version", "Name": "6.0"})
    for sheet in sheets:
        for day, values in zip(WEEKDAYS, sheet.percent, strict=True):
            for first, last, value in runs(values):
                if value > 0:
                    ends = (first // 4, first % 4 * _SLOT, last // 4, last % 4 * _SLOT)
                    told = {"Type": _TYPE, "Status": "Active", "Campaign": sheet.name, "Target": day}
                    writer.writerow(
                        told
                        | {"Bid Adjustment": f"{value - UNCHANGED:.0f}"}
                        | dict(zip(_COLUMNS[-4:], ends, strict=True))
                    )
    return text.getvalue()


def _parse(text: str, source: str) -> list[Sheet]:
    reader = Reader(text, source)
    found: dict[str, np.ndarray] = {}
    for row in reader.csv(("Type", "Campaign", "Target", "Bid Adjustment", *_COLUMNS[-4:])):
        if row["Type"].text == _TYPE and row.get("Status", row["Type"]).text != "Deleted":
            _fill(reader, row, found.setdefault(row["Campaign"].text, np.zeros((7, 1440 // _SLOT))))
    reader.finish()
    return [Sheet(name, WEEKDAYS, percent) for name, percent in found.items()]


def _fill(reader: Reader, row: dict[str, CsvCell], percent: np.ndarray) -> None:
    numbers = [_number(reader, row[name]) for name in ("Bid Adjustment", *_COLUMNS[-4:])]
    day = row["Target"]
    if day.text not in WEEKDAYS:
        reader.fault_at(day.line, day.column, "bad_day", found=day.text)
        return
    if any(number is None for number in numbers):
        return
    change, *ends = (number or 0 for number in numbers)
    first, last = (60 * hour + minute for hour, minute in (ends[:2], ends[2:]))
    start = row["From Hour"]
    if first % _SLOT or last % _SLOT or not 0 <= first < last <= 1440 or change <= -UNCHANGED:
        found = f"{ends[0]}:{ends[1]:02d}-{ends[2]}:{ends[3]:02d} {change:+d} %"
        reader.fault_at(start.line, start.column, "bad_span", found=found, example="20:00-23:30 +20 %")
        return
    stretch = percent[WEEKDAYS.index(day.text), first // _SLOT : last // _SLOT]
    if stretch.any():
        reader.fault_at(start.line, start.column, "overlap", found=day.text)
    stretch[:] = UNCHANGED + change


def _number(reader: Reader, cell: CsvCell) -> int | None:
    number: int | None
    try:
        number = int(cell.text or "0")
    except ValueError:
        number = None
    if number is None or abs(number) > 10**9:
        reader.fault_at(cell.line, cell.column, "bad_number", found=cell.text[:20])
        return None
    return number


TOOL = Tool(
    name="microsoft",
    title=Text(zh="Microsoft Advertising（批量文件）", en="Microsoft Advertising (bulk file)"),
    rows="weekly",
    slot_minutes=_SLOT,
    minimum=10,
    maximum=1000,
    step=1,
    gap="off",
    spans_per_day=7,
    spans_total=49,
    together=True,
    forms=(Form("csv", _write, _parse),),
    unit="delta",
    sure={"range": "documented", "slots": "documented", "off": "documented", "form": "documented", "budget": "assumed"},
    warnings=("searcher_zone", "delete_first", "campaign_names"),
)
