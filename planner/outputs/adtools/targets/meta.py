"""Meta: budget schedules, each a multiple of the daily budget between two instants; they only raise.

Bids are the tool's own: what is steered is the money an hour. The base is the daily budget.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pandas as pd

from planner.outputs.adtools.reading import Node, Reader
from planner.outputs.adtools.tool import UNCHANGED, Form, Sheet, Tool, runs
from planner.vocabulary.wording import Text

__all__ = ["TOOL"]

_SLOT = 15
# A span longer than this, or after the year 2100, is a slip of the pen. [s]
_LONGEST, _LAST = 60 * 86_400, 4_102_444_800


def _write(sheets: Sequence[Sheet]) -> str:
    sheet = sheets[0]
    periods = [
        {
            "time_start": _instant(day, first, sheet.zone),
            "time_end": _instant(day, last, sheet.zone),
            "budget_value": round(value / 100, 4),
            "budget_value_type": "MULTIPLIER",
        }
        for day, values in zip(sheet.rows, sheet.percent, strict=True)
        for first, last, value in runs(values)
        if value != UNCHANGED
    ]
    told = {"name": sheet.name, "timezone": sheet.zone, "daily_budget": sheet.base, "budget_schedule_specs": periods}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _instant(day: str, slot: int, zone: str) -> int:
    """Return the Unix time at which a slot of a local date begins."""
    wall = pd.Timestamp(day) + pd.Timedelta(minutes=_SLOT * slot)
    local = wall.tz_localize(ZoneInfo(zone), ambiguous=True, nonexistent="shift_forward")
    return int(local.timestamp())


def _parse(text: str, source: str) -> list[Sheet]:
    reader = Reader(text, source)
    node = reader.json()
    zone, specs = reader.get(node, "timezone", str), reader.get(node, "budget_schedule_specs", list)
    if zone and zone.value not in available_timezones():
        reader.fault(zone.at, "bad_zone", found=zone.value)
    reader.finish()
    assert zone is not None and specs is not None
    days: dict[str, np.ndarray] = {}
    for spec in specs.value:
        _fill(reader, spec, ZoneInfo(zone.value), days)
    budget = node.value.get("daily_budget")
    name = node.value.get("name")
    reader.finish()
    return [
        Sheet(
            str(name.value) if name else "",
            tuple(sorted(days)),
            np.array([days[day] for day in sorted(days)]).reshape(-1, 1440 // _SLOT),
            float(budget.value) if budget and isinstance(budget.value, int | float) else None,
            zone.value,
        )
    ]


def _fill(reader: Reader, spec: Node, zone: ZoneInfo, days: dict[str, np.ndarray]) -> None:
    start, end = reader.get(spec, "time_start", int), reader.get(spec, "time_end", int)
    value, kind = reader.get(spec, "budget_value", (int, float)), reader.get(spec, "budget_value_type", str)
    if start is None or end is None or value is None or kind is None:
        return
    if kind.value != "MULTIPLIER":
        reader.fault(kind.at, "not_multiplier", found=kind.value)
        return
    in_order = 0 < start.value < end.value <= min(start.value + _LONGEST, _LAST)
    if not in_order or start.value % (60 * _SLOT) or end.value % (60 * _SLOT) or value.value < 0:
        reader.fault(start.at, "bad_instants", found=f"{start.value}-{end.value}")
        return
    at = pd.Timestamp(start.value, unit="s", tz=zone)
    until = pd.Timestamp(end.value, unit="s", tz=zone)
    while at < until:
        row = days.setdefault(at.date().isoformat(), np.full(1440 // _SLOT, UNCHANGED))
        row[(60 * at.hour + at.minute) // _SLOT] = round(100 * value.value, 6)
        at += pd.Timedelta(minutes=_SLOT)


TOOL = Tool(
    name="meta",
    title=Text(zh="Meta（预算排期）", en="Meta (budget schedule)"),
    rows="dated",
    slot_minutes=_SLOT,
    minimum=100,
    maximum=800,
    step=1,
    off=False,
    gap="unchanged",
    steers="money",
    forms=(Form("json", _write, _parse),),
    unit="money",
    sure={
        "range": "third_party",
        "slots": "third_party",
        "off": "documented",
        "form": "documented",
        "budget": "documented",
    },
    overspend=1.25,
    warnings=("ends_with_promotion", "own_bids"),
)
