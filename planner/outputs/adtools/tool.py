"""What an ad tool's schedule can say: one declaration a tool, and the sheet that is written and read.

Every number is in per cent of the base bid: 100 leaves the bid as it is, 0 is off. Each tool turns that into its own
unit when it writes and back when it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from planner.vocabulary.wording import Text

if TYPE_CHECKING:
    import pandas as pd

    from planner.brief import AdtoolLimits

__all__ = ["ASPECTS", "UNCHANGED", "WEEKDAYS", "Form", "Rows", "Sheet", "Sure", "Tool", "runs"]

Floats = NDArray[np.float64]
Rows = Literal["weekly", "workweek", "daily", "dated"]
Sure = Literal["documented", "third_party", "assumed"]

UNCHANGED = 100.0
# Names of a weekly sheet's rows; Monday is first everywhere inside.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# What a declaration says how sure it is of.
ASPECTS = ("range", "slots", "off", "form", "budget")
_ROWS = {"weekly": WEEKDAYS, "workweek": ("workday", "weekend"), "daily": ("every day",), "dated": ()}


@dataclass(frozen=True, eq=False)
class Sheet:
    """One campaign's schedule as a tool takes it.

    Attributes
    ----------
    name
        Campaign, or the channel where the plan has no campaigns; empty where a file does not say.
    rows
        A weekday, ``workday``, ``weekend``, ``every day``, or a date (ISO) each.
    percent
        Per row and slot, from 00:00 on. [per cent of the base bid; 0 is off]
    base
        Bid that 100 % stands for; where the tool steers money, the daily budget; None where a file does not say.
        [currency]
    zone
        Time zone of dated rows.
    table
        The plan's rows behind it, as a person chose to see them; None where a file was read.
    mended
        Whether characters that nobody sees were taken out of a file's name for the campaign.
    """

    name: str
    rows: tuple[str, ...]
    percent: Floats
    base: float | None = None
    zone: str = "UTC"
    table: pd.DataFrame | None = None
    mended: bool = False

    @property
    def slot_minutes(self) -> int:
        """Length of a slot. [min]"""
        return 1440 // int(self.percent.shape[1])


@dataclass(frozen=True)
class Form:
    """One way of writing a tool's schedule: a file's extension, its writer and its parser.

    `parse` gets the text and the name of its file, and raises `InputError` with line and column.
    """

    extension: str
    write: Callable[[Sequence[Sheet]], str]
    parse: Callable[[str, str], list[Sheet]]


@dataclass(frozen=True)
class Tool:
    """What one ad tool takes.

    Attributes
    ----------
    name, title
        Of the target, and what people call the tool.
    rows
        What a row of its schedule is.
    slot_minutes
        Finest slot. [min]
    minimum, maximum, step
        Of the numbers other than off; a step of 0 takes any. An on/off tool has both at 100. [per cent of the base bid]
    off
        Whether a slot can be off.
    gap
        What slots are that no span covers: off, unchanged, or ``full`` where every slot is written.
    spans_per_day, spans_total
        Most spans, where the tool counts them.
    steers
        What the numbers act on: the bid, or the money an hour.
    together
        Whether one file holds all campaigns.
    forms
        Ways of writing, the usual one first.
    overspend
        Most a day may spend, as a multiple of its daily budget.
    least_budget
        Least daily budget. [currency]
    lead_hours
        How long before it must work a schedule is put in. [h]
    unit
        How the tool writes its numbers.
    sure
        By aspect, how sure the declaration is.
    warnings
        Entries of the catalogue that go with every export.
    """

    name: str
    title: Text
    rows: Rows
    slot_minutes: int
    minimum: float
    maximum: float
    step: float
    forms: tuple[Form, ...]
    unit: Literal["percent", "permille", "factor", "delta", "on_off", "money"]
    sure: Mapping[str, Sure]
    off: bool = True
    gap: Literal["full", "off", "unchanged"] = "full"
    spans_per_day: int | None = None
    spans_total: int | None = None
    steers: Literal["bid", "money"] = "bid"
    together: bool = False
    overspend: float = 1.0
    least_budget: float = 0.0
    lead_hours: float = 0.5
    warnings: tuple[str, ...] = ()

    @property
    def on_off(self) -> bool:
        """Whether the tool knows no numbers."""
        return self.minimum == self.maximum

    @property
    def exact(self) -> bool:
        """Whether any number at all can be written."""
        return self.step == 0

    @property
    def counts_spans(self) -> bool:
        """Whether the number of spans is limited."""
        return self.spans_per_day is not None or self.spans_total is not None

    @property
    def slots(self) -> int:
        """Slots of a day."""
        return 1440 // self.slot_minutes

    @property
    def row_names(self) -> tuple[str, ...]:
        """The rows of a sheet that repeats; none for a dated one."""
        return _ROWS[self.rows]

    def with_limits(self, limits: AdtoolLimits | None) -> Tool:
        """Return the tool with what the brief overrules."""
        return replace(self, **limits.model_dump(exclude_none=True)) if limits is not None else self

    def steps(self, lowest: float = 0.0, highest: float = np.inf) -> Floats:
        """Return the numbers the tool takes besides off, in increasing order. [per cent of the base bid]

        Parameters
        ----------
        lowest, highest
            What the channel's own bids allow. The tool's range wins where the two do not meet.
        """
        if self.on_off:
            return np.array([self.minimum])
        count = int(np.floor((self.maximum - self.minimum) / self.step + 1e-9)) + 1
        steps = np.round(self.minimum + self.step * np.arange(count), 6)
        allowed = steps[(steps >= lowest - 1e-9) & (steps <= highest + 1e-9)]
        if allowed.size:
            return allowed
        return steps[:1] if highest < steps[0] else steps[steps <= max(highest, steps[0])][-1:]


def runs(values: Floats) -> list[tuple[int, int, float]]:
    """Return runs of equal neighbours as (first slot, slot after the last, value)."""
    edges = [0, *(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]
    return [(first, last, float(values[first])) for first, last in pairwise(edges)]
