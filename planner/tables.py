"""What every table at a seam contains: columns, kinds, units and meaning, and the check of it.

Tables are pandas frames in long form. Column names are fixed and machine-readable in every language; the words a
person reads for them stand in the catalogue (`columns` for headings, `glossary` for meanings). Times are zone-aware
starts of half-open spans. Data from a user is checked where it is read, with file and row; the check here finds a bug
of ours and raises `ValueError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from planner.wording import Lang, say

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ACTIONS",
    "HISTORY",
    "LIMITS",
    "MARKET",
    "SCHEDULE",
    "SLOTS",
    "SMS",
    "TABLES",
    "Column",
    "Table",
    "describe",
]

Kind = Literal["time", "text", "number", "count", "flag"]


@dataclass(frozen=True)
class Column:
    """One column: its name, what kind of value it holds, its unit, and whether it may be absent or empty."""

    name: str
    kind: Kind = "number"
    unit: str = ""
    optional: bool = False
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """A table at a seam: its key and its columns in order."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every column's name, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that may not be absent, in order."""
        return tuple(column.name for column in self.columns if not column.optional)

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame as it is if it holds this table, its columns put into order.

        Raises
        ------
        ValueError
            Everything that is wrong with it: missing columns, empty cells, double keys, a kind that does not fit.
        """
        missing = [name for name in self.required if name not in frame.columns]
        if missing:
            raise ValueError(f"table {self.name}: missing columns {missing}")
        wrong = [
            fault for column in self.columns if column.name in frame for fault in _faults(frame[column.name], column)
        ]
        if frame.duplicated([name for name in self.key if name in frame.columns]).any():
            wrong.append(f"double rows for key {self.key}")
        if wrong:
            raise ValueError(f"table {self.name}: " + "; ".join(wrong))
        return frame[[name for name in self.names if name in frame.columns]]


def _faults(values: pd.Series, column: Column) -> list[str]:
    """Return what keeps values from being the column."""
    import numpy as np
    import pandas as pd

    faults = []
    if not column.nullable and values.isna().any():
        faults.append(f"{column.name}: empty cells")
    if column.kind == "time" and not isinstance(values.dtype, pd.DatetimeTZDtype):
        faults.append(f"{column.name}: {values.dtype} is not a time with a zone")
    if column.kind in ("number", "count"):
        if not pd.api.types.is_numeric_dtype(values.dtype):
            faults.append(f"{column.name}: {values.dtype} is not a number")
        elif np.isinf(values.to_numpy(dtype=float, na_value=np.nan)).any():
            faults.append(f"{column.name}: infinite")
    return faults


def _columns(*columns: Column | tuple[str, Kind, str] | str) -> tuple[Column, ...]:
    """Return columns from short forms: a `Column`, ``(name, kind, unit)``, or the name of a text column."""
    return tuple(
        column if isinstance(column, Column) else Column(column, "text") if isinstance(column, str) else Column(*column)
        for column in columns
    )


_MEASURES: tuple[tuple[str, Kind, str], ...] = (
    ("impressions", "count", "impressions"),
    ("clicks", "count", "clicks"),
    ("spend", "number", "currency"),
    ("orders", "count", "orders"),
    ("revenue", "number", "currency"),
    ("visits", "count", "visits"),
    ("bid", "number", "currency/click"),
    ("cpc", "number", "currency/click"),
    ("cpm", "number", "currency/1000 impressions"),
    ("budget_spent", "flag", ""),
)

HISTORY = Table(
    "history",
    ("hour", "channel", "campaign"),
    _columns(
        ("hour", "time", ""),
        Column("channel", "text", nullable=True),
        Column("campaign", "text", optional=True, nullable=True),
        *(Column(name, kind, unit, optional=True, nullable=True) for name, kind, unit in _MEASURES),
    ),
)

SLOTS = Table(
    "slots",
    ("start",),
    _columns(
        ("start", "time", ""),
        ("end", "time", ""),
        ("hours", "number", "hours"),
        "window",
        "stance",
        ("since_opening", "number", "hours"),
    ),
)

MARKET = Table(
    "market",
    ("start", "channel"),
    _columns(
        ("start", "time", ""),
        ("end", "time", ""),
        "channel",
        "window",
        "stance",
        ("reference_bid", "number", "currency/click"),
        ("clicks", "number", "clicks"),
        ("clicks_low", "number", "clicks"),
        ("clicks_high", "number", "clicks"),
        ("price", "number", "currency/click"),
        ("click_through", "number", "clicks/impression"),
        ("conversion", "number", "orders/click"),
        ("conversion_low", "number", "orders/click"),
        ("conversion_high", "number", "orders/click"),
        ("order_value", "number", "currency/order"),
        ("click_value", "number", "currency/click"),
        ("elasticity", "number", ""),
        ("kappa", "number", ""),
        ("reach", "number", "clicks"),
        ("traffic_ratio", "number", "x usual"),
        ("price_ratio", "number", "x usual"),
        ("conversion_ratio", "number", "x usual"),
        ("traffic_prior", "number", "x usual"),
        ("price_prior", "number", "x usual"),
        ("conversion_prior", "number", "x usual"),
        ("traffic_sd", "number", "log"),
        ("price_sd", "number", "log"),
        ("conversion_sd", "number", "log"),
        ("evidence_clicks", "number", "clicks"),
        ("evidence_orders", "number", "orders"),
    ),
)

SCHEDULE = Table(
    "schedule",
    ("start", "channel", "campaign"),
    _columns(
        ("start", "time", ""),
        ("end", "time", ""),
        "channel",
        Column("campaign", "text", optional=True, nullable=True),
        "window",
        "stance",
        ("bid", "number", "currency/click or currency/1000 impressions"),
        ("bid_percent", "number", "percent"),
        ("spend", "number", "currency"),
        ("spend_cap", "number", "currency"),
        ("impressions", "number", "impressions"),
        ("clicks", "number", "clicks"),
        ("clicks_low", "number", "clicks"),
        ("clicks_high", "number", "clicks"),
        ("orders", "number", "orders"),
        ("revenue", "number", "currency"),
        ("profit", "number", "currency"),
        ("profit_low", "number", "currency"),
        ("profit_high", "number", "currency"),
        ("next_yuan", "number", "currency/currency"),
        "reason",
    ),
)

LIMITS = Table(
    "limits",
    ("date", "channel"),
    _columns("date", "channel", ("limit", "number", "currency"), "why"),
)

SMS = Table(
    "sms",
    ("send_at", "segment"),
    _columns(
        ("send_at", "time", ""),
        "segment",
        ("messages", "count", "messages"),
        ("parts", "count", "parts/message"),
        ("cost", "number", "currency"),
        ("visits", "number", "visits"),
        ("orders", "number", "orders"),
        ("profit", "number", "currency"),
        "text",
        "reason",
    ),
)

ACTIONS = Table(
    "actions",
    ("at", "kind", "channel", "what"),
    _columns(("at", "time", ""), "kind", Column("channel", "text", nullable=True), "what", "why"),
)

TABLES = {table.name: table for table in (HISTORY, SLOTS, MARKET, SCHEDULE, LIMITS, SMS, ACTIONS)}


def describe(table: str, lang: Lang = "en") -> pd.DataFrame:
    """Return what the columns of a table mean.

    Parameters
    ----------
    table
        ``history``, ``slots``, ``market``, ``schedule``, ``limits``, ``sms`` or ``actions``.
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
    >>> from planner.tables import describe
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
            "meaning": [say(f"glossary.{column.name}", lang) for column in columns],
        },
        index=pd.Index([column.name for column in columns], name="column"),
    )
