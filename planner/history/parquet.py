"""From a parquet file to cells: numbers and moments as the text that a person would have typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from planner.history.columnar import literal, quoted
from planner.history.sheets import HEAD_ROWS, Sheet, fingerprint
from planner.history.sources import Blob, Unreadable

__all__ = ["number_columns", "parquet_sheet"]

_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
)
_BATCH = 10_000
# What a row of text takes, about: a parquet file is large by its rows, not by its packed size.
_BYTES_A_ROW = 80


def parquet_sheet(blob: Blob) -> Sheet:
    """Return the table of a parquet file.

    Raises
    ------
    Unreadable
        It is broken, or packed inside another file.
    """
    import duckdb

    if blob.path is None:
        raise Unreadable("parquet_packed")
    digest, _ = fingerprint(blob)
    try:
        with duckdb.connect() as connection:
            source = literal(str(blob.path))
            count = connection.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata({source})").fetchone()
        rows = partial(_rows, blob.path)
        head = tuple(tuple(cells) for _, cells in zip(range(HEAD_ROWS), (cells for _, cells in rows()), strict=False))
    except duckdb.Error as error:
        raise Unreadable("broken_parquet") from error
    return Sheet(blob.name, head, rows, digest, "", size=int(count[0] or 0) * _BYTES_A_ROW if count else 0, blob=blob)


def number_columns(path: Path) -> frozenset[int]:
    """Return the places of a parquet file's columns that hold numbers."""
    import duckdb

    with duckdb.connect() as connection:
        columns = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(str(path))})").fetchall()
    return frozenset(place for place, column in enumerate(columns) if str(column[1]).startswith(_NUMBERS))


def _rows(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the header and the rows of a parquet file as text; row 1 is the header."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        source = f"read_parquet({literal(str(path))})"
        names = [str(column[0]) for column in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        yield 1, names
        typed = number_columns(path)
        texts = ", ".join(
            f"CASE WHEN isnan({quoted(name)}) THEN NULL ELSE CAST({quoted(name)} AS VARCHAR) END"
            if place in typed
            else f"CAST({quoted(name)} AS VARCHAR)"
            for place, name in enumerate(names)
        )
        connection.execute(f"SELECT {texts} FROM {source}")
        line = 1
        while batch := connection.fetchmany(_BATCH):
            for row in batch:
                line += 1
                yield line, ["" if cell is None else str(cell) for cell in row]
