"""What a plan would change in the schedule that is in an ad tool now, hour by hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from planner.outputs.adtools.export import export_plan, find_tool
from planner.outputs.adtools.grid import usual_percent
from planner.outputs.adtools.reading import clock, decode_schedule
from planner.outputs.adtools.series import plan_series
from planner.outputs.adtools.tool import Sheet
from planner.plan import Plan
from planner.vocabulary.characters import cleaned, is_seen
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Message

__all__ = ["read_schedule", "schedule_changes"]


def read_schedule(path: Path, target: str) -> list[Sheet]:
    """Return the schedules that a file holds in one of a tool's forms, the one of its ending first.

    Characters that nobody sees are taken out of the campaigns' names.

    Raises
    ------
    InputError
        No such tool or file, or everything that is wrong in it with its line and column.
    """
    forms = find_tool(target).forms
    try:
        text = decode_schedule(path.read_bytes())
    except OSError as error:
        key = "input.no_file" if isinstance(error, FileNotFoundError) else "input.unreadable"
        raise InputError([Problem(Message(key, {"why": error.strerror or error}), str(path))]) from error
    form = next((form for form in forms if path.suffix == f".{form.extension}"), forms[0])
    sheets = form.parse(text, str(path))
    return [sheet if is_seen(sheet.name) else replace(sheet, name=cleaned(sheet.name), mended=True) for sheet in sheets]


def schedule_changes(plan: Plan, target: str, now: Sequence[Sheet], *, channels: Sequence[str] = ()) -> pd.DataFrame:
    """Return where the export of a plan differs from the schedule that is in the tool now.

    Parameters
    ----------
    plan
        What was planned.
    target
        The ad tool.
    now
        What `read_schedule` found. A schedule without a name is compared with every campaign.
    channels
        Which to compare; all that `now` has if empty.

    Returns
    -------
    pandas.DataFrame
        A row for every run of slots that changes: ``campaign``, ``period`` (of several sheets; empty where there is
        one), ``day``, ``start``, ``end`` (clock times), ``percent_now``, ``percent_plan`` (0 is off) and ``base``,
        what 100 % stands for in the plan. [currency]

    Raises
    ------
    InputError
        Whatever `export_plan` refuses, or the file and the plan have no campaign in common.
    """
    old = {sheet.name: sheet for sheet in now}
    known = [one for one in plan_series(plan) if not channels or one.channel in channels]
    named = known if "" in old or not known else [one for one in known if one.name in old]
    if known and not named:
        values = {"found": ", ".join(old) or "–", "names": ", ".join(one.name for one in known)}
        raise InputError([Problem(Message("adtools.none_in_common", values))])
    made = export_plan(
        plan,
        target,
        channels=list(dict.fromkeys(one.channel for one in named)) or channels,
        campaigns=[one.campaign for one in named if one.campaign],
        restore=old,
    )
    rows = [
        (name, period.label, period.rows[place], *run, made.bases[name])
        for name in made.bases
        for period in made.periods
        for place, run in _runs(
            usual_percent(made.tool, period, old.get(name, old.get(""))),
            made.sheets[name, period.label].percent,
            made.tool.slot_minutes,
        )
    ]
    names = ["campaign", "period", "day", "start", "end", "percent_now", "percent_plan", "base"]
    return pd.DataFrame(rows, columns=names)


def _runs(now: np.ndarray, then: np.ndarray, minutes: int) -> list[tuple[int, tuple[str, str, float, float]]]:
    """Return runs of slots that change alike, each with its row."""
    found = []
    for row, (old, new) in enumerate(zip(now, then, strict=True)):
        cuts = np.flatnonzero((np.diff(old) != 0) | (np.diff(new) != 0)) + 1
        for first, last in pairwise([0, *cuts.tolist(), len(old)]):
            if abs(old[first] - new[first]) > 1e-6:
                found.append(
                    (row, (clock(minutes * first), clock(minutes * last), float(old[first]), float(new[first])))
                )
    return found
