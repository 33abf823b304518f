"""What the cells below a header say of their column, where the header does not tell: words, numbers, days or hours."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from planner.history.notation.cells import Fault, read_number
from planner.history.notation.clock import read_date, read_hour

__all__ = ["days_beside_hours", "holds_words", "is_text", "numbers_apart"]

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


def numbers_apart(rows: Rows, keys: Sequence[int], places: Sequence[int]) -> tuple[int, ...]:
    """Return the column of numbers that tells rows apart which the keys do not, such as a place 1, 2, 3 on a page.

    It is one whose few whole numbers stand beside every key, the same for each of several keys: values that were
    measured are not. None where the keys tell all rows apart.

    Parameters
    ----------
    rows
        The first rows below the header.
    keys
        Places of the columns that name a row.
    places
        Places of columns of numbers that mean nothing to us.
    """
    by_key: dict[tuple[str, ...], list[Sequence[str]]] = {}
    for row in rows:
        if len(row) > max(keys, default=-1) and row[keys[0]].strip():
            by_key.setdefault(tuple(row[place] for place in keys), []).append(row)
    groups = list(by_key.values())[:-1]  # the last may be cut off
    if len(groups) < 3 or any(len(group) < 2 for group in groups):
        return ()
    for place in places:
        found = [tuple(row[place].strip() for row in group if place < len(row)) for group in groups]
        first = set(found[0])
        whole = all(cell.isdigit() and len(cell) <= 3 for cell in first)
        if whole and all(set(cells) == first and len(cells) == len(first) for cells in found):
            return (place,)
    return ()


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
