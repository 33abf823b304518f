"""A process of its own that reads one workbook from stdin and writes what is asked of it to stdout as lines of JSON.

A spoilt workbook can make the library ask for any amount of memory, or stop the process it runs in; this one is small,
its memory is limited where the system can, and nothing is lost with it. Run as a script; it imports nothing of ours.

The first line of stdin says what is asked, the workbook follows. ``{"head": count}`` asks for the first rows of every
sheet, a line each: ``{"sheet": name, "hidden": whether the workbook hides it, "filled": whether it holds anything,
"head": rows of texts}``. ``{"sheet": name, "places": columns}`` asks for all rows of one sheet, and of them for the
texts in these columns: a line each, how many of the row's cells hold anything and then these texts. Nothing else of a
row leaves the process. ``{"fault": kind}`` says that the workbook cannot be read, and with the name of a sheet that
this one cannot.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from typing import Any

__all__ = ["main"]

_MEMORY = 1024 * 2**20
# A year of hours for a thousand campaigns; one stray cell far away makes a sheet of billions.
_MOST_CELLS = 20_000_000


def main() -> None:
    """Read the workbook and write what is asked of it."""
    _limit_memory()
    import python_calamine

    asked = json.loads(sys.stdin.buffer.readline())
    # Nothing is written before all is read: neither side of the pipes then ever waits for the other.
    content = sys.stdin.buffer.read()
    # An encrypted xlsx lies in an OLE container, in a stream of this name.
    if content.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in content:
        _say({"fault": "password"})
        return
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        if "sheet" in asked:
            _tell_rows(book.get_sheet_by_name(asked["sheet"]), asked["places"])
            return
        for entry in book.sheets_metadata:
            if "WorkSheet" in str(entry.typ):
                hidden = "Hidden" in str(entry.visible)
                _tell_head(book.get_sheet_by_name(entry.name), asked["head"], hidden=hidden)
    except python_calamine.PasswordError:
        _say({"fault": "password"})
    except (python_calamine.CalamineError, OSError, ValueError, OverflowError):
        _say({"fault": "broken_workbook"})


def _limit_memory() -> None:
    """Let the system refuse more memory than a workbook needs, where it can."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _say(line: object) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(line) + "\n")


def _tell_head(sheet: Any, count: int, *, hidden: bool) -> None:
    """Write a sheet's name and its first rows."""
    if sheet.total_height * sheet.total_width > _MOST_CELLS:
        _say({"sheet": sheet.name, "fault": "sheet_too_wide"})
        return
    head = sheet.to_python(skip_empty_area=False, nrows=count)
    filled = any(map(any, _texts(head))) or any(map(any, _texts(sheet.to_python(skip_empty_area=False))))
    _say({"sheet": sheet.name, "hidden": hidden, "filled": filled, "head": _texts(head)})


def _tell_rows(sheet: Any, places: list[int]) -> None:
    """Write of each row how many cells hold anything, and the texts in some columns."""
    for row in sheet.to_python(skip_empty_area=False):
        _say([len(row) - row.count(""), *[_text_of(row[place]) for place in places]])


def _texts(rows: list[list[Any]]) -> list[list[str]]:
    """Return cells as texts."""
    return [[_text_of(value) for value in row] for row in rows]


def _text_of(value: Any) -> str:
    """Return a cell as a person would have typed it."""
    if isinstance(value, float):
        # Beyond this a float no longer tells neighbouring whole numbers apart, and the text says so.
        if abs(value) >= 2**53:
            return f"{value:.16e}"
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        # A stored fraction of a day is off by microseconds.
        if value.microsecond >= 500_000 and value.year < dt.MAXYEAR:
            value += dt.timedelta(seconds=1)
        return str(value.replace(microsecond=0))
    return str(value)


if __name__ == "__main__":
    main()
