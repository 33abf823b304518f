"""From a workbook to cells: each cell the text that a person would have typed.

A formula is its stored result and is never evaluated. The reading is done by a process of its own.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from planner.history import workbook_process
from planner.history.sheets import HEAD_ROWS, Sheet
from planner.history.sources import Blob, Unreadable

__all__ = ["workbook_sheets"]

_PATIENCE = 300.0


def workbook_sheets(blob: Blob) -> Iterator[Sheet | tuple[str, Unreadable]]:
    """Yield the sheets of a workbook that hold anything.

    Raises
    ------
    Unreadable
        It is broken, protected by a password, or too large.
    """
    with blob.open() as stream:
        content = stream.read()
    # An encrypted xlsx lies in an OLE container, in a stream of this name.
    if content.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable("password")
    digest = hashlib.sha256(content).hexdigest()
    sheets: dict[str, list[tuple[str, ...]] | Unreadable] = {}
    name = ""
    for line in _lines(content):
        if isinstance(line, list):
            rows = sheets[name]
            if isinstance(rows, list):
                rows.append(tuple(line))
        elif "sheet" in line:
            name = line["sheet"]
            sheets[name] = []
        elif line["fault"] == "sheet_too_wide":
            sheets[name] = Unreadable("sheet_too_wide")
        else:
            raise Unreadable(line["fault"])
    for name, found in sheets.items():
        shown = f"{blob.name}[{name}]" if len(sheets) > 1 else blob.name
        if isinstance(found, Unreadable):
            yield shown, found
        elif any(any(row) for row in found):
            yield Sheet(shown, tuple(found[:HEAD_ROWS]), partial(_numbered, found), digest, "")


def _lines(content: bytes) -> Iterator[dict[str, str] | list[str]]:
    """Yield what the process that reads a workbook says of it."""
    command = [sys.executable, "-P", str(Path(workbook_process.__file__))]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired as error:
        raise Unreadable("broken_workbook") from error
    if done.returncode:
        raise Unreadable("broken_workbook")
    for line in done.stdout.splitlines():
        yield json.loads(line)


def _numbered(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield rows with their numbers in the sheet."""
    return iter(enumerate(rows, start=1))
