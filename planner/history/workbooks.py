"""From a workbook to cells: each cell the text that a person would have typed.

A formula is its stored result and is never evaluated.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from functools import partial

from planner.history.sheets import HEAD_ROWS, Sheet
from planner.history.sources import Blob, Unreadable

__all__ = ["workbook_sheets"]


def workbook_sheets(blob: Blob) -> Iterator[Sheet | tuple[str, Unreadable]]:
    """Yield the sheets of a workbook that hold anything.

    Raises
    ------
    Unreadable
        It is broken or protected by a password.
    """
    import python_calamine

    with blob.open() as stream:
        content = stream.read()
    # An encrypted xlsx lies in an OLE container, in a stream of this name.
    if content.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable("password")
    digest = hashlib.sha256(content).hexdigest()
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [entry.name for entry in book.sheets_metadata if "WorkSheet" in str(entry.typ)]
    except python_calamine.PasswordError as error:
        raise Unreadable("password") from error
    except (python_calamine.CalamineError, OSError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise Unreadable("broken_workbook") from error
    for name in names:
        shown = f"{blob.name}[{name}]" if len(names) > 1 else blob.name
        try:
            values = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except (python_calamine.CalamineError, OSError, ValueError) as error:
            yield shown, Unreadable("broken_workbook")
            del error
            continue
        rows = [tuple(_text_of(value) for value in row) for row in values]
        if any(any(row) for row in rows):
            yield Sheet(shown, tuple(rows[:HEAD_ROWS]), partial(_numbered, rows), digest, "")


def _numbered(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield rows with their numbers in the sheet."""
    return iter(enumerate(rows, start=1))


def _text_of(value: object) -> str:
    """Return a workbook's cell as a person would have typed it."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        # A stored fraction of a day is off by microseconds.
        return (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0).isoformat(" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return str(value)
    return str(value)
