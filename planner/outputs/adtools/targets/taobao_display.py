"""Taobao display ads of the old kind: on or off by the hour, one row for workdays and one for the weekend."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from planner.outputs.adtools.reading import Reader
from planner.outputs.adtools.tool import UNCHANGED, Form, Sheet, Tool
from planner.vocabulary.wording import Text

__all__ = ["TOOL"]

_ROWS = ("workday", "weekend")


def _write(sheets: Sequence[Sheet]) -> str:
    lines = [
        f'  "{row}": {json.dumps([bool(value) for value in values])}'
        for row, values in zip(_ROWS, sheets[0].percent, strict=True)
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _parse(text: str, source: str) -> list[Sheet]:
    reader = Reader(text, source)
    node = reader.json()
    percent = np.zeros((2, 24))
    for place, row in enumerate(_ROWS):
        found = reader.get(node, row, list)
        if found is None:
            continue
        if len(found.value) != 24:
            reader.fault(found.at, "count", found=len(found.value), wanted=24)
        for hour, item in enumerate(found.value[:24]):
            if not isinstance(item.value, bool):
                reader.fault(item.at, "bad_flag", found=item.value)
            percent[place, hour] = UNCHANGED if item.value else 0.0
    reader.finish()
    return [Sheet("", _ROWS, percent)]


TOOL = Tool(
    name="taobao-display",
    title=Text(zh="淘宝钻展（旧版，按小时开关）", en="Taobao display ads (old kind, on/off by hour)"),
    rows="workweek",
    slot_minutes=60,
    minimum=100,
    maximum=100,
    step=1,
    forms=(Form("json", _write, _parse),),
    unit="on_off",
    sure={"range": "documented", "slots": "documented", "off": "documented", "form": "documented", "budget": "assumed"},
    least_budget=300,
    warnings=("one_bid",),
)
