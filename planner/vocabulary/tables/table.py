"""A table: its key, its columns with kinds and units, and the check of a frame against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Column", "Kind", "Table", "columns"]

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
        names = [name for name in self.names if name in frame.columns]
        return frame if list(frame.columns) == names else frame[names]


def _faults(values: pd.Series, column: Column) -> list[str]:
    """Return what keeps values from being the column."""
    import numpy as np
    import pandas as pd

    numeric = column.kind in ("number", "count") and isinstance(values.dtype, np.dtype) and values.dtype.kind in "fiu"
    if numeric and np.isfinite(values.to_numpy()).all():
        return []
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


def columns(*columns: Column | tuple[str, Kind, str] | str) -> tuple[Column, ...]:
    """Return columns from short forms: a `Column`, ``(name, kind, unit)``, or the name of a text column."""
    return tuple(
        column if isinstance(column, Column) else Column(column, "text") if isinstance(column, str) else Column(*column)
        for column in columns
    )
