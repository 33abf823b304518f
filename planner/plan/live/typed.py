"""Sums and moments as a person types them, or pastes them from a dashboard."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pandas as pd

from planner.brief import Brief
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Message, first_of

__all__ = ["read_moment", "read_so_far"]

_NUMBERS = ("spend", "clicks", "orders", "revenue")
_AMOUNT = re.compile(r"^[¥￥$€£]?\d[\d,]*(\.\d+)?$")


def read_moment(text: str, brief: Brief) -> pd.Timestamp:
    """Return a moment: ``2026-11-11T21:00`` or, on the promotion's own days, ``21:00``.

    Raises
    ------
    InputError
        It is no time.
    """
    try:
        if re.fullmatch(r"\d{1,2}[:：]\d\d", text.strip()):
            return _on_the_day(text.strip().replace("：", ":"), brief)
        moment = pd.Timestamp(text)
        if moment is pd.NaT:
            raise ValueError(text)
    except ValueError as error:
        raise InputError([Problem(Message("live.bad_now", {"found": text}), "--now")]) from error
    return moment.tz_localize(brief.zone) if moment.tzinfo is None else moment.tz_convert(brief.zone)


def _on_the_day(text: str, brief: Brief) -> pd.Timestamp:
    """Return a time of day: on the promotion's date, or on the day of it that has this hour within the promotion."""
    hour, minute = (int(part) for part in text.split(":"))
    first = brief.timetable.starts.astimezone(brief.zone).date()
    last = brief.timetable.ends.astimezone(brief.zone).date()
    days = [brief.promotion.date, *(first + dt.timedelta(days=day) for day in range((last - first).days + 1))]
    clock = dt.time(hour % 24, minute)
    moments = [pd.Timestamp(dt.datetime.combine(day, clock)).tz_localize(brief.zone) for day in days]
    inside = [moment for moment in moments if brief.timetable.starts <= moment <= brief.timetable.ends]
    return (inside or moments)[0]


def read_so_far(text: str, brief: Brief) -> pd.DataFrame:
    """Return sums since midnight, from a CSV file or as typed: name, spend, clicks, orders, revenue of each channel.

    Raises
    ------
    InputError
        It can't be read; every part that can't is named.
    """
    if Path(text).is_file():
        return _from_file(Path(text), brief)
    lines, problems = [], []
    for part in re.split(r"[;；\n]", text):
        words = part.split()
        if not words:
            continue
        numbers = [word for word in words if _AMOUNT.match(word)]
        name = " ".join(words[: len(words) - len(numbers)])
        if not name or not numbers or words[len(words) - len(numbers) :] != numbers or len(numbers) > len(_NUMBERS):
            problems.append(Problem(Message("live.bad_so_far", {"found": part.strip()}), "--so-far"))
            continue
        amounts = [float(re.sub(r"[^\d.]", "", number)) for number in numbers]
        lines.append({"channel": _channel(name, brief), **dict(zip(_NUMBERS, amounts, strict=False))})
    if problems or not lines:
        raise InputError(problems or [Problem(Message("live.bad_so_far", {"found": text}), "--so-far")])
    return pd.DataFrame(lines)


def _channel(name: str, brief: Brief) -> str:
    """Return the channel that is meant by its name or its label."""
    labels = {channel.label: channel.name for channel in brief.channels if channel.label}
    return labels.get(name, name)


def _from_file(path: Path, brief: Brief) -> pd.DataFrame:
    """Return the sums of a CSV file."""
    try:
        table = pd.read_csv(path, encoding="utf-8-sig")
    except (UnicodeDecodeError, ValueError) as error:
        raise InputError([Problem(Message("live.bad_so_far", {"found": path.name}), str(path))]) from error
    table.columns = [str(name).strip().lower() for name in table.columns]
    if "channel" not in table or not set(table.columns) & set(_NUMBERS):
        found = first_of([str(name) for name in table.columns], 8)
        raise InputError([Problem(Message("live.so_far_columns", {"found": found}), str(path))])
    table["channel"] = [_channel(str(name).strip(), brief) for name in table["channel"]]
    for name in set(table.columns) & {*_NUMBERS, "impressions"}:
        table[name] = pd.to_numeric(table[name].astype(str).str.replace(r"[^\d.]", "", regex=True), errors="coerce")
    if "at" in table:
        table["at"] = [read_moment(str(text), brief) for text in table["at"]]
    return table
