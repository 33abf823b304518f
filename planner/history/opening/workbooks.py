"""From a workbook to cells: each cell the text that a person would have typed.

A formula is its stored result and is never evaluated. The reading is done by a process of its own, which is asked two
times: for the first rows of every sheet, by which it is recognised, then for the needed columns of one sheet, row by
row. Of all other cells it is only told how many hold anything.
"""

from __future__ import annotations

import contextlib
import errno
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

from planner.history.opening import workbook_process
from planner.history.opening.encodings import fingerprint
from planner.history.opening.sheet import HEAD_ROWS, Row, Sheet
from planner.history.opening.sources import Blob, Unreadable

__all__ = ["workbook_sheets"]

_PATIENCE = 300.0
_CHUNK = 2**20


def workbook_sheets(blob: Blob) -> Iterator[Sheet | tuple[str, Unreadable]]:
    """Yield the sheets of a workbook that hold anything.

    Raises
    ------
    Unreadable
        It is broken, protected by a password, or too large.
    """
    digest, _ = fingerprint(blob)
    found = list(_said(blob, {"head": HEAD_ROWS}))
    for entry in found:
        name = entry["sheet"]
        shown = f"{blob.name}[{name}]" if len(found) > 1 else blob.name
        if "fault" in entry:
            yield shown, Unreadable(entry["fault"])
        elif entry["filled"]:
            # The head is the sheet's alone from here on.
            head = tuple(map(tuple, entry.pop("head")))
            yield Sheet(
                shown,
                head,
                partial(_rows, blob, name),
                digest,
                "",
                title=name,
                hidden=bool(entry.get("hidden")),
                unsolved={int(place): count for place, count in entry.get("unsolved", {}).items()},
            )


def _rows(blob: Blob, name: str, places: Sequence[int], width: int) -> Iterator[Row]:
    """Yield the rows of a sheet, all of them as wide as its header."""
    for line, (filled, *cells) in enumerate(_said(blob, {"sheet": name, "places": list(places)}), start=1):
        yield Row(line, tuple(cells), width, filled)


def _said(blob: Blob, asked: Mapping[str, Any]) -> Iterator[Any]:
    """Yield, line by line, what the process that reads a workbook answers.

    Raises
    ------
    Unreadable
        It says so, or it breaks off.
    """
    command = [sys.executable, "-P", str(Path(workbook_process.__file__))]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process,
        _impatience(process),
    ):
        assert process.stdin is not None and process.stdout is not None
        _hand_over(blob, asked, process.stdin)
        for text in process.stdout:
            try:
                line = json.loads(text)
            except ValueError as error:
                # It was stopped in the middle of a line.
                raise Unreadable("broken_workbook") from error
            if isinstance(line, dict) and "sheet" not in line:
                raise Unreadable(line["fault"])
            yield line
        if process.wait():
            raise Unreadable("broken_workbook")


@contextlib.contextmanager
def _impatience(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Stop a process that takes too long, or whose answer nobody waits for any more."""
    clock = threading.Timer(_PATIENCE, process.kill)
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()
        process.kill()


def _hand_over(blob: Blob, asked: Mapping[str, Any], pipe: IO[bytes]) -> None:
    """Write what is asked and the workbook to a process; one that has ended already is told by its end."""
    with blob.open() as stream:
        chunk = json.dumps(asked).encode() + b"\n"
        try:
            with pipe:
                while chunk:
                    pipe.write(chunk)
                    chunk = stream.read(_CHUNK)
        except OSError as error:
            # Windows calls a broken pipe an invalid argument.
            if error.errno not in (errno.EPIPE, errno.EINVAL):
                raise
