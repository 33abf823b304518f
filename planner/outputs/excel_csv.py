"""The schedule as a CSV that a double click opens well: BOM, local headings, local times, no text taken for a formula.

For programs there is ``schedule.csv``; this file is for people.
"""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.charts.words import Words
from planner.outputs.tabular import shown_schedule

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.vocabulary.wording import Lang

__all__ = ["harmless", "render_excel_csv"]

# What makes a spreadsheet calculate, in half and full width.
_STARTERS = tuple("=+-@\t\r\n＝＋－＠")


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return "'" + text if text.lstrip(" ").startswith(_STARTERS) else text


def render_excel_csv(plan: Plan, lang: Lang | None = None) -> bytes:
    """Return the schedule for a spreadsheet.

    Parameters
    ----------
    plan
        What was planned.
    lang
        Language of headings and names; the plan's by default.

    Returns
    -------
    bytes
        UTF-8 with BOM, lines ending as Excel writes them.
    """
    words = Words.of(plan, lang)
    columns = shown_schedule(plan, words)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([harmless(column.heading) for column in columns])
    cells = [[_cell(column.kind, value) for value in column.cells] for column in columns]
    writer.writerows(zip(*cells, strict=True))
    return buffer.getvalue().encode("utf-8-sig")


def _cell(kind: str, value: Any) -> str:
    """Return one cell: a text that is harmless, a local time, or a bare number."""
    if kind == "text":
        return harmless(str(value))
    if kind == "date":
        return f"{pd.Timestamp(value):%Y-%m-%d}"
    if kind == "time":
        return f"{pd.Timestamp(value):%Y-%m-%d %H:%M}"
    if value is None or not math.isfinite(value):
        return ""
    return f"{value:.0f}" if kind == "percent" else f"{value:.2f}"
