"""Rows that are refused and rows that are dropped, kept small however many they are.

The first twenty refusals of a file are kept in full, the others are counted by kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from planner.history.notation.cells import hides_something
from planner.vocabulary.errors import Problem
from planner.vocabulary.wording import Message

__all__ = ["Refusal", "Remarks", "cell_text"]

_IN_FULL = 20


def cell_text(value: str) -> str:
    """Return a cell's text as a message shows it: one line, not too long."""
    shown = " ".join(value.split()) or '""'
    return shown if len(shown) <= 40 else shown[:37] + "..."


@dataclass(frozen=True)
class Refusal:
    """A row that cannot be used: where it is, the cell, and why (an entry ``why_...`` of the catalogue)."""

    line: int
    column: str
    value: str
    kind: str

    def message(self) -> Message:
        """Return what is wrong and what would be accepted."""
        values = {"column": self.column, "value": cell_text(self.value), "why": Message(f"history.why_{self.kind}")}
        return Message("history.cell", values)


@dataclass
class Remarks:
    """Everything to be said of one table while it is read; filled by the readers, read by nobody before the end.

    `sheet` is what a workbook calls the sheet.
    """

    source: str
    refusals: list[Refusal] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    first_left_out: int | None = None
    dropped: Counter[str] = field(default_factory=Counter)
    notes: list[Message] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sheet: str = ""

    @property
    def refused(self) -> int:
        """How many cells were refused."""
        return sum(self.counts.values())

    def refuse(self, line: int, column: str, value: str, kind: str, *, times: int = 1) -> None:
        """Refuse a row for one of its cells; `times` where only the number of such rows is known."""
        if len(self.refusals) < _IN_FULL:
            self.refusals.append(Refusal(line, column, value, kind))
            times_left = times - 1
        else:
            times_left = times
        self.counts[kind] += times
        if times_left and self.first_left_out is None:
            self.first_left_out = line

    def note_dashes(self, column: str, count: int) -> None:
        """Say how many dashes of a column were taken for none."""
        self.notes.append(Message("history.dash_is_none", {"where": self.source, "column": column, "count": count}))

    def note_unseen(self, column: str, texts: Iterable[str]) -> None:
        """Say how many of a column's different names had characters that nobody sees, which were taken out."""
        if count := sum(map(hides_something, texts)):
            values = {"where": self.source, "column": column, "count": count}
            self.notes.append(Message("history.unseen_taken_out", values))

    def _counted(self) -> Counter[str]:
        """Return by kind how many refusals are not kept in full."""
        return self.counts - Counter(refusal.kind for refusal in self.refusals)

    def as_problems(self) -> Iterator[Problem]:
        """Yield the refusals as problems of the file."""
        yield from self.problems
        for refusal in self.refusals:
            yield Problem(refusal.message(), self.source, refusal.line)
        if left := self._counted():
            yield Problem(_counts(left), self.source, self.first_left_out)

    def as_notes(self) -> Iterator[Message]:
        """Yield the refusals as notes, for a file that is usable without those rows."""
        for refusal in self.refusals:
            where = f"{self.source}:{refusal.line}"
            yield Message("history.row_left_out", {"where": where, "what": refusal.message()})
        if left := self._counted():
            yield Message("history.row_left_out", {"where": self.source, "what": _counts(left)})


def _counts(counts: Counter[str]) -> Message:
    """Return the sentence that counts refusals by kind."""
    message: Message | None = None
    for kind, count in counts.most_common():
        values = {"count": count, "why": Message(f"history.short_{kind}")}
        one = Message("history.count_one", values)
        message = one if message is None else Message("history.count_more", {"before": message, "one": one})
    return Message("history.and_more", {"count": counts.total(), "kinds": message})
