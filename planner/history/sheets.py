"""From bytes to cells: text files and workbooks as rows of text, whatever their encoding and delimiter.

An encoding is settled by the whole file, never by its header. A cell of a workbook becomes the text that a person
would have typed; a formula is its stored result and is never evaluated.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from planner.history.sources import Blob, Unreadable

__all__ = ["HEAD_ROWS", "Sheet", "TextForm", "open_sheets", "text_form"]

HEAD_ROWS = 60
_CHUNK = 2**20
_DELIMITERS = (",", "\t", ";", "|")
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<body", b"<meta")


@dataclass(frozen=True)
class TextForm:
    """What a text file is written in: its encoding, delimiter, fingerprint and size."""

    encoding: str
    sha256: str
    size: int
    delimiter: str = ","


@dataclass(frozen=True)
class Sheet:
    """One table of cells before anybody knows what it is.

    `head` holds its first rows; `rows` starts again from the top at each call and yields a row's number in the file
    with its cells.
    """

    name: str
    head: tuple[tuple[str, ...], ...]
    rows: Callable[[], Iterator[tuple[int, Sequence[str]]]]
    sha256: str
    encoding: str
    delimiter: str = ""


def text_form(blob: Blob, encoding: str | None = None) -> TextForm:
    """Return what a text file is written in, judged by the whole of it.

    Parameters
    ----------
    blob
        The file.
    encoding
        The encoding the user says it has.

    Raises
    ------
    Unreadable
        It is no text in any encoding that is tried.
    """
    digest, size = hashlib.sha256(), 0
    start = blob.start(4)
    candidates = [encoding] if encoding else _by_mark(start) or ["utf-8", "gb18030"]
    decoders = {name: codecs.getincrementaldecoder(name)("strict") for name in candidates}
    nulls = [0, 0]
    with blob.open() as stream:
        while True:
            chunk = stream.read(_CHUNK)
            digest.update(chunk)
            for name in list(decoders):
                try:
                    decoders[name].decode(chunk, final=not chunk)
                except UnicodeDecodeError:
                    del decoders[name]
            if size < 2**16:
                nulls[0] += chunk[0 : 2**16 : 2].count(0)
                nulls[1] += chunk[1 : 2**16 : 2].count(0)
            size += len(chunk)
            if not chunk:
                break
    if sum(nulls) and not encoding and not start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # UTF-16 without its mark: every second byte of plain text is 0.
        wide = "utf-16-le" if nulls[1] > 10 * nulls[0] else "utf-16-be" if nulls[0] > 10 * nulls[1] else None
        if wide is None:
            raise Unreadable("binary")
        return replace(text_form(blob, wide), encoding=wide)
    if not decoders:
        raise Unreadable("wrong_encoding", encoding=encoding) if encoding else Unreadable("no_encoding")
    return TextForm(next(iter(decoders)), digest.hexdigest(), size)


def _by_mark(start: bytes) -> list[str]:
    """Return the encoding that a byte order mark names."""
    if start.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    return []


def open_sheets(blob: Blob, encoding: str | None = None) -> Iterator[Sheet | tuple[str, Unreadable]]:
    """Yield the tables of a file: one of a text file, one for each sheet of a workbook.

    Raises
    ------
    Unreadable
        The file is empty or not what it claims to be.
    """
    start = blob.start()
    if not start.strip():
        raise Unreadable("empty")
    if start.startswith((b"\xd0\xcf\x11\xe0", b"PK\x03\x04")):
        yield from _workbook(blob)
        return
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise Unreadable("markup")
    if start.startswith((b"%PDF", b"\x89PNG", b"Rar!", b"7z\xbc\xaf")):
        raise Unreadable("binary")
    form = text_form(blob, encoding)
    heads = {delimiter: _head(blob, replace(form, delimiter=delimiter)) for delimiter in _DELIMITERS}
    # The delimiter that splits most rows into most cells: a preamble has few of any.
    delimiter = max(_DELIMITERS, key=lambda mark: sum(len(row) - 1 for row in heads[mark]))
    form = replace(form, delimiter=delimiter)
    if not heads[delimiter]:
        raise Unreadable("empty")
    yield Sheet(blob.name, heads[delimiter], lambda: _text_rows(blob, form), form.sha256, form.encoding, delimiter)


def _head(blob: Blob, form: TextForm) -> tuple[tuple[str, ...], ...]:
    """Return the first rows of a text file."""
    rows: list[tuple[str, ...]] = []
    for _, cells in _text_rows(blob, form):
        rows.append(tuple(cells))
        if len(rows) >= HEAD_ROWS:
            break
    return tuple(rows)


def _text_rows(blob: Blob, form: TextForm) -> Iterator[tuple[int, list[str]]]:
    """Yield a text file's rows with their line numbers."""
    with blob.open() as stream, io.TextIOWrapper(stream, encoding=form.encoding, newline="") as text:
        reader = csv.reader(text, delimiter=form.delimiter)
        before = 0
        try:
            for cells in reader:
                # A row is named by the line it starts on.
                yield before + 1, cells
                before = reader.line_num
        except csv.Error as error:
            raise Unreadable("broken_csv", line=before + 1) from error


def _workbook(blob: Blob) -> Iterator[Sheet | tuple[str, Unreadable]]:
    """Yield the sheets of a workbook."""
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
