"""Pinduoduo search ads: per mille by the hour, one row that holds for every day; there is no off."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from planner.outputs.adtools.reading import Reader
from planner.outputs.adtools.tool import Form, Sheet, Tool
from planner.vocabulary.wording import Text

__all__ = ["TOOL"]


def _write(sheets: Sequence[Sheet]) -> str:
    hours = [json.dumps({"index": hour, "rate": round(10 * value)}) for hour, value in enumerate(sheets[0].percent[0])]
    return "[\n " + ",\n ".join(hours) + "\n]\n"


def _parse(text: str, source: str) -> list[Sheet]:
    reader = Reader(text, source)
    node = reader.json()
    percent = np.full((1, 24), np.nan)
    if not isinstance(node.value, list):
        reader.fault(node.at, "wrong_json_kind", key="[...]")
        reader.finish()
    for item in node.value:
        index, rate = reader.get(item, "index", int), reader.get(item, "rate", int)
        if index and not 0 <= index.value <= 23:
            reader.fault(index.at, "bad_hour", found=index.value)
        elif rate and rate.value < 0:
            reader.fault(rate.at, "bad_number", found=rate.value)
        elif index and rate:
            if not np.isnan(percent[0, index.value]):
                reader.fault(index.at, "overlap", found=index.value)
            percent[0, index.value] = rate.value / 10
    if not reader.problems and np.isnan(percent).any():
        reader.fault(node.at, "count", found=int((~np.isnan(percent)).sum()), wanted=24)
    reader.finish()
    return [Sheet("", ("every day",), percent)]


TOOL = Tool(
    name="pinduoduo",
    title=Text(zh="拼多多多多搜索（分时折扣）", en="Pinduoduo search ads (discount by hour)"),
    rows="daily",
    slot_minutes=60,
    minimum=10,
    maximum=300,
    step=1,
    off=False,
    forms=(Form("json", _write, _parse),),
    unit="permille",
    sure={"range": "assumed", "slots": "documented", "off": "assumed", "form": "documented", "budget": "assumed"},
)
