"""What every table contains: columns, kinds, units and meaning, and the check of it.

Tables are pandas frames in long form. Column names are fixed and machine-readable in every language; the words a
person reads for them stand in the catalogue (`columns` for headings, `glossary` for meanings). Times are zone-aware
starts of half-open spans. Data from a user is checked where it is read, with file and row; the check here finds a bug
of ours and raises `ValueError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.vocabulary.tables.results import RESULTS
from planner.vocabulary.tables.seams import ACTIONS, HISTORY, LIMITS, MARKET, SCHEDULE, SEAMS, SLOTS, SMS, unit_columns
from planner.vocabulary.tables.table import Column, Table
from planner.vocabulary.wording import Lang, catalogue, say

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ACTIONS",
    "HISTORY",
    "LIMITS",
    "MARKET",
    "PLAN_TABLES",
    "SCHEDULE",
    "SLOTS",
    "SMS",
    "TABLES",
    "Column",
    "Table",
    "describe",
    "unit_columns",
]

# The tables that a plan is written as for other programs, a CSV file each.
PLAN_TABLES = ("schedule", "limits", "sms", "actions")
TABLES = {table.name: table for table in (*SEAMS, *RESULTS)}


def describe(table: str, lang: Lang = "en") -> pd.DataFrame:
    """Return what the columns of a table mean.

    Parameters
    ----------
    table
        ``history``; a plan's ``slots``, ``market``, ``schedule``, ``limits``, ``sms``, ``actions``, ``offers``,
        ``comparison``, ``paths`` or ``frontier``; ``changes`` from one plan to another; a backtest's ``scores``,
        ``hours`` or ``replays``; or a chart's table by the name of its function, such as ``window_table``.
    lang
        Language of the meanings.

    Returns
    -------
    pandas.DataFrame
        Indexed by column: ``unit``, ``required`` and ``meaning``.

    Raises
    ------
    KeyError
        No such table; the message lists those there are.

    Examples
    --------
    >>> from planner.vocabulary.tables import describe
    >>> describe("limits").loc["limit", "unit"]
    'currency'
    """
    import pandas as pd

    if table not in TABLES:
        raise KeyError(f"no table {table!r}; there are {', '.join(TABLES)}")
    columns = TABLES[table].columns
    return pd.DataFrame(
        {
            "unit": [column.unit for column in columns],
            "required": [not column.optional for column in columns],
            "meaning": [_meaning(table, column.name, lang) for column in columns],
        },
        index=pd.Index([column.name for column in columns], name="column"),
    )


def _meaning(table: str, column: str, lang: Lang) -> str:
    """Return what a column means: in this table, where it means something else than in others."""
    own = f"{table}.{column}"
    return say(f"glossary.{own if own in catalogue('glossary') else column}", lang)
