"""A day under way, as data: the plan it began with, what has been in force since, what has happened, what it taught."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.vocabulary.wording import Message, Text

__all__ = ["Day"]


@dataclass(frozen=True, eq=False)
class Day:
    """What a plan made on the day knows beside the rest of its promotion.

    Attributes
    ----------
    first
        The plan that the day began with, a `Plan`.
    now
        The moment of planning; the rest begins here.
    in_force
        `tables.SCHEDULE` of the whole promotion: each row as it was last planned before its slot began, those that are
        still to come as planned now.
    actuals
        What happened: ``start``, ``end``, ``channel``, ``campaign``, ``impressions``, ``clicks``, ``spend``,
        ``orders``, ``revenue``, ``bid``, and whether it was ``believed``.
    learnt
        A row for each thing learnt: ``what``, ``channel``, ``factor`` against the first plan, ``low``, ``high``.
    changes
        What to change in the tools now, the most gain first: ``channel``, ``campaign``, ``act``, ``percent``,
        ``from_bid``, ``to_bid``, ``start``, ``until``, ``gain``.
    standing
        Where we stand: ``spend``, ``orders``, ``revenue``, ``profit`` so far, what was planned until now, and what is
        expected of the whole.
    alarms
        What somebody has to know.
    """

    first: Any
    now: pd.Timestamp
    in_force: pd.DataFrame
    actuals: pd.DataFrame
    learnt: pd.DataFrame
    changes: pd.DataFrame
    standing: Mapping[str, float]
    alarms: tuple[Message | Text, ...] = ()
