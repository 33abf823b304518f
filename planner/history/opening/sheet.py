"""One table of cells, before anybody knows what it is.

A table of any kind of file is recognised by its first rows; of all its rows only the columns then needed are handed on,
for order lists hold names, phones and addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from planner.history.opening.sources import Blob
from planner.history.recognising.layouts import SEARCHED_ROWS

__all__ = ["HEAD_ROWS", "Row", "Sheet"]

HEAD_ROWS = SEARCHED_ROWS + 20


class Row(NamedTuple):
    """What is handed on of one row: its number in the file and the cells that were asked for, empty where it is short.

    Of its other cells only this is known: `length` is how many cells it has, blank ones beyond the header left out;
    `filled` is how many of them hold anything (in a parquet file: of those asked for); `written` counts the blank ones
    too, in a text; `open_at` is the place of a cell whose quote is never closed.
    """

    line: int
    cells: tuple[str, ...]
    length: int
    filled: int
    written: int = 0
    open_at: int | None = None


@dataclass
class Sheet:
    """One table of cells before anybody knows what it is.

    `head` holds its first rows. `rows` takes the places of the columns that are needed and the width of the header, and
    starts again from the top at each call. `size` is what it takes unpacked [bytes]; of a text or parquet file `blob`
    gives those bytes. Of a text `width` is how many cells most rows have, `usual` how many nearly all have, or 0.
    `title` is what a workbook calls the sheet, which it may hide; `unsolved` counts by column its formulas that are
    stored without a result.
    """

    name: str
    head: tuple[tuple[str, ...], ...]
    rows: Callable[[Sequence[int], int], Iterator[Row]]
    sha256: str
    encoding: str
    delimiter: str = ""
    size: int = 0
    blob: Blob | None = None
    width: int = 0
    usual: int = 0
    title: str = ""
    hidden: bool = False
    unsolved: Mapping[int, int] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The name of the file it is in."""
        return self.name.removesuffix(f"[{self.title}]") if self.title else self.name
