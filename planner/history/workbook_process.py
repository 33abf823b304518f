"""A process of its own that reads one workbook from stdin and writes its sheets to stdout as lines of JSON.

A spoilt workbook can make the library ask for any amount of memory, or stop the process it runs in; this one is small,
its memory is limited where the system can, and nothing is lost with it. Run as a script; it imports nothing of ours.

Lines: ``{"sheet": name}`` before a sheet's rows, each row a list of texts; ``{"fault": kind}`` where it cannot be read.
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
    """Read the workbook and write its sheets."""
    _limit_memory()
    import python_calamine

    def say(line: object) -> None:
        sys.stdout.write(json.dumps(line) + "\n")

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        for entry in book.sheets_metadata:
            if "WorkSheet" not in str(entry.typ):
                continue
            sheet = book.get_sheet_by_name(entry.name)
            say({"sheet": entry.name})
            if sheet.total_height * sheet.total_width > _MOST_CELLS:
                say({"fault": "sheet_too_wide"})
                continue
            for row in sheet.to_python(skip_empty_area=False):
                say([_text_of(value) for value in row])
    except python_calamine.PasswordError:
        say({"fault": "password"})
    except (python_calamine.CalamineError, OSError, ValueError, OverflowError):
        say({"fault": "broken_workbook"})


def _limit_memory() -> None:
    """Let the system refuse more memory than a workbook needs, where it can."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


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
