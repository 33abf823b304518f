"""What a file is, by its first bytes, and the tables it holds; a name says nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from planner.history.opening.sheet import Sheet
from planner.history.opening.sources import Blob, Unreadable
from planner.history.opening.text_files import text_sheet

__all__ = ["open_sheets"]

_WORKBOOK = (b"\xd0\xcf\x11\xe0", b"PK\x03\x04")
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff|\s)*<[!?a-z]", re.IGNORECASE)
_NO_TABLE = (b"%PDF", b"\x89PNG", b"Rar!", b"7z\xbc\xaf", b"\xff\xd8\xff", b"GIF8")


def open_sheets(blob: Blob, encoding: str | None = None) -> Iterator[Sheet | tuple[str, Unreadable]]:
    """Yield the tables of a file: one of a text or parquet file, one for each sheet of a workbook.

    Raises
    ------
    Unreadable
        The file is empty or not what it claims to be.
    """
    start = blob.start()
    if not start.strip():
        raise Unreadable("empty")
    if start.startswith(_WORKBOOK):
        from planner.history.opening.workbooks import workbook_sheets

        yield from workbook_sheets(blob)
    elif start.startswith(b"PAR1"):
        from planner.history.opening.parquet import parquet_sheet

        yield parquet_sheet(blob)
    elif _MARKUP.match(start.replace(b"\0", b"")):
        # In UTF-16 every second byte of it is 0.
        raise Unreadable("markup")
    elif start.startswith(_NO_TABLE):
        raise Unreadable("binary")
    else:
        yield text_sheet(blob, encoding)
