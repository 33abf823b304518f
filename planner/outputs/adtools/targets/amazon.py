"""Amazon Sponsored Products: schedule rules, each an increase over a span of a date; at most 20 a campaign.

Rules can only raise a bid, and those of one moment add up; ours never overlap.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import numpy as np

from planner.outputs.adtools.reading import Node, Reader, clock, minutes_of
from planner.outputs.adtools.tool import UNCHANGED, Form, Sheet, Tool, runs
from planner.vocabulary.wording import Text

__all__ = ["TOOL"]

_SLOT = 60
_DAY = re.compile(r"^(\d{4}-\d{2}-\d{2})T")


def _write(sheets: Sequence[Sheet]) -> str:
    sheet = sheets[0]
    rules = [
        _rule(sheet.name, day, clock(_SLOT * first), clock(_SLOT * last), round(value - UNCHANGED))
        for day, values in zip(sheet.rows, sheet.percent, strict=True)
        for first, last, value in runs(values)
        if value != UNCHANGED
    ]
    return json.dumps({"optimizationRules": rules}, ensure_ascii=False, indent=1) + "\n"


def _rule(name: str, day: str, start: str, end: str, increase: int) -> dict[str, object]:
    return {
        "ruleName": f"{name} {day} {start} +{increase}%",
        "ruleCategory": "BID",
        "ruleSubCategory": "SCHEDULE",
        "recurrence": {
            "type": "DAILY",
            "timesOfDay": [{"startTime": start, "endTime": end}],
            "duration": {"startTime": f"{day}T00:00:00Z", "endTime": f"{day}T23:59:59Z"},
        },
        "action": {
            "actionType": "ADOPT",
            "actionDetails": {"actionOperator": "INCREMENT", "value": increase, "actionUnit": "PERCENT"},
        },
        "status": "ENABLED",
    }


def _parse(text: str, source: str) -> list[Sheet]:
    reader = Reader(text, source)
    rules = reader.get(reader.json(), "optimizationRules", list)
    days: dict[str, np.ndarray] = {}
    for rule in rules.value if rules else []:
        _fill(reader, rule, days)
    reader.finish()
    return [Sheet("", tuple(sorted(days)), np.array([days[day] for day in sorted(days)]).reshape(-1, 1440 // _SLOT))]


def _fill(reader: Reader, rule: Node, days: dict[str, np.ndarray]) -> None:
    recurrence, action = reader.get(rule, "recurrence", dict), reader.get(rule, "action", dict)
    duration = reader.get(recurrence, "duration", dict) if recurrence else None
    times = reader.get(recurrence, "timesOfDay", list) if recurrence else None
    details = reader.get(action, "actionDetails", dict) if action else None
    begin = reader.get(duration, "startTime", str) if duration else None
    value = reader.get(details, "value", (int, float)) if details else None
    if begin is None or times is None or value is None:
        return
    day = _DAY.match(begin.value)
    if day is None:
        reader.fault(begin.at, "bad_date", found=begin.value)
        return
    for span in times.value:
        ends = [reader.get(span, name, str) for name in ("startTime", "endTime")]
        first, last = (minutes_of(end.value, _SLOT) if end else None for end in ends)
        if first is None or last is None or first >= last:
            reader.fault(span.at, "bad_span", found="-".join(end.value for end in ends if end), example="08:00-13:00")
            continue
        # Increases of the same moment add up.
        days.setdefault(day[1], np.full(1440 // _SLOT, UNCHANGED))[first // _SLOT : last // _SLOT] += value.value


TOOL = Tool(
    name="amazon",
    title=Text(zh="亚马逊 Sponsored Products（时段加价规则）", en="Amazon Sponsored Products (schedule bid rules)"),
    rows="dated",
    slot_minutes=_SLOT,
    minimum=100,
    maximum=1000,
    step=1,
    off=False,
    gap="unchanged",
    spans_total=20,
    forms=(Form("json", _write, _parse),),
    unit="delta",
    sure={"range": "assumed", "slots": "assumed", "off": "documented", "form": "documented", "budget": "assumed"},
    lead_hours=24,
    warnings=("takes_a_day",),
)
