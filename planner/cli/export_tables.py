"""The tables beside an ad tool's schedule as CSV that a double click opens well.

BOM, headings and words in the plan's language, local times, and no text that a spreadsheet takes for a formula.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pandas as pd

from planner.outputs.excel_csv import harmless

if TYPE_CHECKING:
    from planner.charts.words import Words

__all__ = ["handed_csv"]

_MONEY = ("limit", "tool_budget", "worst_case", "spend", "spend_planned", "profit", "profit_planned", "loss")


def handed_csv(table: pd.DataFrame, words: Words) -> bytes:
    """Return one of an export's tables for people.

    Parameters
    ----------
    table
        The losses, budgets or actions of an export.
    words
        The plan's language, names and zone.

    Returns
    -------
    bytes
        UTF-8 with BOM, lines ending as Excel writes them.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    headings = [words.say(f"adtools.column_{name}") for name in table.columns]
    units = [f" ({words.unit})" if name in _MONEY else "" for name in table.columns]
    writer.writerow([heading + unit for heading, unit in zip(headings, units, strict=True)])
    writer.writerows([_cell(name, row[name], words) for name in table.columns] for row in table.to_dict("records"))
    return buffer.getvalue().encode("utf-8-sig")


def _cell(name: str, value: object, words: Words) -> str:
    """Return one cell: a local time, a bare number, or a harmless text."""
    if isinstance(value, pd.Timestamp):
        return f"{words.local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, float) and pd.notna(value):
        return f"{value:.10g}"
    text = "" if value is None or value != value else str(value)
    if name == "channel":
        text = words.channel(text)
    elif name in ("kind", "stance") and text:
        text = words.label(name, text)
    elif name == "date" and text == "total":
        text = words.say("adtools.whole_promotion")
    return harmless(text)
