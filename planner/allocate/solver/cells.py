"""The cells as plain arrays: read from a table or a mapping of arrays, checked, and put into groups.

The columns are those that `planner.allocate` documents. Anything wrong with them is a caller's bug: one ValueError
names all of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NUMBER_COLUMNS", "CellTable", "Cells", "Floats", "Ints", "Labels", "group_sums", "read_cells"]

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.intp]
CellTable: TypeAlias = "pd.DataFrame | Mapping[str, ArrayLike]"

NUMBER_COLUMNS = (
    "clicks_scale",
    "elasticity",
    "max_clicks",
    "orders_per_click",
    "revenue_per_order",
    "profit_per_order",
    "floor",
    "cap",
)
_MAY_BE_INFINITE = ("max_clicks", "cap")
_NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells in the caller's order and units.

    Attributes
    ----------
    scale, elasticity
        Clicks for a spend s are ``scale * s**elasticity``. [clicks per currency**elasticity], [1]
    orders
        Orders per click. [orders per click]
    revenue, profit
        Revenue, and profit before ad spend, per click. [currency per click]
    units
        Units of stock per click. [units per click]
    floor, cap, reach
        Least and most spend, and the spend at which nobody is left to click. [currency]
    """

    scale: Floats
    elasticity: Floats
    orders: Floats
    revenue: Floats
    profit: Floats
    units: Floats
    floor: Floats
    cap: Floats
    reach: Floats
    frame: pd.DataFrame

    @property
    def top(self) -> Floats:
        """The most a cell can usefully take: its cap or its reach [currency]."""
        return np.minimum(self.cap, self.reach)

    def clicks(self, spend: Floats) -> Floats:
        """Return the clicks that each cell's spend buys [clicks]."""
        return self.scale * np.minimum(spend, self.reach) ** self.elasticity


def read_cells(table: CellTable) -> Cells:
    """Return the table's columns as checked arrays."""
    import pandas as pd

    frame = table if isinstance(table, pd.DataFrame) else pd.DataFrame(dict(table))
    problems = [f"column {name!r} is missing" for name in NUMBER_COLUMNS if name not in frame.columns]
    if not frame.index.is_unique:
        problems.append("the index must be unique")
    columns: dict[str, Floats] = {}
    for name in (*NUMBER_COLUMNS, "units_per_order"):
        if name in frame.columns:
            columns[name] = frame[name].to_numpy(dtype=np.float64)
            problems += _number_problems(name, columns[name])
    if problems:
        raise ValueError("; ".join(problems))
    orders = columns["orders_per_click"]
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        reach = (columns["max_clicks"] / columns["clicks_scale"]) ** (1.0 / columns["elasticity"])
    return Cells(
        scale=columns["clicks_scale"],
        elasticity=columns["elasticity"],
        orders=orders,
        revenue=columns["revenue_per_order"] * orders,
        profit=columns["profit_per_order"] * orders,
        units=columns["units_per_order"] * orders if "units_per_order" in columns else orders,
        floor=columns["floor"],
        cap=columns["cap"],
        reach=np.where(columns["clicks_scale"] > 0, reach, np.inf),
        frame=frame,
    )


def _number_problems(name: str, values: Floats) -> list[str]:
    """Say how many numbers of a column are not what they may be."""
    allowed = values >= 0
    if name not in _MAY_BE_INFINITE:
        allowed &= np.isfinite(values)
    if name == "elasticity":
        allowed &= (values > 0) & (values <= 1)
    wrong = int(len(values) - np.count_nonzero(allowed))
    if not wrong:
        return []
    first = values[int(np.argmin(allowed))]
    what = "above 0 and at most 1" if name == "elasticity" else "a number of at least 0"
    finite = "" if name in _MAY_BE_INFINITE or name == "elasticity" else ", and finite"
    return [f"column {name!r} must be {what}{finite}: {wrong} cells are not, the first with {first}"]


class Labels:
    """Which cells carry which label, for every group that a limit names.

    Cells that carry the same labels in all columns named are one *signature*; all that the limits can tell apart are
    signatures.
    """

    def __init__(self, frame: pd.DataFrame, groups: Sequence[tuple[tuple[str, ...], Hashable]]) -> None:
        import pandas as pd

        names = sorted({column for columns, _ in groups for column in columns})
        absent = [name for name in names if name not in frame.columns]
        if absent:
            raise ValueError(f"limits name columns that the cells do not have: {', '.join(absent)}")
        wanted: dict[str, set[Hashable]] = {name: set() for name in names}
        for columns, label in groups:
            for column, part in zip(columns, _parts(columns, label), strict=True):
                wanted[column].add(part)
        self._places: dict[str, dict[Hashable, int]] = {}
        count = len(frame)
        code: NDArray[np.int64] = np.zeros(count, dtype=np.int64)
        radix: list[int] = []
        for name in names:
            column = frame[name]
            if isinstance(column.dtype, pd.CategoricalDtype):
                codes, uniques = column.array.codes, column.dtype.categories.tolist()  # no need to look at every cell
            else:
                codes, index = pd.factorize(column)
                uniques = index.tolist()
            places = {label: place for place, label in enumerate((u for u in uniques if u in wanted[name]), start=1)}
            to_place = np.array([*(places.get(unique, 0) for unique in uniques), 0], dtype=np.int64)
            code = code * (len(places) + 1) + to_place[codes]
            radix.append(len(places) + 1)
            self._places[name] = places
        present, self.signature = _compress(code)
        self.count = len(present)
        self._digits: dict[str, NDArray[np.int64]] = {}
        for name, base in zip(reversed(names), reversed(radix), strict=True):
            self._digits[name] = present % base
            present = present // base

    def members(self, columns: tuple[str, ...], label: Hashable) -> NDArray[np.bool_]:
        """Return which signatures belong to a group."""
        parts = zip(columns, _parts(columns, label), strict=True)
        masks = [self._digits[column] == self._places[column].get(part, _NOWHERE) for column, part in parts]
        return masks[0] if len(masks) == 1 else np.asarray(np.all(masks, axis=0))


def group_sums(signature: Ints, values: Floats, count: int) -> Floats:
    """Return the sum of the values of each signature."""
    return np.bincount(signature, weights=values, minlength=count).astype(np.float64, copy=False)


def _parts(columns: tuple[str, ...], label: Any) -> tuple[Hashable, ...]:
    """Return a label of several columns as its parts."""
    parts = label if isinstance(label, tuple) and len(columns) > 1 else (label,)
    if len(parts) != len(columns):
        raise ValueError(f"the label {label!r} does not fit the columns {columns}")
    return parts


def _compress(code: NDArray[np.int64]) -> tuple[NDArray[np.int64], Ints]:
    """Return the codes that occur, sorted, and the place of each cell's code among them."""
    most = int(code.max(initial=0)) + 1
    if most <= max(65536, len(code)):
        seen = np.bincount(code, minlength=most) > 0
        present = np.flatnonzero(seen).astype(np.int64)
        place = np.zeros(most, dtype=np.intp)
        place[present] = np.arange(len(present))
        return present, place[code]
    present, inverse = np.unique(code, return_inverse=True)
    return present, inverse.astype(np.intp)
