"""Taobao and Tmall search ads: the discount by time of day, as text and as JSON.

Days are joined by ``;`` from Monday on, spans by ``,``, each ``HH:MM-HH:MM:percent``; a day that is off is ``0``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import numpy as np

from planner.outputs.adtools.reading import Node, Reader, clock, minutes_of
from planner.outputs.adtools.tool import UNCHANGED, WEEKDAYS, Form, Sheet, Tool, runs
from planner.vocabulary.wording import Text

__all__ = ["TOOL"]

_SLOT = 30
_SPAN = re.compile(r"^(\d{1,2}:\d{2})-(\d{1,2}:\d{2}):(\d{1,9})$")


def _write_text(sheets: Sequence[Sheet]) -> str:
    days = []
    for values in sheets[0].percent:
        spans = [f"{clock(_SLOT * first)}-{clock(_SLOT * last)}:{value:.0f}" for first, last, value in runs(values)]
        days.append(",".join(spans) if values.any() else "0")
    return ";".join(days) + "\n"


def _write_json(sheets: Sequence[Sheet]) -> str:
    days = [
        {
            "dayOfWeek": day,
            "timeSpanList": [
                {"time": f"{clock(_SLOT * first)}-{clock(_SLOT * last)}", "discount": round(value)}
                for first, last, value in runs(values)
            ],
        }
        for day, values in enumerate(sheets[0].percent, start=1)
    ]
    return json.dumps({"launchPeriodList": days}, indent=1) + "\n"


def _parse_text(text: str, source: str) -> list[Sheet]:
    reader = Reader(text, source)
    percent = np.zeros((7, 1440 // _SLOT))
    if text.strip() == "all":
        return [Sheet("", WEEKDAYS, percent + UNCHANGED)]
    days = list(reader.parts(";"))
    if len(days) != 7:
        reader.fault(days[min(len(days), 8) - 1][1], "days", found=len(days), wanted=7)
        reader.finish()
    for values, (day, start) in zip(percent, days, strict=True):
        if day == "0":
            continue
        seen = np.zeros(len(values), dtype=bool)
        for span, at in reader.parts(",", start, start + len(day)):
            match = _SPAN.match(span)
            if match:
                _fill(reader, at, (match[1], match[2]), float(match[3]), values, seen)
            else:
                reader.fault(at, "bad_span", found=span, example="08:00-13:30:120")
        _whole(reader, start, seen)
    reader.finish()
    return [Sheet("", WEEKDAYS, percent)]


def _parse_json(text: str, source: str) -> list[Sheet]:
    reader = Reader(text, source)
    node = reader.json()
    percent = np.full((7, 1440 // _SLOT), np.nan)
    days = node if isinstance(node.value, list) else reader.get(node, "launchPeriodList", list)
    for day in days.value if days else []:
        number, spans = reader.get(day, "dayOfWeek", int), reader.get(day, "timeSpanList", list)
        if number and not 1 <= number.value <= 7:
            reader.fault(number.at, "bad_day", found=number.value)
        elif number and spans:
            percent[number.value - 1] = _json_day(reader, spans)
    if days and not reader.problems and np.isnan(percent).any():
        reader.fault(days.at, "days", found=int((~np.isnan(percent[:, 0])).sum()), wanted=7)
    reader.finish()
    return [Sheet("", WEEKDAYS, percent)]


def _json_day(reader: Reader, spans: Node) -> np.ndarray:
    values, seen = np.zeros(1440 // _SLOT), np.zeros(1440 // _SLOT, dtype=bool)
    for span in spans.value:
        time, discount = reader.get(span, "time", str), reader.get(span, "discount", (int, float, str))
        if time is None or discount is None:
            continue
        first, _, last = time.value.partition("-")
        if re.match(r"^\d{1,9}%?$", str(discount.value)):
            _fill(reader, time.at, (first, last), float(str(discount.value).rstrip("%")), values, seen)
        else:
            reader.fault(discount.at, "bad_number", found=discount.value)
    _whole(reader, spans.at, seen)
    return values


def _fill(reader: Reader, at: int, ends: tuple[str, str], value: float, values: np.ndarray, seen: np.ndarray) -> None:
    """Put one span into a day."""
    first, last = (minutes_of(end, _SLOT) for end in ends)
    if first is None or last is None or first >= last:
        reader.fault(at, "bad_span", found="-".join(ends), example="08:00-13:30")
        return
    stretch = slice(first // _SLOT, last // _SLOT)
    if seen[stretch].any():
        reader.fault(at, "overlap", found="-".join(ends))
    values[stretch], seen[stretch] = value, True


def _whole(reader: Reader, at: int, seen: np.ndarray) -> None:
    """Note a day that is not covered from 00:00 to 24:00."""
    if not seen.all() and not reader.problems:
        reader.fault(at, "hole", time=clock(_SLOT * int(np.argmin(seen))))


TOOL = Tool(
    name="taobao",
    title=Text(zh="淘宝/天猫关键词推广（分时折扣）", en="Taobao/Tmall search ads (discount by time of day)"),
    rows="weekly",
    slot_minutes=_SLOT,
    minimum=30,
    maximum=250,
    step=1,
    forms=(Form("txt", _write_text, _parse_text), Form("json", _write_json, _parse_json)),
    unit="percent",
    sure={
        "range": "documented",
        "slots": "documented",
        "off": "documented",
        "form": "third_party",
        "budget": "third_party",
    },
    least_budget=30,
    warnings=("manual_bids", "premiums"),
)
