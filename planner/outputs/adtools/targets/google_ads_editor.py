"""Google Ads Editor: a CSV with an ad schedule a campaign, at most six spans a day; a time in no span is off.

``(Monday[00:00-08:00]);(Monday@120%[08:00-24:00])``; no percentage is 100 %.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

import numpy as np

from planner.outputs.adtools.reading import CsvCell, Reader, clock, minutes_of
from planner.outputs.adtools.targets._google import SLOT, google_tool
from planner.outputs.adtools.tool import UNCHANGED, WEEKDAYS, Form, Sheet, runs
from planner.vocabulary.wording import Text

__all__ = ["TOOL"]

_SPAN = re.compile(r"^\((\w+)(?:@(\d{1,9})%)?\[(\d{1,2}:\d{2})-(\d{1,2}:\d{2})\]\)$")


def _write(sheets: Sequence[Sheet]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["Campaign", "Ad Schedule"])
    writer.writerows([sheet.name, ";".join(_spans(sheet))] for sheet in sheets)
    return text.getvalue()


def _spans(sheet: Sheet) -> list[str]:
    return [
        f"({day}{'' if value == UNCHANGED else f'@{value:.0f}%'}[{clock(SLOT * first)}-{clock(SLOT * last)}])"
        for day, values in zip(WEEKDAYS, sheet.percent, strict=True)
        for first, last, value in runs(values)
        if value > 0
    ]


def _parse(text: str, source: str) -> list[Sheet]:
    reader = Reader(text, source)
    sheets = [
        Sheet(row["Campaign"].text, WEEKDAYS, _percent(reader, row["Ad Schedule"]))
        for row in reader.csv(("Campaign", "Ad Schedule"))
        if row["Ad Schedule"].text
    ]
    reader.finish()
    return sheets


def _percent(reader: Reader, cell: CsvCell) -> np.ndarray:
    """Return a cell's week; ``[]`` takes the schedule away, so the campaign is always on."""
    percent = np.zeros((7, 1440 // SLOT))
    if cell.text == "[]":
        return percent + UNCHANGED
    for span in cell.text.split(";"):
        match = _SPAN.match(span.strip())
        first, last = (minutes_of(match[3], SLOT), minutes_of(match[4], SLOT)) if match else (None, None)
        if match is None or match[1] not in WEEKDAYS or first is None or last is None or first >= last:
            example = "(Monday@120%[08:00-17:30])"
            reader.fault_at(cell.line, cell.column, "bad_span", found=span.strip(), example=example)
            continue
        stretch = percent[WEEKDAYS.index(match[1]), first // SLOT : last // SLOT]
        if stretch.any():
            reader.fault_at(cell.line, cell.column, "overlap", found=span.strip())
        stretch[:] = float(match[2] or UNCHANGED)
    return percent


TOOL = google_tool(
    "google-ads-editor",
    Text(zh="Google Ads Editor（广告投放时间）", en="Google Ads Editor (ad schedule)"),
    Form("csv", _write, _parse),
    "percent",
)
