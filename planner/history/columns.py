"""What the cells below a header say of their column, where the header does not tell: words, numbers, days or hours."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from planner.history.cells import Fault, read_date, read_hour, read_number

__all__ = ["days_beside_hours", "holds_words", "is_text"]

Rows = Sequence[Sequence[str]]


def holds_words(rows: Rows, header: str, place: int) -> bool:
    """Tell whether a column tells rows apart: numbers without the name of a key do not."""
    if re.search(r"(?:id|编号|名称|name|code|编码)$", header.strip(), re.IGNORECASE):
        return True
    return is_text(rows, place)


def is_text(rows: Rows, place: int) -> bool:
    """Tell whether most cells of a column are no numbers."""
    cells = _filled(rows, place)
    numbers = sum(not isinstance(read_number(cell.rstrip("%％"), strict=False), Fault) for cell in cells)
    return bool(cells) and numbers < len(cells) / 2


def days_beside_hours(columns: Mapping[str, int], hours: Sequence[int], rows: Rows) -> dict[str, int]:
    """Return the columns' places, the hour's where hours stand if its best name heads nothing but days.

    Parameters
    ----------
    columns
        Places by our names, by the headers alone.
    hours
        Places of all columns whose header can be the hour's.
    rows
        The first rows below the header.
    """
    found = dict(columns)
    for place in hours if "hour" in columns and len(hours) > 1 else ():
        days = _filled(rows, columns["hour"])
        dated = sum(not isinstance(read_date(cell, "month_first"), Fault) for cell in days)
        times = [time for cell in _filled(rows, place) if isinstance(time := read_hour(cell), dt.time)]
        # The first rows may all be of midnight: then a clock beside the days is not yet known to stand still.
        still = not any(":" in cell for cell in days) or any(time != dt.time() for time in times)
        if place != columns["hour"] and dated > len(days) / 2 and len(times) > len(days) / 2 and still:
            found["hour"] = place
            found.setdefault("day", columns["hour"])
            return found
    return found


def _filled(rows: Rows, place: int) -> list[str]:
    """Return the cells of a column that hold anything."""
    return [row[place] for row in rows if place < len(row) and row[place].strip()]
