"""Values as people write them: amounts, shares, moments, times and encodings, and the complaint where they are none."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from planner.brief.toml_input import complaint, suggestion
from planner.brief.toml_texts import one_line, several_lines
from planner.vocabulary.wording import Message

__all__ = [
    "Amount",
    "Day",
    "Encoding",
    "Lines",
    "Local",
    "Name",
    "Number",
    "Opening",
    "Positive",
    "Share",
    "TimeOfDay",
    "meant_encoding",
    "parse_amount",
]

_UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "千": 1e3, "万": 1e4, "w": 1e4, "亿": 1e8}
_AMOUNT = re.compile(r"^(-?\d+(?:\.\d+)?)\s*([km千万w亿]?)$")
_DAY = re.compile(r"^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\s*$")
# The likeliest: any other that Python knows will do too.
_ENCODINGS = ("utf-8", "utf-16", "gb18030", "gbk", "big5", "shift_jis", "euc-jp", "euc-kr", "cp1252", "latin-1")


def parse_amount(text: str) -> float | None:
    """Return the number an amount such as ``30000``, ``30k``, ``3万`` or ``¥30,000`` means; None if it is none."""
    bare = re.sub(r"[¥￥$€£,，_\s元]", "", text.strip().lower())
    match = _AMOUNT.match(bare)
    return float(match.group(1)) * _UNITS[match.group(2)] if match else None


def _amount(value: object) -> object:
    """Return a number for an amount written as text; anything else is left to the number's own check."""
    if isinstance(value, str):
        number = parse_amount(value)
        if number is None:
            raise complaint("brief.bad_amount")
        return number
    return _no_flag(value)


def _share(value: object) -> object:
    """Return a share; ``"40%"`` is 0.4, and 40 is answered with 0.40."""
    if isinstance(value, str):
        match = re.match(r"^\s*(\d+(?:\.\d+)?)\s*[%％]\s*$", value)
        if match is None:
            raise complaint("brief.bad_share", advice=Message("brief.share_example"))
        value = float(match.group(1)) / 100
    value = _no_flag(value)
    if isinstance(value, int | float) and not 0 <= value <= 1:
        percent = 1 < value <= 100
        advice = (
            Message("brief.share_percent", {"share": value / 100, "percent": value})
            if percent
            else Message("brief.share_example")
        )
        raise complaint("brief.bad_share", advice=advice)
    return value


def _no_flag(value: object) -> object:
    """Return a value; true and false are no numbers."""
    if isinstance(value, bool):
        raise complaint("brief.flag_for_number")
    return value


def _local_moment(value: object) -> object:
    """Return a date and time from TOML's own form or from text such as ``2026-11-10 20:00``."""
    if isinstance(value, str):
        for pattern in ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M"):
            try:
                return dt.datetime.strptime(value.strip(), pattern)
            except ValueError:
                continue
        try:
            return dt.datetime.fromisoformat(value.strip())
        except ValueError:
            raise complaint("brief.bad_moment") from None
    if not isinstance(value, dt.datetime | dt.time):
        raise complaint("brief.bad_moment")
    return value


def _day(value: object) -> object:
    """Return a date from TOML's own form or from text such as ``2026/11/11``."""
    match = _DAY.match(value) if isinstance(value, str) else None
    try:
        return dt.date(*map(int, match.groups())) if match else value
    except ValueError:
        raise complaint("input.no_such_day") from None


def _times(value: object) -> object:
    """Return a time of day from TOML's own form or from text such as ``12:30``."""
    if isinstance(value, str):
        try:
            return dt.time.fromisoformat(value.strip())
        except ValueError:
            raise complaint("brief.bad_time") from None
    return value


def meant_encoding(name: str) -> str | None:
    """Return the encoding that a name which is none may stand for; None where text can be written in it.

    Base64, hex and the like have names among the encodings, but nothing of a text is written in them.
    """
    try:
        if " ".encode(name).decode(name) == " ":
            return None
    except (LookupError, ValueError):
        pass
    return str(suggestion(name, _ENCODINGS).values.get("meant", "gb18030"))


def _encoding(value: str) -> str:
    """Return the name of an encoding."""
    meant = meant_encoding(value)
    if meant is not None:
        raise complaint("brief.no_such_encoding", advice=meant)
    return value


Amount = Annotated[float, BeforeValidator(_amount), Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, BeforeValidator(_amount), Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, BeforeValidator(_share), Field(allow_inf_nan=False)]
Day = Annotated[dt.date, BeforeValidator(_day)]
Local = Annotated[dt.datetime, BeforeValidator(_local_moment)]
Opening = Annotated[dt.datetime | dt.time, BeforeValidator(_local_moment)]
Name = Annotated[str, Field(min_length=1), AfterValidator(one_line)]
Lines = Annotated[str, AfterValidator(several_lines)]
Encoding = Annotated[str, AfterValidator(_encoding)]
Number = Annotated[float, BeforeValidator(_no_flag), Field(allow_inf_nan=False)]
TimeOfDay = Annotated[dt.time, BeforeValidator(_times)]
