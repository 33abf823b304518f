"""Baidu search ads: price factors by the hour of the week; once any is set, hours that are missing are off."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from planner.outputs.adtools.reading import Reader
from planner.outputs.adtools.tool import UNCHANGED, WEEKDAYS, Form, Sheet, Tool
from planner.vocabulary.wording import Text

__all__ = ["TOOL"]


def _write(sheets: Sequence[Sheet]) -> str:
    hours = [
        json.dumps({"timeId": 100 * day + hour, "priceFactor": round(value / 100, 4)})
        for day, values in enumerate(sheets[0].percent, start=1)
        for hour, value in enumerate(values)
        if value > 0
    ]
    return '{"schedulePriceFactors": [\n ' + ",\n ".join(hours) + "\n]}\n"


def _parse(text: str, source: str) -> list[Sheet]:
    reader = Reader(text, source)
    node = reader.json()
    found = node if isinstance(node.value, list) else reader.get(node, "schedulePriceFactors", list)
    percent = np.zeros((7, 24))
    for item in found.value if found else []:
        time, factor = reader.get(item, "timeId", int), reader.get(item, "priceFactor", (int, float))
        if time is None or factor is None:
            continue
        day, hour = divmod(time.value, 100)
        if not (1 <= day <= 7 and 0 <= hour <= 23):
            reader.fault(time.at, "bad_hour", found=time.value)
        elif factor.value <= 0:
            reader.fault(factor.at, "bad_number", found=factor.value)
        else:
            if percent[day - 1, hour]:
                reader.fault(time.at, "overlap", found=time.value)
            percent[day - 1, hour] = round(100 * factor.value, 6)
    reader.finish()
    # Nothing set means always on.
    return [Sheet("", WEEKDAYS, percent if percent.any() else percent + UNCHANGED)]


TOOL = Tool(
    name="baidu",
    title=Text(zh="百度搜索推广（分时段出价系数）", en="Baidu search ads (price factor by hour)"),
    rows="weekly",
    slot_minutes=60,
    minimum=10,
    maximum=1000,
    step=1,
    forms=(Form("json", _write, _parse),),
    unit="factor",
    sure={
        "range": "third_party",
        "slots": "third_party",
        "off": "third_party",
        "form": "third_party",
        "budget": "assumed",
    },
)
