"""Yandex Direct: seven strings, each a weekday and 24 whole percentages; 0 is off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planner.outputs.adtools.reading import Reader
from planner.outputs.adtools.tool import WEEKDAYS, Form, Sheet, Tool
from planner.vocabulary.wording import Text

__all__ = ["TOOL"]


def _write(sheets: Sequence[Sheet]) -> str:
    days = [
        f'  "{day},' + ",".join(f"{value:.0f}" for value in values) + '"'
        for day, values in enumerate(sheets[0].percent, start=1)
    ]
    return '{"TimeTargeting": {"Schedule": {"Items": [\n' + ",\n".join(days) + "\n]}}}\n"


def _parse(text: str, source: str) -> list[Sheet]:
    reader = Reader(text, source)
    node = reader.json()
    targeting = reader.get(node, "TimeTargeting", dict)
    schedule = reader.get(targeting, "Schedule", dict) if targeting else None
    items = reader.get(schedule, "Items", list) if schedule else None
    percent = np.full((7, 24), np.nan)
    for item in items.value if items else []:
        parts = str(item.value).split(",")
        at = item.at + 1
        if len(parts) != 25:
            reader.fault(item.at, "count", found=len(parts), wanted=25)
            continue
        for place, part in enumerate(parts):
            if not part.strip().isdecimal() or len(part.strip()) > 9:
                reader.fault(at, "bad_number", found=part)
            elif place == 0 and not 1 <= int(part) <= 7:
                reader.fault(at, "bad_day", found=part)
            at += len(part) + 1
        if not reader.problems:
            percent[int(parts[0]) - 1] = [float(part) for part in parts[1:]]
    if items and not reader.problems and np.isnan(percent).any():
        reader.fault(items.at, "days", found=int((~np.isnan(percent[:, 0])).sum()), wanted=7)
    reader.finish()
    return [Sheet("", WEEKDAYS, percent)]


TOOL = Tool(
    name="yandex",
    title=Text(zh="Yandex Direct（按小时出价百分比）", en="Yandex Direct (bid percentage by hour)"),
    rows="weekly",
    slot_minutes=60,
    minimum=10,
    maximum=200,
    step=10,
    forms=(Form("json", _write, _parse),),
    unit="percent",
    sure={"range": "documented", "slots": "documented", "off": "documented", "form": "documented", "budget": "assumed"},
    warnings=("account_zone",),
)
