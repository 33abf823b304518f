"""From wall-clock times to instants, in the zone the file was written in.

Where the clocks go back an hour happens twice: the first row of a key is the first of the two, the second the other.
Where they go forward an hour is missing: a row for it is refused, unless it holds nothing.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pandas as pd

from planner.history.judging.refusals import Remarks, cell_text
from planner.history.notation.cells import Fault, plain
from planner.history.notation.clock import DateOrder, read_date, read_moment
from planner.history.opening.sheet import Sheet
from planner.history.recognising.dialects import MEASURES, zones_named
from planner.history.recognising.layouts import Layout
from planner.vocabulary.wording import Message

__all__ = [
    "day_of_file",
    "day_of_name",
    "days_of_titles",
    "download_of_name",
    "needs_day",
    "settled_order",
    "to_instants",
    "zone_of",
]

_GMT = re.compile(r"(?<![A-Za-z])(?:GMT|UTC)\s*([+\-−])\s*(\d{1,2})(?::?(\d{2}))?\b")
_IANA = re.compile(r"\b[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?\b")
_BARE_UTC = re.compile(r"\b(?:GMT|UTC)\b")
_ABOUT_ZONE = re.compile(r"time\s?zone|时区", re.IGNORECASE)
_ABOUT_MAKING = re.compile(
    r"generat|creat|download|export|print|run at|as of|report time|下载|导出|生成|制表|打印", re.IGNORECASE
)
_NAME_DAY = re.compile(
    r"(?<!\d)(20\d{2})[-_.年]?(0[1-9]|1[0-2])[-_.月]?(0[1-9]|[12]\d|3[01])日?(?:[_-](\d{2})(\d{2})(\d{2})(?!\d))?(?!\d)"
)

_DAY = (
    r"(?:20\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|20\d{6}|\d{1,2}[-/.]\d{1,2}[-/.]20\d{2}"
    r"|[A-Z][a-z]{2,8}\.? \d{1,2},? 20\d{2}|\d{1,2} [A-Z][a-z]{2,8}\.? 20\d{2})"
)
_DAY_SPAN = re.compile(
    rf"({_DAY})(?:[ T]\d{{1,2}}:\d{{2}}(?::\d{{2}})?)?\s*(?:[-–—~至到,]|to|through|until)+\s*({_DAY})"
)


def zone_of(name: str, layout: Layout, default: dt.tzinfo) -> tuple[dt.tzinfo, bool]:
    """Return the zone a file's times are in, and whether the file says so; else the promotion's.

    The header of the time speaks first, then a line above the table about the zone, then any other such line, and the
    file's name if it holds a zone's own name. When a report was made is no matter of its times.
    """
    lines = layout.titles.splitlines()
    speaking = [line for line in lines if _ABOUT_ZONE.search(line)]
    headers = [layout.own[column] for column in ("hour", "day", "paid_at") if column in layout.own]
    for text in [*headers, *speaking]:
        if zone := _zone_in(text, in_words=True):
            return zone, True
    for text in [*(line for line in lines if not _ABOUT_MAKING.search(line)), PurePath(name).stem]:
        if zone := _zone_in(text, in_words=False):
            return zone, True
    return default, False


def _zone_in(text: str, *, in_words: bool) -> dt.tzinfo | None:
    """Return the zone a text names; where asked also one named in words alone, such as ``Pacific Time`` or ``UTC``."""
    for found in _IANA.findall(text):
        if found in available_timezones():
            return ZoneInfo(found)
    named = [ZoneInfo(zone) for zone in zones_named(text)]
    match = _GMT.search(text)
    if match is None:
        if not in_words:
            return None
        # (GMT) London keeps summer time; UTC alone does not.
        return named[0] if named else dt.UTC if _BARE_UTC.search(text) else None
    shift = dt.timedelta(hours=int(match.group(2)), minutes=int(match.group(3) or 0))
    shift = shift if match.group(1) == "+" else -shift
    if abs(shift) > dt.timedelta(hours=14):
        return None
    # (GMT-05:00) Eastern Time is how the zone is called, in summer too, when its clocks are at -04:00.
    return next((zone for zone in named if shift in _offsets(zone)), dt.timezone(shift))


def _offsets(zone: ZoneInfo) -> set[dt.timedelta | None]:
    """Return the offsets a zone has in January and in July."""
    return {zone.utcoffset(dt.datetime(2026, month, 1)) for month in (1, 7)}


def days_of_titles(titles: str) -> tuple[dt.date, dt.date] | None:
    """Return the first and last day of what a table shows, if the lines above it say so."""
    for match in _DAY_SPAN.finditer(unicodedata.normalize("NFKC", titles)):
        # 7/1/2026 - 7/31/2026: which of them is the month makes no difference to whether they are one day.
        first, last = (read_date(text, "month_first") for text in match.groups())
        if not isinstance(first, Fault) and not isinstance(last, Fault) and first <= last:
            return first, last
    return None


def day_of_name(name: str) -> dt.date | None:
    """Return the one day a file's name speaks of; None where it names none, or a span of several."""
    days = {_day(match) for match in _NAME_DAY.finditer(PurePath(name.replace("\\", "/")).name)}
    return days.pop() if len(days) == 1 else None


def download_of_name(name: str) -> dt.datetime | None:
    """Return when a report was downloaded, if its name ends in a moment such as ``_20260801_110000``."""
    for match in _NAME_DAY.finditer(PurePath(name).name):
        day = _day(match)
        if day and match.group(4) and int(match.group(4)) < 24 and int(match.group(5)) < 60:
            return dt.datetime.combine(day, dt.time(int(match.group(4)), int(match.group(5))))
    return None


def _day(match: re.Match[str]) -> dt.date | None:
    """Return the day a match in a name means, if there is such a day."""
    try:
        return dt.date(int(match.group(1)), int(match.group(2)), int(match.group(3)))
    except ValueError:
        return None


def date_order(texts: Iterable[str]) -> DateOrder:
    """Return what comes first in a column's dates such as ``11/10/2026``; None where no date tells."""
    found: DateOrder = None
    for text in texts:
        head = plain(text).split(" ")[0].replace("-", "/").replace(".", "/").split("/")
        if len(head) == 3 and all(part.isdigit() for part in head) and len(head[2]) == 4:
            if int(head[0]) > 12:
                return "day_first"
            if int(head[1]) > 12:
                found = "month_first"
    return found


def settled_order(layout: Layout, cells: Mapping[str, Sequence[str]], remarks: Remarks) -> DateOrder:
    """Return what comes first in dates such as 11/10/2026: by the column itself, else by the platform's habit."""
    texts: Sequence[str] = next((cells[name] for name in ("day", "paid_at", "hour") if name in cells), [])
    order = date_order(dict.fromkeys(texts))
    either = next(
        (text for text in texts[:200] if text.count("/") == 2 and len(text.split(" ")[0].split("/")[-1]) == 4), None
    )
    if order is None and either and layout.dialect.dates:
        remarks.notes.append(Message("history.month_first", {"where": remarks.source, "value": cell_text(either)}))
        return layout.dialect.dates
    return order


def needs_day(sheet: Sheet, layout: Layout) -> bool:
    """Tell whether a table has a column for the hour and nothing in it names the day."""
    if "day" in layout.columns or "hour" not in layout.columns:
        return False
    place = layout.columns["hour"]
    cells = [row[place] for row in sheet.head[layout.header_row + 1 :] if place < len(row)]
    days = (rule(cell, "month_first") for cell in dict.fromkeys(cells) for rule in (read_moment, read_date))
    return all(isinstance(day, Fault) for day in days)


def day_of_file(sheet: Sheet, layout: Layout, remarks: Remarks) -> dt.date | None:
    """Return the day a file without a column for it is of, by the lines above its table, else by its name."""
    if not needs_day(sheet, layout):
        return None
    # What a sheet is called says more than the name of its workbook.
    name = sheet.title if day_of_name(sheet.title) else sheet.file
    day, key = day_of_name(name), "day_of_name"
    if days := days_of_titles(layout.titles):
        day, key = days[0], "day_of_titles"
    elif download_of_name(name):
        key = "day_of_download"
    if day is not None:
        remarks.notes.append(Message(f"history.{key}", {"where": remarks.source, "day": day.isoformat()}))
    return day


def to_instants(rows: pd.DataFrame, zone: dt.tzinfo, layout: Layout, remarks: Remarks) -> pd.DataFrame:
    """Return rows with ``instant`` (UTC) for ``wall``; those of hours that do not exist refused."""
    walls: list[dt.datetime] = rows["wall"].tolist()
    aware = np.array([wall.tzinfo is not None for wall in walls], dtype=bool)
    instants = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us, UTC]")
    if aware.any():
        fixed = [wall.astimezone(dt.UTC) for wall in walls if wall.tzinfo is not None]
        instants[aware] = pd.DatetimeIndex(fixed).as_unit("us")
    if not aware.all():
        local = pd.DatetimeIndex([wall for wall in walls if wall.tzinfo is None]).as_unit("us")
        instants[~aware] = _localised(local, rows[~aware], zone, layout, remarks)
    gone = instants.isna().to_numpy()
    if gone.any():
        numbers = [name for name in MEASURES if name in rows]
        empty = rows[numbers].fillna(0).eq(0).all(axis=1).to_numpy()
        if nothing := int((gone & empty & (not layout.strict)).sum()):
            remarks.dropped["no_such_hour"] += nothing
        for at in np.flatnonzero(gone & ~(empty & (not layout.strict))):
            column = layout.own.get("hour") or layout.own.get("paid_at") or layout.own["day"]
            remarks.refuse(int(rows["line"].iloc[at]), column, walls[at].isoformat(" "), "no_such_hour")
    return rows.drop(columns="wall").assign(instant=instants)[~gone].reset_index(drop=True)


def _localised(
    local: pd.DatetimeIndex, rows: pd.DataFrame, zone: dt.tzinfo, layout: Layout, remarks: Remarks
) -> pd.DatetimeIndex:
    """Return local times as UTC; NaT where the clock never showed them."""
    # Each wall-clock time stands in many rows; it is looked up in the zone once.
    places, walls = pd.factorize(local)
    yes = np.ones(len(walls), dtype=bool)
    first = walls.tz_localize(zone, ambiguous=yes, nonexistent="NaT").tz_convert("UTC")[places]
    second = walls.tz_localize(zone, ambiguous=~yes, nonexistent="NaT").tz_convert("UTC")[places]
    twice = np.asarray(first != second) & ~np.asarray(first.isna())
    if not twice.any():
        return first
    span = {"hour": f"{local[twice].min():%Y-%m-%d %H:%M}", "count": int(twice.sum())}
    if layout.dialect.kind == "orders":
        # Every order is a row of its own: none says that it is the second of its kind.
        remarks.notes.append(Message("history.hour_twice_orders", {"where": remarks.source, **span}))
        return first
    keys = [key for key in ("channel", "campaign", "dimension") if key in rows]
    turn = rows.assign(local=local).groupby(["local", *keys], dropna=False).cumcount().to_numpy()
    remarks.notes.append(Message("history.hour_twice", {"where": remarks.source, **span}))
    return first.where(~(twice & (turn == 1)), second)
