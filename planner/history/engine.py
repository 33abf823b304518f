"""Large files through DuckDB: the same rules, asked once for each distinct text that is not a plain number.

The engine scans, joins and adds up; what a cell means stays with `cells`, what a header means with `dialects`. The
texts of hours and channels and the odd numbers of a file are few, however many its rows: they are put to the rules,
and the engine joins the answers to the rows. Memory is bounded; what does not fit is spilled to a folder that is
removed.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd

from planner.history.progress import Progress

__all__ = ["MEMORY_MEGABYTES", "Engine", "Scan", "literal", "number_text", "parquet_scan", "quoted", "text_scan"]

MEMORY_MEGABYTES = 1_100
_POLL_SECONDS = 0.2


def quoted(name: str) -> str:
    """Return a name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def number_text(column: str) -> str:
    """Return the SQL for a number as a person writes it: 12345, not 12345.0, which a column with gaps would make it."""
    whole = f"{column} = trunc({column}) AND abs({column}) < 1e15"
    return (
        f"CASE WHEN isnan({column}) THEN NULL WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) "
        f"ELSE CAST({column} AS VARCHAR) END"
    )


@dataclass(frozen=True)
class Scan:
    """A large table as the engine sees it, its columns called ``c0``, ``c1`` and so on.

    `sql` reads it; `first_sql` too, and keeps apart the rows that do not fit the header. `typed` holds the places of
    the columns that are numbers already, in a parquet file; `marked` those whose point may stand between
    thousands.
    """

    sql: str
    first_sql: str
    typed: frozenset[int] = frozenset()
    marked: frozenset[int] = frozenset()

    def where(self, condition: str) -> Scan:
        """Return the scan of the rows for which a condition holds; which rows do not fit is not told again."""
        sql = f"(SELECT * FROM {self.sql} WHERE {condition})"
        return Scan(sql, sql, self.typed)

    def text(self, place: int) -> str:
        """Return the SQL for a column's text, empty where nothing is written."""
        column = f"c{place}"
        return f"coalesce({number_text(column) if place in self.typed else column}, '')"

    def is_plain(self, place: int) -> str:
        """Return the SQL that tells whether a cell is a plain number, or empty, which needs no rule."""
        column = f"c{place}"
        if place in self.typed:
            return f"({column} IS NULL OR isnan({column}) OR ({column} >= 0 AND isfinite({column})))"
        number = "[0-9]+" if place in self.marked else "[0-9]+([.][0-9]+)?"
        return f"({column} IS NULL OR {column} = '' OR regexp_full_match({column}, '{number}'))"

    def value(self, place: int) -> str:
        """Return the SQL for a plain cell's number."""
        column = f"c{place}"
        if place in self.typed:
            return f"CASE WHEN NOT isnan({column}) THEN CAST({column} AS DOUBLE) END"
        return f"TRY_CAST({column} AS DOUBLE)"


def text_scan(path: Path, *, delimiter: str, header_row: int, width: int, parallel: bool = True) -> Scan:
    """Return the scan of a UTF-8 text file; where quoted cells run over lines, one thread has to read it."""
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
    sql = (
        f"read_csv({literal(str(path))}, columns={{{columns}}}, header=false, skip={header_row + 1}, "
        f"auto_detect=false, compression='none', delim={literal(delimiter)}, quote='\"', escape='\"', "
        # What a short row lacks is NULL, and an empty cell is empty: no file holds this text.
        f"null_padding=true, ignore_errors=true, nullstr='\x01', parallel={str(parallel).lower()}"
    )
    return Scan(f"{sql})", f"{sql}, store_rejects=true, rejects_limit=0)")


def parquet_scan(path: Path, names: Sequence[str], typed: frozenset[int]) -> Scan:
    """Return the scan of a parquet file with these columns, of which `typed` are numbers."""
    columns = ", ".join(
        f"{quoted(name)} AS c{place}" if place in typed else f"CAST({quoted(name)} AS VARCHAR) AS c{place}"
        for place, name in enumerate(names)
    )
    sql = f"(SELECT {columns} FROM read_parquet({literal(str(path))}))"
    return Scan(sql, sql, typed)


class Engine:
    """A DuckDB connection with bounded memory; a context manager that leaves nothing behind."""

    def __init__(self, progress: Progress | None = None) -> None:
        self._progress = progress

    def __enter__(self) -> Engine:
        import duckdb

        self._folder = tempfile.TemporaryDirectory(prefix="planner-")
        self.folder = Path(self._folder.name)
        settings: dict[str, Any] = {
            "memory_limit": f"{MEMORY_MEGABYTES}MB",
            "temp_directory": str(self.folder / "spill"),
            "preserve_insertion_order": False,
        }
        self._connection = duckdb.connect(config=settings)
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._folder.cleanup()

    def run(self, sql: str, step: str = "work") -> None:
        """Run a statement, telling how far it is."""
        if self._progress is None:
            self._connection.execute(sql)
            return
        failed: list[BaseException] = []

        def work() -> None:
            try:
                self._connection.execute(sql)
            except BaseException as error:
                failed.append(error)

        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        while worker.is_alive():
            worker.join(_POLL_SECONDS)
            share = self._connection.query_progress()
            self._progress(step, max(0.0, min(share, 100.0)) / 100.0)
        self._progress(step, 1.0)
        if failed:
            raise failed[0]

    def run_in_order(self, sql: str, step: str = "work") -> None:
        """Run a statement that numbers rows: one thread reads them in the file's order."""
        self.run("SET threads = 1; SET preserve_insertion_order = true")
        self.run(sql, step)
        self.run("RESET threads; SET preserve_insertion_order = false")

    def copy(self, sql: str, step: str) -> int:
        """Run a statement that writes rows, and return how many."""
        self.run(sql, step)
        found = self._connection.fetchone()
        return int(found[0]) if found else 0

    def frame(self, sql: str, step: str = "work") -> pd.DataFrame:
        """Return what a query finds."""
        self.run(f"CREATE OR REPLACE TEMP TABLE found AS {sql}", step)
        return self._connection.execute("SELECT * FROM found").df()

    def table(self, name: str, frame: pd.DataFrame) -> None:
        """Give the engine a small frame as a table."""
        self._connection.register("handed_over", frame)
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT * FROM handed_over")
        self._connection.unregister("handed_over")
