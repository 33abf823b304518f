"""From bytes to cells: text files as rows of text, whatever their encoding and delimiter."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from planner.history.opening.encodings import TextForm, text_form
from planner.history.opening.lines import Record, records, usual_widths
from planner.history.opening.sheet import HEAD_ROWS, Row, Sheet
from planner.history.opening.sources import Blob, Unreadable
from planner.history.recognising.dialects import known_headers

__all__ = ["text_sheet"]

_DELIMITERS = (",", "\t", ";", "|")


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
