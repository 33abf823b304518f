"""JD search ads: coefficients by the hour, 0 or 30 to 500 per cent, a list a day."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from planner.outputs.adtools.reading import Reader
from planner.outputs.adtools.tool import WEEKDAYS, Form, Sheet, Tool
from planner.vocabulary.wording import Text

__all__ = ["TOOL"]


def _write(sheets: Sequence[Sheet]) -> str:
    percent = sheets[0].percent
    days = [
        f'    "{day}": {{"price_coef": {json.dumps([round(value) for value in values])}}}'
        for day, values in enumerate(percent)
    ]
    share = f"{100 * float((percent > 0).mean()):.0f}%"
    return '{\n  "detail": {\n' + ",\n".join(days) + f'\n  }},\n  "per": "{share}"\n}}\n'


def _parse(text: str, source: str) -> list[Sheet]:
    reader = Reader(text, source)
    detail = reader.get(reader.json(), "detail", dict)
    percent = np.zeros((7, 24))
    for day in range(7):
        inside = reader.get(detail, str(day), dict) if detail else None
        found = reader.get(inside, "price_coef", list) if inside else None
        numbers = reader.numbers(found, 24) if found else []
        if len(numbers) == 24:
            percent[day] = numbers
    reader.finish()
    return [Sheet("", WEEKDAYS, percent)]


TOOL = Tool(
    name="jd",
    title=Text(zh="京东快车（时段折扣）", en="JD search ads (coefficient by hour)"),
    rows="weekly",
    slot_minutes=60,
    minimum=30,
    maximum=500,
    step=1,
    forms=(Form("json", _write, _parse),),
    unit="percent",
    sure={
        "range": "third_party",
        "slots": "third_party",
        "off": "third_party",
        "form": "third_party",
        "budget": "assumed",
    },
    warnings=("monday_first",),
)
