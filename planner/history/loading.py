"""From paths to one tidy history, in memory or written to a file; every problem in one raise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from planner.brief import Brief
from planner.history.all_files import gather
from planner.history.campaigns import without_small
from planner.history.gathering.executor import Gathered
from planner.history.gathering.overlaps import Part, combine
from planner.history.gathering.tidy_form import growing_since, in_order
from planner.history.gathering.totals import without_sum_channel
from planner.history.inspection import gap_notes
from planner.history.progress import Progress
from planner.history.settings import ReadingSettings, settings_of
from planner.history.tidy import History
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Message

__all__ = ["load_history", "read_gathered", "read_history"]


def load_history(
    paths: str | Path | Sequence[str | Path],
    brief: Brief,
    *,
    campaigns: bool | None = None,
    progress: Progress | None = None,
) -> History:
    """Read everything the seller has into one tidy history.

    Parameters
    ----------
    paths
        Files, folders and globs, or one of them: CSV, TSV, xls, xlsx, parquet, plain or in zip and gz.
    brief
        The brief the history is for: its zone, its channels' names, the seller's own headers, the encoding.
    campaigns
        Whether campaigns are carried through or added up by channel; by default those that the brief plans one by one
        are carried through.
    progress
        Told, while a large file is read, the step and the share done.

    Raises
    ------
    InputError
        Files that cannot be read, contradicting rows, or too little left to plan on.

    Examples
    --------
    >>> import planner
    >>> shop = planner.example_folder()
    >>> brief = planner.load_brief(shop / "brief.toml")
    >>> history = planner.load_history(shop / "history.csv", brief)
    >>> sorted(history.table["channel"].unique())
    ['feed', 'retarget', 'search']
    """
    paths = [paths] if isinstance(paths, str | Path) else paths
    return read_history(paths, settings_of(brief, campaigns=campaigns), progress=progress)


def read_history(
    paths: Sequence[str | Path], settings: ReadingSettings, *, progress: Progress | None = None
) -> History:
    """Read files into one tidy history, told how by settings instead of a brief.

    Raises
    ------
    InputError
        As `load_history`.
    """
    return read_gathered(gather(paths, settings), settings, progress=progress)


def read_gathered(gathered: Gathered, settings: ReadingSettings, *, progress: Progress | None = None) -> History:
    """Return the history that tables already found give together.

    Raises
    ------
    InputError
        As `load_history`.
    """
    return _combined(gathered.parts(gathered.executors, settings, progress), gathered, settings)


def _combined(parts: Sequence[Part], gathered: Gathered, settings: ReadingSettings) -> History:
    """Return the history that the tables give together."""
    if not parts:
        raise InputError(gathered.problems or _nothing_left(gathered))
    table, decided, contradictions = combine(parts, settings.zone, campaigns=settings.campaigns)
    problems = [*gathered.problems, *contradictions]
    if problems:
        raise InputError(problems)
    table, joined = without_small(table, settings.choice, settings.zone)
    table, sums = without_sum_channel(in_order(table, settings))
    notes = (*gathered.notes, *decided, *joined, *sums, *gap_notes(table))
    return History(table, notes, tuple(gathered.sources), growing_since(gathered.sources, settings))


def _nothing_left(gathered: Gathered) -> list[Problem]:
    """Return the problems of files that all were passed over."""
    left_out = [dict(vars(note)["values"]) for note in gathered.notes if note.key == "history.file_left_out"]
    nothing = Problem(Message("history.nothing_left"))
    return [Problem(entry["what"], entry["where"]) for entry in left_out] or [nothing]
