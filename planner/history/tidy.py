"""The tidy history every later stage works with."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.wording import Message

__all__ = ["History", "SourceFile"]


@dataclass(frozen=True)
class SourceFile:
    """A file that was read: its name, what it was taken for, its fingerprint and how many rows it gave."""

    name: str
    taken_for: str
    sha256: str
    rows_read: int
    rows_used: int


@dataclass(frozen=True, eq=False)
class History:
    """What happened, hour by hour.

    `table` is `tables.HISTORY`, sorted by hour and channel, times in the brief's zone; rows without a channel are the
    whole shop's. A number that was not measured is missing, never 0.
    """

    table: pd.DataFrame
    notes: tuple[Message, ...] = ()
    sources: tuple[SourceFile, ...] = ()
