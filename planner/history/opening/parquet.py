"""From a parquet file to cells: numbers and moments as the text that a person would have typed.

Below the first rows only the columns that are needed are read from the file at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from planner.history.engine import literal, number_text, quoted
from planner.history.opening.encodings import fingerprint
from planner.history.opening.sheet import HEAD_ROWS, Row, Sheet
from planner.history.opening.sources import Blob, Unreadable

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
    head = tuple(_texts(blob.path, most=HEAD_ROWS - 1))
    with duckdb.connect() as connection:
        source = literal(str(blob.path))
        count = connection.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata({source})").fetchone()
    size = int(count[0] or 0) * _BYTES_A_ROW if count else 0
    return Sheet(blob.name, head, partial(_rows, blob.path), digest, "", size=size, blob=blob)


def number_columns(path: Path) -> frozenset[int]:
    """Return the places of a parquet file's columns that hold numbers."""
    import duckdb

    with duckdb.connect() as connection:
        columns = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(str(path))})").fetchall()
    return frozenset(place for place, column in enumerate(columns) if str(column[1]).startswith(_NUMBERS))


def _rows(path: Path, places: Sequence[int], width: int) -> Iterator[Row]:
    """Yield the needed cells of a parquet file's header and rows."""
    for line, cells in enumerate(_texts(path, places), start=1):
        yield Row(line, cells, width, len(cells) - cells.count(""))


def _texts(path: Path, places: Sequence[int] | None = None, most: int | None = None) -> Iterator[tuple[str, ...]]:
    """Yield the columns' names and then the rows as text; of all columns, or of those at some places.

    Raises
    ------
    Unreadable
        The file is broken, maybe only far down.
    """
    import duckdb

    try:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            source = f"read_parquet({literal(str(path))})"
            names = [str(column[0]) for column in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
            places = range(len(names)) if places is None else places
            yield tuple(names[place] for place in places)
            typed = number_columns(path)
            texts = ", ".join(
                number_text(quoted(names[place])) if place in typed else f"CAST({quoted(names[place])} AS VARCHAR)"
                for place in places
            )
            connection.execute(f"SELECT {texts} FROM {source}" + ("" if most is None else f" LIMIT {most}"))
            while batch := connection.fetchmany(_BATCH):
                for row in batch:
                    yield tuple(["" if cell is None else str(cell) for cell in row])
    except duckdb.Error as error:
        raise Unreadable("broken_parquet") from error
