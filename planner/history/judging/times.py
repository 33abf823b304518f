"""How the cells that name a row's time are read in one table, settled by all the cells of their columns together.

One cell alone does not tell a span of an hour from a clock with an offset, nor a day from its midnight, of which
spreadsheets drop the clock.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence

from planner.history.judging.refusals import Remarks, cell_text
from planner.history.notation.cells import Fault, plain
from planner.history.notation.clock import DateOrder, looks_like_span, read_date, read_hour, read_moment
from planner.history.recognising.layouts import Layout
from planner.vocabulary.wording import Message

__all__ = ["MomentRule", "hours_to_24", "moment_rule", "read_moments"]

_LAST_LABEL = re.compile(r"(?:^|[\s日T])(\d{1,2})(?::00(?::00)?|时|点|h)?$", re.IGNORECASE)
_SPAN_TO = re.compile(r"[-–—~至]\s*\d{1,2}(?::\d{2})*\s*[时点]?$")
_MIDNIGHT = dt.time()


class MomentRule:
    """How the cells that name a row's time are read in one table: in one column or two, or with the file's own day.

    `spans` tells whether ``08:00-09:00`` after a day is an hour, and no clock with an offset.
    """

    def __init__(self, layout: Layout, order: DateOrder, file_day: dt.date | None, *, spans: bool = False) -> None:
        self.has_day, self.has_hour = "day" in layout.columns, "hour" in layout.columns
        self._order, self._file_day, self._spans = order, file_day, spans
        self._clocks = False

    def __call__(self, day: str, hour: str, until: str = "") -> dt.datetime | Fault:
        """Return the wall-clock moment, with an offset where the cell has one.

        Parameters
        ----------
        day, hour
            The cells that name the row's time, empty where there is no such column.
        until
            The cell that says where the row ends, if there is one.
        """
        moment = self._start(day, hour)
        ends_later = until and not isinstance(moment, Fault) and self._runs_on(moment, until)
        return Fault("several_hours") if ends_later else moment

    def _start(self, day: str, hour: str) -> dt.datetime | Fault:
        """Return the moment a row starts at."""
        if self.has_day and not self.has_hour:
            moment = self._moment(day)
            # A day alone is its midnight; a table of nothing but days is refused as a whole.
            return _midnight(day, self._order) or moment if isinstance(moment, Fault) else moment
        if not self.has_day:
            return self._in_one_cell(hour)
        date, time = read_date(day, self._order), self._label(hour)
        if isinstance(time, Fault):
            # 2016-11-11 00:00 in the hour's column beside a column for the day.
            whole = self._in_one_cell(hour)
            if not isinstance(whole, Fault) and not isinstance(date, Fault):
                return whole if whole.date() == date else Fault("two_days")
        if isinstance(date, Fault):
            return date
        return time if isinstance(time, Fault) else dt.datetime.combine(date, time)

    def _moment(self, text: str) -> dt.datetime | Fault:
        """Return a moment with its clock."""
        return read_moment(text, self._order, spans=self._spans)

    def _in_one_cell(self, hour: str) -> dt.datetime | Fault:
        """Return the moment that the hour's column names alone; a day without its clock is midnight.

        Spreadsheets hand midnight on so. Where no cell of the column has a clock the table is by day (`by_day`).
        """
        moment = self._moment(hour)
        if not isinstance(moment, Fault):
            self._clocks = True
            return moment
        if midnight := _midnight(hour, self._order):
            return midnight
        if self._file_day is None:
            return moment
        time = self._label(hour)
        return time if isinstance(time, Fault) else dt.datetime.combine(self._file_day, time)

    def _label(self, hour: str) -> dt.time | Fault:
        """Return the hour that a label names."""
        time = read_hour(hour)
        self._clocks |= not isinstance(time, Fault)
        return time

    def _runs_on(self, moment: dt.datetime, until: str) -> bool:
        """Tell whether a row that starts at a moment ends in another day than its own, or more than an hour later."""
        end = self._moment(until)
        start = moment.replace(tzinfo=None)
        if isinstance(end, Fault):
            date = read_date(until, self._order)
            # The last hour may be said to end on the next day. What is no day is no end: "ongoing".
            last = (start + dt.timedelta(hours=1)).date()
            return not isinstance(date, Fault) and date not in (start.date(), last)
        end = end.replace(tzinfo=None)
        if self.has_day or end.time() == _MIDNIGHT:
            day = dt.datetime.combine(start.date(), _MIDNIGHT)
            latest = day + dt.timedelta(days=1) if self.has_day else start + dt.timedelta(hours=1)
            return not day <= end <= latest
        return not start <= end <= start + dt.timedelta(hours=1)

    def by_day(self, walls: Iterable[dt.datetime]) -> bool:
        """Tell, after all rows were read, whether a table has a row a day, not an hour.

        In a column of hours the midnight of one single day may be that hour; the midnights of several are their days.
        """
        found = list(walls)
        if not found or any(wall.time() != _MIDNIGHT for wall in found):
            return False
        return len({wall.date() for wall in found}) > 1 or not (self.has_hour and self._clocks)

    def guilty(self, fault: Fault) -> str:
        """Return the column a fault lies in."""
        if fault.kind == "several_hours":
            return "until"
        if not self.has_hour:
            return "day"
        return "day" if self.has_day and fault.kind in ("no_date", "bad_date", "date_either_way") else "hour"


def moment_rule(
    layout: Layout, cells: Mapping[str, Sequence[str]], order: DateOrder, file_day: dt.date | None, remarks: Remarks
) -> MomentRule:
    """Return how a table's times are read, and note what its columns settle.

    Parameters
    ----------
    layout
        The table.
    cells
        Its cells by our names for the columns, or each distinct text once.
    order
        What comes first in dates such as 11/10/2026.
    file_day
        The day the file is of, where it has no column for it.
    remarks
        What is said of it.
    """
    texts = dict.fromkeys(text for name in ("day", "hour") for text in cells.get(name, ()))
    return MomentRule(layout, order, file_day, spans=_spans(texts, remarks))


def hours_to_24(texts: Iterable[str]) -> bool:
    """Tell whether a column's hours are labelled 1 to 24.

    Then 1 is most likely the hour from 0:00 to 1:00, but it is not said, and 24 alone may stand for a midnight: taken
    wrongly every hour's money would move to the next. So such a table is refused, not guessed at.
    """
    labels = (label for text in dict.fromkeys(texts) if not _SPAN_TO.search(label := plain(text)))
    found = {int(match.group(1)) for label in labels if (match := _LAST_LABEL.search(label))}
    return 24 in found and 0 not in found and len(found) > 1


def read_moments(texts: Iterable[str], order: DateOrder) -> dict[str, dt.datetime | Fault]:
    """Return what each distinct text of a column of moments means; beside clocks a day alone is its midnight."""
    found = {text: read_moment(text, order) for text in dict.fromkeys(texts)}
    if any(isinstance(moment, dt.datetime) for moment in found.values()):
        for text, moment in found.items():
            if isinstance(moment, Fault):
                found[text] = _midnight(text, order) or moment
    return found


def _midnight(text: str, order: DateOrder) -> dt.datetime | None:
    """Return the midnight of a cell that names nothing but a day."""
    date = read_date(text, order)
    return None if isinstance(date, Fault) else dt.datetime.combine(date, _MIDNIGHT)


def _spans(texts: Iterable[str], remarks: Remarks) -> bool:
    """Tell whether ``08:00-09:00`` after a day is an hour in these columns: it is if all such cells can be one.

    An offset is the same all year, or has two values where the clocks change; ISO 8601 writes it after a T.
    """
    found = {text: span for text in texts if (span := looks_like_span(text))}
    if not found or any(not 0 < (end - start) % 1440 <= 60 for _, start, end in found.values()):
        return False
    ends = {end for _, _, end in found.values()}
    if any(before == "T" for before, _, _ in found.values()) and len(ends) <= 2:
        return False
    if len(ends) == 1:
        values = {"where": remarks.source, "value": cell_text(next(iter(found)))}
        remarks.notes.append(Message("history.span_not_offset", values))
    return True
