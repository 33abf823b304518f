"""What an executor is: it takes tables over and gives their rows, judged by the same rules, told in the same words.

There are two, one of this language for small tables (`in_memory`) and one with an engine for large ones
(`planner.history.large`). The same files are put to both by the tests; a third is one more file that keeps to this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from planner.history.gathering.one_table import TableReading
from planner.history.gathering.overlaps import Part
from planner.history.judging.refusals import Remarks
from planner.history.opening.sheet import Sheet
from planner.history.progress import Progress
from planner.history.recognising.layouts import Layout
from planner.history.settings import ReadingSettings
from planner.history.tidy import SourceFile, WrittenHistory
from planner.vocabulary.errors import Problem
from planner.vocabulary.wording import Message

__all__ = ["Executor", "Gathered", "Recognised", "is_stray"]


@dataclass(frozen=True)
class Recognised:
    """A table that is known, before its rows are read."""

    sheet: Sheet
    layout: Layout
    remarks: Remarks


@dataclass
class Gathered:
    """What the files gave: who reads them, what was read at once and is of use, and what is to be said."""

    executors: list[Executor] = field(default_factory=list)
    readings: list[TableReading] = field(default_factory=list)
    sources: list[SourceFile] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, name: str, message: Message, *, asked_for: bool) -> None:
        """Say that a file cannot be read: a problem where the user named it, a note where it was found on the way."""
        if asked_for:
            self.problems.append(Problem(message, name))
        else:
            self.notes.append(Message("history.file_left_out", {"where": name, "what": message}))

    def pass_over(self, reading: TableReading) -> None:
        """Note why a table is left out; of rows that were refused the first says it."""
        for problem in reading.remarks.problems or list(reading.remarks.as_problems())[:1]:
            self.refuse(problem.source, problem.message, asked_for=False)

    def settle(self, reading: TableReading) -> None:
        """Turn what is to be said of a table into problems or notes."""
        remarks, source = reading.remarks, reading.source
        if reading.fatal:
            self.problems += remarks.as_problems()
            return
        if source.encoding not in ("utf-8", ""):
            values = {"where": source.name, "encoding": source.encoding.upper()}
            self.notes.append(Message("history.encoding", values))
        self.notes += remarks.notes
        for kind, count in remarks.dropped.items():
            self.notes.append(Message(f"history.dropped_{kind}", {"where": source.name, "count": count}))
        self.notes += remarks.as_notes()

    def parts(self, executors: Sequence[Executor], settings: ReadingSettings, progress: Progress | None) -> list[Part]:
        """Return the rows of what was read at once, and of what some executors have set aside.

        Rows of a file with faults are among them, so that every problem is told at once.
        """
        for reading in self.readings:
            self.settle(reading)
            self.sources.append(reading.source)
        at_once = [reading.part for reading in self.readings if reading.part is not None]
        return at_once + [part for executor in executors for part in executor.parts(self, settings, progress)]


class Executor(Protocol):
    """Reads tables by the rules of `judging`."""

    def take(self, table: Recognised, settings: ReadingSettings) -> TableReading | None:
        """Return the reading of a table; None where it is set aside, to be read with others in `parts`."""

    def parts(self, gathered: Gathered, settings: ReadingSettings, progress: Progress | None) -> list[Part]:
        """Return the rows of the tables set aside; their sources, problems and notes are gathered."""

    def write(
        self, gathered: Gathered, out: Path, settings: ReadingSettings, progress: Progress | None
    ) -> WrittenHistory | None:
        """Write what all executors hold to a file, row by row; None where this one holds its rows in memory anyway.

        Raises
        ------
        InputError
            Problems were gathered.
        """


def is_stray(reading: TableReading, *, asked_for: bool) -> bool:
    """Tell whether a table is nothing to stop at: found on the way, and without a single row of use.

    A table in the tidy form was made for us, and is.
    """
    return reading.fatal and not asked_for and not reading.source.rows_used and reading.source.taken_for != "tidy"
