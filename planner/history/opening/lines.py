"""From lines of text to the cells of rows; a quote that is never closed spoils its own line and no other.

A quoted cell may run over the end of a line. What it would swallow is looked at: a line that is by itself as wide as
the table is a row of its own, and the quote before it was left open.
"""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from planner.history.opening.sources import Unreadable

__all__ = ["Record", "cells_of_line", "records", "runs_over_lines", "sound_copy", "usual_widths"]

# A text in one cell may have paragraphs; no cell holds more lines than this.
_MOST_LINES = 200
_CHUNK = 2**24


class Record(NamedTuple):
    """A row of a text: the line it starts on, its cells, its lines as written.

    `open_at` is the place of a cell whose quote is never closed: then the cells are those of the bare line.
    """

    line: int
    cells: list[str]
    written: list[str]
    open_at: int | None = None


class _OpenQuoteError(Exception):
    """A quote is left open."""


class _Lines:
    """Lines for a reader of CSV, which stops where a row would swallow another one."""

    def __init__(self, text: Iterable[str], delimiter: str, width: int) -> None:
        self._text, self._back = iter(text), deque[str]()
        self._delimiter, self._width = delimiter, width
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._text, None)
        if line is None:
            if self.taken:
                raise _OpenQuoteError
            raise StopIteration
        if self.taken and (len(self.taken) >= _MOST_LINES or self._is_row(line)):
            self._back.appendleft(line)
            raise _OpenQuoteError
        self.taken.append(line)
        self.number += 1
        return line

    def give_back(self) -> str:
        """Return the first line of a row that was begun, and keep its other lines for later."""
        first, *others = self.taken
        self._back.extendleft(reversed(others))
        self.number -= len(others)
        self.taken = [first]
        return first

    def _is_row(self, line: str) -> bool:
        """Tell whether a line is by itself as wide as the table; one that closes a quote is not."""
        if self._width < 2 or line.count(self._delimiter) < self._width - 1:
            return False
        if line.count('"') % 2:
            # A line that opens a quote of its own closes none.
            cells = line.rstrip("\r\n").split(self._delimiter)
            return len(cells) == self._width and any(cell.count('"') % 2 and cell.startswith('"') for cell in cells)
        return len(cells_of_line(line, self._delimiter)) == self._width


def cells_of_line(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line by itself."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def usual_widths(lines: Iterable[str], delimiter: str) -> tuple[int, int]:
    """Return how many cells most lines have that have several, and how many that nearly all of them have; else 0."""
    counts = Counter(width for line in lines if (width := len(cells_of_line(line, delimiter))) > 1)
    if not counts:
        return 0, 0
    usual = max(counts, key=lambda width: (counts[width], width))
    return usual, usual if counts[usual] >= 0.8 * counts.total() else 0


def records(text: Iterable[str], delimiter: str, width: int) -> Iterator[Record]:
    """Yield the rows of a text.

    Parameters
    ----------
    text
        Its lines, with their ends.
    delimiter
        What stands between cells.
    width
        How many cells most of its rows have.

    Raises
    ------
    Unreadable
        A cell is longer than any that a table has.
    """
    source = _Lines(text, delimiter, width)
    reader = csv.reader(source, delimiter=delimiter)
    while True:
        source.taken, start = [], source.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (_OpenQuoteError, csv.Error) as error:
            first = source.give_back()
            if '"' not in first:
                raise Unreadable("broken_csv", line=start) from error
            bare = first.rstrip("\r\n").split(delimiter)
            yield Record(start, bare, [first], max(len(cells_of_line(first, delimiter)) - 1, 0))
        else:
            yield Record(start, cells, source.taken)


def runs_over_lines(path: Path) -> bool:
    """Tell whether the end of a line, or the file's, may stand within quotes: what a quick count of quotes can tell."""
    before = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            if before or b'"' in chunk:
                codes = np.frombuffer(chunk, dtype=np.uint8)
                quotes = np.flatnonzero(codes == ord('"'))
                ends = np.flatnonzero((codes == ord("\n")) | (codes == ord("\r")))
                if ((np.searchsorted(quotes, ends) + before) % 2).any():
                    return True
                before = (before + len(quotes)) % 2
    return before > 0


def sound_copy(path: Path, copy: Path, delimiter: str, width: int, header_row: int) -> list[Record]:
    """Write a UTF-8 text without the rows whose quote is left open, and return those below the header."""
    spoilt = []
    with (
        path.open(encoding="utf-8-sig", newline="") as text,
        copy.open("w", encoding="utf-8", newline="") as out,
    ):
        for index, record in enumerate(records(text, delimiter, width)):
            if record.open_at is None:
                out.writelines(record.written)
            elif index > header_row:
                spoilt.append(record)
            else:
                # Above the table rows are only counted.
                out.write(record.written[0].replace('"', ""))
    return spoilt
