"""From bytes to cells: text files as rows of text, whatever their encoding and delimiter.

An encoding is settled by the whole file, never by its header. A table of any kind of file is recognised by its first
rows; of all its rows only the columns then needed are handed on, for order lists hold names, phones and addresses.
"""

from __future__ import annotations

import codecs
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import NamedTuple

from planner.history.opening.lines import Record, records, usual_widths
from planner.history.opening.sources import Blob, Unreadable
from planner.history.recognising.dialects import known_headers
from planner.history.recognising.layouts import SEARCHED_ROWS

__all__ = ["HEAD_ROWS", "Row", "Sheet", "TextForm", "fingerprint", "text_form", "text_sheet"]

HEAD_ROWS = SEARCHED_ROWS + 20
_CHUNK = 2**20
_DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True)
class TextForm:
    """What a text file is written in: its encoding, fingerprint and size, its delimiter and the cells of most rows."""

    encoding: str
    sha256: str
    size: int
    delimiter: str = ","
    width: int = 0


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


def text_form(blob: Blob, encoding: str | None = None) -> TextForm:
    """Return what a text file is written in, judged by the whole of it.

    Parameters
    ----------
    blob
        The file.
    encoding
        The encoding the user says it has; a byte order mark speaks for itself.

    Raises
    ------
    Unreadable
        It is no text in any encoding that is tried.
    """
    start = blob.start(2**16)
    marked = _by_mark(start)
    wide = not encoding and not marked and b"\0" in start
    if wide:
        marked = [_by_nulls(start)]
    digest, size = fingerprint(blob)
    for name in [*marked, encoding] if encoding else marked or ["utf-8", "gb18030"]:
        if _decodes(blob, name):
            return TextForm(name, digest, size)
    if encoding:
        raise Unreadable("wrong_encoding", encoding=encoding)
    raise Unreadable("binary" if wide else "no_encoding")


def fingerprint(blob: Blob) -> tuple[str, int]:
    """Return a file's SHA-256 and its size, unpacked."""
    digest, size = hashlib.sha256(), 0
    with blob.open() as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _decodes(blob: Blob, encoding: str) -> bool:
    """Tell whether the whole of a file is text in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with blob.open() as stream:
        try:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
    return True


def _by_nulls(start: bytes) -> str:
    """Return which UTF-16 a text without its mark is in: every second byte of plain text is 0."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if odd > 10 * even:
        return "utf-16-le"
    if even > 10 * odd:
        return "utf-16-be"
    raise Unreadable("binary")


def _by_mark(start: bytes) -> list[str]:
    """Return the encoding that a byte order mark names."""
    if start.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    return []


def text_sheet(blob: Blob, encoding: str | None = None) -> Sheet:
    """Return the table of a text file.

    Raises
    ------
    Unreadable
        It is no text, or holds no row.
    """
    form = text_form(blob, encoding)
    lines = _first_lines(blob, form)
    widths = {mark: usual_widths(lines, mark) for mark in _DELIMITERS}
    forms = {mark: replace(form, delimiter=mark, width=widths[mark][0]) for mark in _DELIMITERS}
    heads = {mark: _head(blob, forms[mark]) for mark in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda mark: _fit(heads[mark], widths[mark][0]))
    form, head = forms[delimiter], heads[delimiter]
    if not any(any(cell.strip() for cell in row) for row in head):
        raise Unreadable("empty")
    rows, (width, usual) = partial(_needed_rows, blob, form), widths[delimiter]
    return Sheet(blob.name, head, rows, form.sha256, form.encoding, delimiter, form.size, blob, width, usual)


def _fit(head: Sequence[Sequence[str]], width: int) -> tuple[int, int, int]:
    """Return how well a delimiter splits the first rows: known headers in one, rows of one width, that width.

    Most cells would be too little to ask: thousands commas split a table with tabs into more.
    """
    known = max(map(known_headers, head), default=0)
    return known if known > 1 else 0, sum(len(row) == width for row in head), width


def _first_lines(blob: Blob, form: TextForm) -> list[str]:
    """Return the first lines of a text file."""
    with blob.open() as stream, io.TextIOWrapper(stream, encoding=form.encoding, newline="") as text:
        return list(islice(text, HEAD_ROWS))


def _head(blob: Blob, form: TextForm) -> tuple[tuple[str, ...], ...]:
    """Return the first rows of a text file."""
    return tuple(tuple(record.cells) for record in islice(_text_rows(blob, form), HEAD_ROWS))


def _needed_rows(blob: Blob, form: TextForm, places: Sequence[int], width: int) -> Iterator[Row]:
    """Yield the needed cells of a text file's rows."""
    for line, cells, _, open_at in _text_rows(blob, form):
        length = written = len(cells)
        if length < width:
            cells += [""] * (width - length)
        elif not any(cell.strip() for cell in cells[width:]):
            length = width
        filled = len(cells) - cells.count("")
        yield Row(line, tuple([cells[place] for place in places]), length, filled, written, open_at)


def _text_rows(blob: Blob, form: TextForm) -> Iterator[Record]:
    """Yield a text file's rows."""
    with blob.open() as stream, io.TextIOWrapper(stream, encoding=form.encoding, newline="") as text:
        yield from records(text, form.delimiter, form.width)
