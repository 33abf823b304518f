"""The tidy history every later stage works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from planner.vocabulary.wording import Message, Text

__all__ = ["OTHERS", "History", "SourceFile", "WrittenHistory"]

# The campaign of rows that hold together all campaigns of a channel which do not stand alone. Without any name (None) a
# row is of a channel that was not divided, or of what its file has no name for.
OTHERS = ""


@dataclass(frozen=True)
class SourceFile:
    """A file that was read: its name, what it was taken for, its fingerprint and what became of its rows.

    `dropped` counts rows by reason (blank, total, header, ...), `refused` those with a cell that could not be read;
    `first` and `last` are its first and last hour (ISO 8601), `columns` our names with the file's own headers.
    `growing_days` is for how many days the platform goes on booking orders to a click.
    """

    name: str
    taken_for: str
    sha256: str
    rows_read: int
    rows_used: int
    label: Text | None = None
    encoding: str = ""
    first: str = ""
    last: str = ""
    dropped: Mapping[str, int] = field(default_factory=dict)
    refused: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    growing_days: int = 0
    sure: bool = True


@dataclass(frozen=True, eq=False)
class History:
    """What happened, hour by hour.

    `table` is `tables.HISTORY`, sorted by hour and channel, times in the brief's zone; rows without a channel are the
    whole shop's. A number that was not measured is missing, never 0. Orders of clicks from `growing_since` on are not
    all in yet; None where they are.
    """

    table: pd.DataFrame
    notes: tuple[Message, ...] = ()
    sources: tuple[SourceFile, ...] = ()
    growing_since: pd.Timestamp | None = None

    def __repr__(self) -> str:
        """Return what it spans, in a line: the table itself is for `table`."""
        parts = [f"{len(self.table):,} rows"]
        if len(self.table):
            parts += [f"{self.table['hour'].min():%Y-%m-%d %H:%M} to {self.table['hour'].max():%Y-%m-%d %H:%M}"]
            parts += [f"channels: {', '.join(map(str, self.table['channel'].dropna().unique())) or 'none'}"]
        parts += [f"{len(self.sources)} files", f"{len(self.notes)} notes"]
        return f"<History: {'; '.join(parts)}>"


@dataclass(frozen=True)
class WrittenHistory:
    """What was written: how many rows, from which files, and what was decided on the way."""

    rows: int
    sources: tuple[SourceFile, ...]
    notes: tuple[Message, ...]
