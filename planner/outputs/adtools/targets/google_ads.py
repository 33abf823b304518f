"""Google Ads over its API: ad schedule criteria with a bid modifier, at most six a day; a time in none is off."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from planner.outputs.adtools.reading import Node, Reader
from planner.outputs.adtools.targets._google import SLOT, google_tool
from planner.outputs.adtools.tool import UNCHANGED, WEEKDAYS, Form, Sheet, runs
from planner.vocabulary.wording import Text

__all__ = ["TOOL"]

_MINUTES = ("ZERO", "FIFTEEN", "THIRTY", "FORTY_FIVE")


def _write(sheets: Sequence[Sheet]) -> str:
    campaigns = [
        {
            "campaign": sheet.name,
            "criteria": [
                {"adSchedule": _schedule(day, first, last), "bidModifier": round(value / 100, 4)}
                for day, values in zip(WEEKDAYS, sheet.percent, strict=True)
                for first, last, value in runs(values)
                if value > 0
            ],
        }
        for sheet in sheets
    ]
    return json.dumps({"campaigns": campaigns}, ensure_ascii=False, indent=1) + "\n"


def _schedule(day: str, first: int, last: int) -> dict[str, object]:
    return {
        "dayOfWeek": day.upper(),
        "startHour": first // 4,
        "startMinute": _MINUTES[first % 4],
        "endHour": last // 4,
        "endMinute": _MINUTES[last % 4],
    }


def _parse(text: str, source: str) -> list[Sheet]:
    reader = Reader(text, source)
    campaigns = reader.get(reader.json(), "campaigns", list)
    sheets = []
    for campaign in campaigns.value if campaigns else []:
        name, criteria = reader.get(campaign, "campaign", str), reader.get(campaign, "criteria", list)
        if name is None or criteria is None:
            continue
        percent = np.zeros((7, 1440 // SLOT))
        for criterion in criteria.value:
            _fill(reader, criterion, percent)
        # No criterion at all means always on.
        sheets.append(Sheet(name.value, WEEKDAYS, percent if percent.any() else percent + UNCHANGED))
    reader.finish()
    return sheets


def _fill(reader: Reader, criterion: Node, percent: np.ndarray) -> None:
    schedule, modifier = reader.get(criterion, "adSchedule", dict), reader.get(criterion, "bidModifier", (int, float))
    if schedule is None or modifier is None:
        return
    day = reader.get(schedule, "dayOfWeek", str)
    ends = [
        (reader.get(schedule, f"{end}Hour", int), reader.get(schedule, f"{end}Minute", str)) for end in ("start", "end")
    ]
    if day is None or any(part is None for end in ends for part in end):
        return
    if day.value.title() not in WEEKDAYS:
        reader.fault(day.at, "bad_day", found=day.value)
        return
    first, last = (
        4 * hour.value + _MINUTES.index(minute.value) if hour and minute and minute.value in _MINUTES else -1
        for hour, minute in ends
    )
    if not 0 <= first < last <= 96:
        reader.fault(schedule.at, "bad_span", found=f"{first / 4:g}-{last / 4:g}", example="8-17.5")
        return
    if modifier.value <= 0:
        reader.fault(modifier.at, "bad_number", found=modifier.value)
        return
    stretch = percent[WEEKDAYS.index(day.value.title()), first:last]
    if stretch.any():
        reader.fault(schedule.at, "overlap", found=day.value)
    stretch[:] = round(100 * modifier.value, 6)


TOOL = google_tool(
    "google-ads",
    Text(zh="Google Ads（API 投放时间）", en="Google Ads (ad schedule over the API)"),
    Form("json", _write, _parse),
    "delta",
)
