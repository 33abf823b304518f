"""What a cell says of time: days, hours and moments as people and platforms write them.

The rules are of the kind of those in `cells`. Moments are wall-clock times without a zone, unless the cell itself
names an offset.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

from planner.history.notation.cells import Fault, plain

__all__ = ["DateOrder", "looks_like_span", "read_date", "read_hour", "read_moment"]


DateOrder = Literal["day_first", "month_first"] | None


_CLOCK = r"(\d{1,2})(?::(\d{2})(?::(\d{2})(?:\.\d+)?)?)?"


_HOUR_PLAIN = re.compile(r"^(\d{1,2})(?:\.0+)?\s*(?:时|点|h)?$", re.IGNORECASE)


_HOUR_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?$")


_HOUR_SPAN = re.compile(r"^(\d{1,2}):(\d{2})(?::(\d{2}))?\s*[-–—~～至]\s*(\d{1,2}):(\d{2})(?::(\d{2}))?$")


# 0-1, 0点-1点
_HOUR_TO_NEXT = re.compile(r"^(\d{1,2})\s*[时点]?\s*[-–—~至]\s*(\d{1,2})\s*[时点]?$")


_HOUR_CHINESE = re.compile(r"^(\d{1,2})[时点](\d{1,2})分$")


_HOUR_AMPM = re.compile(r"^(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?\s*([ap])\.?m\.?$", re.IGNORECASE)


_YEAR_FIRST = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$")


_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")


_YEAR_LAST = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$")


_MONTH_NAMED = re.compile(r"^(?:([A-Za-z]{3,9})\.?\s+(\d{1,2}),?|(\d{1,2})[\s-]([A-Za-z]{3,9})\.?,?)[\s-]+(\d{4})$")


_WEEKDAY = re.compile(
    r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+|\s*[(（]?(?:星期|周)[一二三四五六日天][)）]?$", re.IGNORECASE
)


_SERIAL = re.compile(r"^(\d{5})(?:\.(\d+))?$")


_DATE_HOUR = re.compile(r"^(20\d{2})(\d{2})(\d{2})(\d{2})$")


# 08:00-09:00 after a day: a span of an hour, or a clock with an offset.
_SPAN_OR_OFFSET = re.compile(r"(日\s*|\s|T)(\d{1,2}):(\d{2})(?::\d{2})?\s?-(\d{2}):(\d{2})(?::\d{2})?$")


_OFFSET = re.compile(r"\s*(?:Z|UTC|GMT|(?:UTC|GMT)?([+-])(\d{2}):?(\d{2})?)$")


# 2026-07-31 08:00:00 - 2026-07-31 08:59:59
_MOMENT_SPAN = re.compile(r"^(\S+[ T]\d{1,2}:\d{2}(?::\d{2})?)\s*[-–—~至]\s*(\S+[ T]\d{1,2}:\d{2}(?::\d{2})?)$")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}


# A day number of Excel's: 1982 to 2064, which no count of anything in a date column is.
_FIRST_SERIAL, _LAST_SERIAL = 30_000, 60_000


_EXCEL_EPOCH = dt.datetime(1899, 12, 30)


def read_date(text: str, order: DateOrder = None) -> dt.date | Fault:
    """Return the day a cell names.

    Parameters
    ----------
    text
        The cell.
    order
        What comes first in ``11/10/2026``; None where the column does not tell.
    """
    text = _WEEKDAY.sub("", plain(text)).strip()
    if not text:
        return Fault("no_date")
    if match := _YEAR_FIRST.match(text) or _COMPACT.match(text):
        return _day(*map(int, match.groups()))
    if match := _YEAR_LAST.match(text):
        first, second, year = map(int, match.groups())
        if first > 12:
            order = "day_first"
        elif second > 12:
            order = "month_first"
        elif text.count(".") == 2:
            # Nobody writes the month first with points.
            order = "day_first"
        if order is None:
            return Fault("date_either_way")
        return _day(year, second, first) if order == "day_first" else _day(year, first, second)
    if match := _MONTH_NAMED.match(text):
        named, number = match.group(1) or match.group(4), match.group(2) or match.group(3)
        month = _MONTHS.get(named[:3].lower())
        return _day(int(match.group(5)), month, int(number)) if month else Fault("bad_date")
    if (match := _SERIAL.match(text)) and _FIRST_SERIAL <= int(match.group(1)) <= _LAST_SERIAL:
        return (_EXCEL_EPOCH + dt.timedelta(days=int(match.group(1)))).date()
    moment = read_moment(text, order)
    # A date column may show midnight beside every day.
    if isinstance(moment, dt.datetime) and moment.time() == dt.time() and moment.tzinfo is None:
        return moment.date()
    return Fault("bad_date")


def _day(year: int, month: int, day: int) -> dt.date | Fault:
    """Return a day of this century or the last one's end, if there is such a day."""
    try:
        return dt.date(year, month, day) if 1990 <= year <= 2100 else Fault("bad_date")
    except ValueError:
        return Fault("bad_date")


def read_hour(text: str) -> dt.time | Fault:
    """Return the start of the hour, or part of one, that a label such as ``20``, ``20时`` or ``20:00-20:59`` names."""
    text = plain(text)
    if not text:
        return Fault("no_hour")
    if match := _HOUR_PLAIN.match(text):
        return _time(int(match.group(1)))
    if match := _HOUR_CLOCK.match(text):
        return _time(*(int(part or 0) for part in match.groups()))
    if match := _HOUR_SPAN.match(text):
        parts = [int(part or 0) for part in match.groups()]
        start, end = parts[0] * 60 + parts[1], parts[3] * 60 + parts[4]
        # 00:00-00:59 and 00:00-01:00 are the same hour; 23:00-00:00 ends at midnight.
        minutes = (end - start) % 1440
        return _time(*parts[:3]) if 0 < minutes <= 60 and parts[3] <= 24 and parts[4] < 60 else Fault("bad_hour")
    if match := _HOUR_TO_NEXT.match(text):
        start, end = int(match.group(1)), int(match.group(2))
        return _time(start) if end <= 24 and (end - start) % 24 == 1 else Fault("bad_hour")
    if match := _HOUR_CHINESE.match(text):
        return _time(int(match.group(1)), int(match.group(2)))
    if match := _HOUR_AMPM.match(text):
        hour = int(match.group(1))
        if not 1 <= hour <= 12:
            return Fault("bad_hour")
        return _time(
            hour % 12 + (12 if match.group(4).lower() == "p" else 0), *(int(part or 0) for part in match.groups()[1:3])
        )
    return Fault("bad_hour")


def _time(hour: int, minute: int = 0, second: int = 0) -> dt.time | Fault:
    """Return a time of day if there is such a one."""
    return dt.time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else Fault("bad_hour")


def looks_like_span(text: str) -> tuple[str, int, int] | None:
    """Return for ``2026-11-10 08:00-09:00`` what stands before the clock, and both clocks in minutes; else None."""
    match = _SPAN_OR_OFFSET.search(plain(text))
    if match is None:
        return None
    start, end = (int(match.group(at)) * 60 + int(match.group(at + 1)) for at in (2, 4))
    return match.group(1).strip(), start, end


def read_moment(text: str, order: DateOrder = None, *, spans: bool = False) -> dt.datetime | Fault:
    """Return the moment a cell names: a day and an hour in one cell; with its offset where it states one.

    Parameters
    ----------
    text
        The cell.
    order
        As in `read_date`.
    spans
        Whether ``08:00-09:00`` after a day is a span of an hour in this column, and no clock with an offset.
    """
    text = plain(text)
    if not text:
        return Fault("no_hour")
    spans = spans and looks_like_span(text) is not None
    if len(text) >= 13 and text[4:5] == "-" and not spans:
        try:
            iso = dt.datetime.fromisoformat(text)
        except ValueError:
            iso = None
        # 00:00-00:59 looks like an offset of 59 minutes; no zone has one.
        if iso is not None and _is_offset(iso.utcoffset()):
            return iso
    if match := _DATE_HOUR.match(text):
        day = _day(*map(int, match.groups()[:3]))
        return _joined(day, _time(int(match.group(4))))
    if (match := _SERIAL.match(text)) and match.group(2) and _FIRST_SERIAL <= int(match.group(1)) <= _LAST_SERIAL:
        # Excel's fractions of a day are binary: the nearest minute is what was meant.
        minutes = round(float(f"0.{match.group(2)}") * 1440)
        return _EXCEL_EPOCH + dt.timedelta(days=int(match.group(1)), minutes=minutes)
    if match := _MOMENT_SPAN.match(text):
        return _hour_of_span(match.group(1), match.group(2), order)
    offset = _OFFSET.search(text) if ":" in text and not spans else None
    if offset and offset.group(2) and not _is_offset(_shift(offset)):
        offset = None
    bare = text[: offset.start()] if offset else text
    # The day is everything up to the last blank or T before the clock, or up to 日.
    cut = re.search(rf"(?:[日T]\s*|\s+)({_CLOCK}\s*(?:[-–—~～至]\s*{_CLOCK}|[ap]\.?m\.?|时|点)?)$", bare, re.IGNORECASE)
    if cut is None:
        return Fault("bad_moment")
    day = read_date(bare[: cut.start()], order) if bare[: cut.start()].strip() else Fault("bad_moment")
    moment = _joined(day, read_hour(cut.group(1)))
    if isinstance(moment, Fault) or offset is None:
        return moment
    return moment.replace(tzinfo=dt.timezone(_shift(offset)))


def _hour_of_span(first: str, last: str, order: DateOrder) -> dt.datetime | Fault:
    """Return the start of a span that both its moments name; one of more than an hour is no hour."""
    start, end = (read_moment(part, order) for part in (first, last))
    if isinstance(start, Fault) or isinstance(end, Fault) or start.tzinfo or end.tzinfo:
        return Fault("bad_moment")
    return start if dt.timedelta(0) < end - start <= dt.timedelta(hours=1) else Fault("bad_moment")


def _shift(offset: re.Match[str]) -> dt.timedelta:
    """Return what an offset such as ``+08:00`` or ``Z`` adds to UTC."""
    sign = -1 if offset.group(1) == "-" else 1
    return sign * dt.timedelta(hours=int(offset.group(2) or 0), minutes=int(offset.group(3) or 0))


def _is_offset(shift: dt.timedelta | None) -> bool:
    """Tell whether a zone can have an offset: whole quarters of an hour, at most 14 hours."""
    return shift is None or (abs(shift) <= dt.timedelta(hours=14) and shift.total_seconds() % 900 == 0)


def _joined(day: dt.date | Fault, time: dt.time | Fault) -> dt.datetime | Fault:
    """Return a moment from its two parts."""
    if isinstance(day, Fault):
        return day if day.kind == "date_either_way" else Fault("bad_moment")
    return Fault("bad_moment") if isinstance(time, Fault) else dt.datetime.combine(day, time)
