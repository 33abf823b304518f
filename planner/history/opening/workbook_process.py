"""A process of its own that reads one workbook from stdin and writes what is asked of it to stdout as lines of JSON.

A spoilt workbook can make the library ask for any amount of memory, or stop the process it runs in; this one is small,
its memory is limited where the system can, and nothing is lost with it. Run as a script; it imports nothing of ours.

The first line of stdin says what is asked, the workbook follows. ``{"head": count}`` asks for the first rows of every
sheet, a line each: ``{"sheet": name, "hidden": whether the workbook hides it, "filled": whether it holds anything,
"head": rows of texts, "unsolved": by column how many formulas are stored without a result}``. ``{"sheet": name,
"places": columns}`` asks for all rows of one sheet, and of them for the texts in these columns: a line each, how many
of the row's cells hold anything and then these texts. Nothing else of a row leaves the process. ``{"fault": kind}``
says that the workbook cannot be read, and with the name of a sheet that this one cannot.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import sys
import zipfile
import zlib
from collections import Counter
from typing import Any

__all__ = ["main"]

_MEMORY = 1024 * 2**20
# A year of hours for a thousand campaigns; one stray cell far away makes a sheet of billions.
_MOST_CELLS = 20_000_000
# Beyond this a sheet's own text is not looked through for formulas.
_MOST_TEXT = 32 * 2**20
_CELL = re.compile(rb"<c\s([^>]*[^/])>(.*?)</c>", re.DOTALL)
_COLUMN = re.compile(rb'\br="([A-Z]{1,3})\d+"')


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
                unsolved = _unsolved(content, entry.name)
                _tell_head(book.get_sheet_by_name(entry.name), asked["head"], hidden=hidden, unsolved=unsolved)
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


def _tell_head(sheet: Any, count: int, *, hidden: bool, unsolved: dict[int, int]) -> None:
    """Write a sheet's name and its first rows."""
    if sheet.total_height * sheet.total_width > _MOST_CELLS:
        _say({"sheet": sheet.name, "fault": "sheet_too_wide"})
        return
    head = sheet.to_python(skip_empty_area=False, nrows=count)
    filled = any(map(any, _texts(head))) or any(map(any, _texts(sheet.to_python(skip_empty_area=False))))
    told = {"sheet": sheet.name, "hidden": hidden, "filled": filled, "head": _texts(head), "unsolved": unsolved}
    _say(told)


def _unsolved(content: bytes, name: str) -> dict[int, int]:
    """Return by column how many formulas of an xlsx sheet are stored without a result, which the library calls blank.

    Nothing is found where the workbook is written another way than usual: the cells themselves do not depend on it.
    """
    from xml.sax.saxutils import unescape

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            book = archive.read("xl/workbook.xml").decode()
            links = archive.read("xl/_rels/workbook.xml.rels").decode()
            tags = {unescape(found["name"], {"&quot;": '"'}): found["r:id"] for found in _tags(book, "sheet")}
            target = next(found["Target"] for found in _tags(links, "Relationship") if found["Id"] == tags[name])
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if archive.getinfo(path).file_size > _MOST_TEXT:
                return {}
            text = archive.read(path)
    except (zipfile.BadZipFile, zlib.error, KeyError, StopIteration, UnicodeError, NotImplementedError, RuntimeError):
        return {}
    counts: Counter[int] = Counter()
    for match in _CELL.finditer(text) if b"<f" in text else ():
        attributes, inside = match.groups()
        # A formula may have no text for its result: then it says that it is text.
        if b"<f" in inside and not re.search(rb"<v>[^<]", inside) and b't="str"' not in attributes:
            counts[_place(_COLUMN.search(attributes))] += 1
    return dict(counts)


def _tags(text: str, name: str) -> list[dict[str, str]]:
    """Return the attributes of all elements of one name in a small text of XML."""
    return [dict(re.findall(r'([\w:]+)="([^"]*)"', tag)) for tag in re.findall(rf"<{name}\b([^>]*)>", text)]


def _place(found: re.Match[bytes] | None) -> int:
    """Return the place of a column that a spreadsheet calls by letters; -1 where the cell does not name it."""
    place = 0
    for letter in found[1] if found else b"":
        place = place * 26 + letter - ord("A") + 1
    return place - 1


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
