"""Ocean Engine: one string of 336 half hours from Monday on, 1 for on; nothing on reads as always on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planner.outputs.adtools.reading import Reader
from planner.outputs.adtools.tool import UNCHANGED, WEEKDAYS, Form, Sheet, Tool
from planner.vocabulary.wording import Text

__all__ = ["TOOL"]


def _write(sheets: Sequence[Sheet]) -> str:
    return "".join("1" if value > 0 else "0" for value in sheets[0].percent.ravel()) + "\n"


def _parse(text: str, source: str) -> list[Sheet]:
    reader = Reader(text, source)
    bits = text.strip()
    start = text.index(bits) if bits else 0
    for at, bit in enumerate(bits):
        if bit not in "01":
            reader.fault(start + at, "bad_bit", found=bit)
    if len(bits) != 336:
        reader.fault(start + min(len(bits), 336), "count", found=len(bits), wanted=336)
    reader.finish()
    percent = np.array([UNCHANGED * (bit == "1") for bit in bits]).reshape(7, 48)
    return [Sheet("", WEEKDAYS, percent if percent.any() else percent + UNCHANGED)]


TOOL = Tool(
    name="oceanengine",
    title=Text(zh="巨量引擎/千川（投放时段，7×48）", en="Ocean Engine / Qianchuan (on/off, 7 x 48)"),
    rows="weekly",
    slot_minutes=30,
    minimum=100,
    maximum=100,
    step=1,
    forms=(Form("txt", _write, _parse),),
    unit="on_off",
    sure={
        "range": "third_party",
        "slots": "third_party",
        "off": "third_party",
        "form": "third_party",
        "budget": "assumed",
    },
    warnings=("one_bid", "monday_first"),
)
