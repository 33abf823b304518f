"""What an export has to tell the person who made it, in order: what it costs, what to set, what is not sure."""

from __future__ import annotations

import pandas as pd

from planner.outputs.adtools.export import Export
from planner.outputs.adtools.losses import name_of, worst_hours
from planner.outputs.adtools.reading import clock
from planner.outputs.adtools.tool import Sheet, runs
from planner.vocabulary.wording import Message

__all__ = ["export_messages", "tidy_sheets"]

_CENT = 0.005


def export_messages(export: Export, currency: str) -> list[Message]:
    """Return what an export says: the loss of every campaign with its worst hours, then its notes."""
    if export.tool.exact:
        return []
    told = [Message("adtools.head", {"tool": export.tool.title})]
    for loss in export.losses:
        values = {
            "name": loss.name,
            "loss": loss.loss,
            "percent": loss.percent,
            "profit": loss.profit,
            "spend": loss.spend,
            "planned": loss.spend_planned,
            "currency": currency,
        }
        told.append(Message("adtools.loss" if loss.loss >= _CENT else "adtools.no_loss", values))
        mine = export.table[name_of(export.table) == loss.name]
        told += [
            Message("adtools.worst_hour", {**hour, "currency": currency})
            for hour in worst_hours(mine)[["start", "end", "percent_planned", "percent", "loss"]].to_dict("records")
        ]
        silent = mine[(mine["stance"] == "notify") & (mine["percent_planned"] == 0) & (mine["percent"] > 0)]
        told += [
            Message("adtools.runs_on", {**hour, "currency": currency})
            for hour in silent[["start", "end", "spend"]].to_dict("records")
        ]
    told += [
        Message(
            "adtools.period",
            {"label": period.label, "start": period.start, "end": period.end},
        )
        for period in export.periods
        if period.label
    ]
    return [*told, *export.notes]


def tidy_sheets(sheets: list[Sheet]) -> pd.DataFrame:
    """Return schedules as a tidy table: ``campaign``, ``day``, ``start``, ``end`` (clock times) and ``percent``.

    `day` is a weekday, ``workday``, ``weekend``, ``every day`` or a date; `percent` is of the base bid, 0 is off.
    """
    rows = [
        (sheet.name, day, clock(sheet.slot_minutes * first), clock(sheet.slot_minutes * last), value)
        for sheet in sheets
        for day, values in zip(sheet.rows, sheet.percent, strict=True)
        for first, last, value in runs(values)
    ]
    return pd.DataFrame(rows, columns=["campaign", "day", "start", "end", "percent"])
