"""A schedule as JSON for programs: spans of local time a campaign, every bid as it was planned."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import numpy as np

from planner.outputs.adtools.reading import Node, Reader, clock, minutes_of
from planner.outputs.adtools.tool import UNCHANGED, Form, Sheet, Tool, runs
from planner.vocabulary.wording import Text

__all__ = ["TOOL"]

_SCHEMA = "promo-schedule/1"


def _write(sheets: Sequence[Sheet]) -> str:
    campaigns = [
        {
            "name": sheet.name,
            "base_bid": sheet.base,
            "days": [
                {
                    "date": day,
                    "spans": [
                        {"start": clock(first), "end": clock(last), "percent": value}
                        for first, last, value in runs(values)
                        if value != UNCHANGED
                    ],
                }
                for day, values in zip(sheet.rows, sheet.percent, strict=True)
            ],
        }
        for sheet in sheets
    ]
    told = {"schema": _SCHEMA, "timezone": sheets[0].zone if sheets else "", "campaigns": campaigns}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _parse(text: str, source: str) -> list[Sheet]:
    reader = Reader(text, source)
    node = reader.json()
    zone, campaigns = reader.get(node, "timezone", str), reader.get(node, "campaigns", list)
    sheets = []
    for campaign in campaigns.value if campaigns else []:
        name, days = reader.get(campaign, "name", str), reader.get(campaign, "days", list)
        base = campaign.value.get("base_bid") if isinstance(campaign.value, dict) else None
        percent = dict(filter(None, (_day(reader, day) for day in (days.value if days else []))))
        if name and zone:
            number = float(base.value) if base and isinstance(base.value, int | float) else None
            rows = np.array([percent[day] for day in sorted(percent)]).reshape(-1, 1440)
            sheets.append(Sheet(name.value, tuple(sorted(percent)), rows, number, zone.value))
    reader.finish()
    return sheets


def _day(reader: Reader, node: Node) -> tuple[str, np.ndarray] | None:
    date, spans = reader.get(node, "date", str), reader.get(node, "spans", list)
    if date is None or spans is None:
        return None
    if not re.match(r"^\d{4}-\d{2}-\d{2}$", date.value):
        reader.fault(date.at, "bad_date", found=date.value)
    values = np.full(1440, UNCHANGED)
    for span in spans.value:
        ends = [reader.get(span, name, str) for name in ("start", "end")]
        percent = reader.get(span, "percent", (int, float))
        first, last = (minutes_of(end.value) if end else None for end in ends)
        if first is None or last is None or first >= last:
            reader.fault(span.at, "bad_span", found="-".join(end.value for end in ends if end), example="08:00-13:00")
        elif percent and percent.value < 0:
            reader.fault(percent.at, "bad_number", found=percent.value)
        elif percent:
            values[first:last] = percent.value
    return date.value, values


TOOL = Tool(
    name="json",
    title=Text(zh="JSON", en="JSON"),
    rows="dated",
    slot_minutes=1,
    minimum=0,
    maximum=np.inf,
    step=0,
    together=True,
    forms=(Form("json", _write, _parse),),
    unit="percent",
    sure={},
)
