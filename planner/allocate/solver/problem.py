"""The allocation problem in normal form: no units, and every limit one row of a small table.

Money is counted in units of the budget, stock and orders in units of their limits, so that the arithmetic is the same
for fen and for millions. Cells are sorted by signature (the set of limits they fall under). With ``x`` a cell's spend
and ``g = x**eta`` its curve, every limit reads

    sum_cells  price_row * x  -  sum_features value_row * feature * g   <=   limit

where a feature is a cell's revenue, units or orders at a spend of one. A row holds for whole signatures, which makes
the rows a small dense table however many cells there are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.allocate.solver.cells import Cells, CellTable, Floats, Ints, Labels, group_sums, read_cells
from planner.allocate.solver.limits import Limits

__all__ = ["FEATURES", "Problem", "Row", "build_problem", "group_labels"]

FEATURES = ("revenue", "units", "orders")
_DWARFED = 1e4


@dataclass(frozen=True, eq=False)
class Row:
    """One limit: its name and kind, the signatures it covers, its coefficients, and the range of its multiplier."""

    name: str
    kind: str
    members: Floats
    limit: float
    price: float = 0.0
    feature: str = ""
    value: float = 0.0
    lowest: float = 0.0
    highest: float = np.inf
    unit: float = 1.0

    @property
    def key(self) -> tuple[str, str, float]:
        """What tells this row from the others, whatever the budget."""
        return self.name, self.kind, self.limit * self.unit if self.kind == "shipping" else 0.0

    def scale(self, money: float) -> float:
        """Return what turns this row's multiplier into money of the caller for each unit of the limit."""
        return money / self.unit if self.feature not in ("", "revenue", "profit") else 1.0


@dataclass(frozen=True, eq=False)
class Problem:
    """The problem without units, cells sorted by signature.

    Attributes
    ----------
    cells
        What the caller gave.
    limits
        What the caller gave.
    rows
        Limits that can bind.
    names
        Names of all limits, those that cannot bind included.
    money
        One unit of money. [currency]
    order
        Place in the caller's table of each sorted cell.
    signature
        Signature of each sorted cell.
    signatures
        Number of signatures.
    elasticity, profit, low, high
        Per sorted cell; profit is that of a spend of one, before the spend.
    used_features
        Names of the features that rows use.
    features
        Revenue, units and orders of a spend of one, for the features that rows use. [features x cells]
    price_rows, value_rows
        Coefficients of the rows. [signatures x rows], [features x signatures x rows]
    base_price
        What a unit of spend costs before any limit, in all or by signature: 1, or 0 where only the limits count.
    """

    cells: Cells
    limits: Limits
    rows: tuple[Row, ...]
    names: tuple[str, ...]
    money: float
    order: Ints
    signature: Ints
    signatures: int
    elasticity: Floats
    profit: Floats
    low: Floats
    high: Floats
    used_features: tuple[str, ...]
    features: Floats
    price_rows: Floats
    value_rows: Floats
    base_price: float | Floats = 1.0

    @property
    def limit(self) -> Floats:
        """The right-hand side of every row."""
        return np.array([row.limit for row in self.rows])

    def with_row(self, row: Row, feature: Floats) -> Problem:
        """Return the problem with one more limit on all cells, and the feature (sorted, without unit) that it names."""
        everyone = np.ones((self.signatures, 1))
        features, signatures, rows = self.value_rows.shape
        values = np.zeros((features + 1, signatures, rows + 1))
        values[:features, :, :rows] = self.value_rows
        values[features, :, rows] = row.value
        return replace(
            self,
            rows=(*self.rows, row),
            names=tuple(dict.fromkeys((*self.names, row.name))),
            used_features=(*self.used_features, row.feature),
            features=np.vstack((self.features, feature)),
            price_rows=np.hstack((self.price_rows, row.price * everyone)),
            value_rows=values,
        )

    def multipliers(self, y: Floats) -> dict[tuple[str, str, float], float]:
        """Return multipliers in the caller's units, by row, to begin another problem with."""
        scale = [row.scale(self.money) for row in self.rows]
        return {row.key: float(at) * by for row, at, by in zip(self.rows, y, scale, strict=True)}

    def start(self, multipliers: dict[tuple[str, str, float], float]) -> Floats | None:
        """Return multipliers of another problem as a beginning of this one; nothing where there are none."""
        if not multipliers:
            return None
        return np.array([multipliers.get(row.key, 0.0) / row.scale(self.money) for row in self.rows])

    def to_caller(self, values: Floats) -> Floats:
        """Return sorted values in the caller's order."""
        out = np.empty_like(values)
        out[self.order] = values
        return out

    def from_caller(self, values: Floats) -> Floats:
        """Return values in the caller's order, sorted."""
        return values[self.order]

    def activity(self, spend: Floats) -> tuple[Floats, Floats]:
        """Return the left-hand side of every row at these spends, and the row's size: its terms and limit, summed."""
        curve = spend**self.elasticity
        sums = self.sums(spend)
        left, size = self.price_rows.T @ sums, np.abs(self.price_rows).T @ sums
        for feature, rows in zip(self.features, self.value_rows, strict=True):
            sums = self.sums(feature * curve)
            left, size = left - rows.T @ sums, size + np.abs(rows).T @ sums
        return left, np.maximum(size + np.abs(self.limit), 1e-300)

    def sums(self, values: Floats) -> Floats:
        """Return the sum of sorted values by signature."""
        return group_sums(self.signature, values, self.signatures)


def group_labels(cells: Cells, limits: Limits) -> Labels:
    """Return which cells carry the labels that limits name."""
    groups = [(limit.columns, limit.label) for limit in limits.groups]
    groups += [(limit.columns, limit.label) for limit in limits.min_return_by]
    return Labels(cells.frame, groups)


def build_problem(
    table: CellTable | Cells, limits: Limits, labels: Labels | None = None, *, shut: bool = True
) -> Problem:
    """Return the problem in normal form; ValueError names everything that is wrong with the arguments.

    `labels` are those of the same cells and groups with another budget, where they are at hand. With `shut`, limits of
    nothing at all are kept by shutting their cells instead of by rows, whose prices would have no bound.
    """
    cells = table if isinstance(table, Cells) else read_cells(table)
    problems = limits.problems()
    if problems:
        raise ValueError("; ".join(problems))
    labels = labels or group_labels(cells, limits)
    high, money = _tops_and_money(cells, limits, labels)
    if shut:
        high = np.where(_shut_cells(cells, limits, labels), 0.0, high)
    order = np.argsort(_smallest_integers(labels.signature, labels.count), kind="stable")
    signature = labels.signature[order]
    low, high = cells.floor[order] / money, high[order] / money
    elasticity = cells.elasticity[order]
    rows, names = _rows(
        limits, labels, group_sums(signature, low, labels.count), group_sums(signature, high, labels.count), money
    )
    used = tuple(name for name in FEATURES if any(row.feature == name for row in rows))
    curve = cells.scale[order] * money**elasticity
    features = np.empty((len(used), len(order)))
    price_rows = np.empty((labels.count, len(rows)))
    value_rows = np.zeros((len(used), labels.count, len(rows)))
    for place, name in enumerate(used):
        unit = next(row.unit for row in rows if row.feature == name)
        features[place] = getattr(cells, name)[order] * curve / unit
    for place, row in enumerate(rows):
        np.multiply(row.members, row.price, out=price_rows[:, place])
        if row.feature:
            value_rows[used.index(row.feature), :, place] = row.value * row.members
    return Problem(
        cells=cells,
        limits=limits,
        rows=tuple(rows),
        names=tuple(names),
        money=money,
        order=order,
        signature=signature,
        signatures=labels.count,
        elasticity=elasticity,
        profit=cells.profit[order] * curve / money,
        low=low,
        high=high,
        used_features=used,
        features=features,
        price_rows=price_rows,
        value_rows=value_rows,
    )


def _smallest_integers(signature: Ints, count: int) -> Ints | np.ndarray[tuple[int], np.dtype[np.uint16]]:
    """Return the signatures as 16-bit integers where they fit: numpy sorts those in linear time."""
    return signature.astype(np.uint16) if count <= 65536 else signature


def _tops_and_money(cells: Cells, limits: Limits, labels: Labels) -> tuple[Floats, float]:
    """Return the most each cell can take, made finite, and the unit of money."""
    top = np.minimum(cells.top, limits.total)
    if not np.isfinite(limits.total):
        top = np.where(np.isfinite(top), top, _far_beyond(cells, limits))
        for group in limits.groups:
            if np.isfinite(group.cap):
                member = labels.members(group.columns, group.label)[labels.signature]
                top[member] = np.minimum(top[member], 2.0 * group.cap)
    top = np.maximum(top, np.minimum(cells.floor, cells.top))
    # A budget that dwarfs what can be spent is no unit: what matters would be lost beside it.
    spent_at_most = float(top.sum())
    bounded = np.isfinite(limits.total) and 0 < limits.total <= _DWARFED * max(spent_at_most, 1e-300)
    money = limits.total if bounded else spent_at_most
    return top, money if money > 0 else 1.0


def _shut_cells(cells: Cells, limits: Limits, labels: Labels) -> NDArray[np.bool_]:
    """Return which cells a group's cap of 0 or an empty stock shuts; those with a floor cannot be."""
    shut = (cells.units * cells.scale > 0) if limits.stock == 0 else np.zeros(len(cells.floor), dtype=bool)
    for group in limits.groups:
        if group.cap == group.floor == 0:
            shut |= labels.members(group.columns, group.label)[labels.signature]
    return np.asarray(shut & (cells.floor == 0), dtype=np.bool_)


def _far_beyond(cells: Cells, limits: Limits) -> Floats:
    """Return spends that no plan without a budget would reach."""
    curved = cells.elasticity < 1
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = cells.elasticity * cells.scale * cells.profit
        best = np.where(curved, gain ** (1.0 / (1.0 - np.where(curved, cells.elasticity, 0.0))), 0.0)
    if np.any(~curved & (gain > 1) & ~np.isfinite(cells.top)):
        raise ValueError("without a budget every linear cell that earns more than it costs needs a cap or a reach")
    floors = sum(limit.floor for limit in limits.groups)
    far: Floats = 100.0 * (best + cells.floor + floors + best.sum() / max(len(best), 1))
    return far


def _rows(limits: Limits, labels: Labels, low: Floats, high: Floats, money: float) -> tuple[list[Row], list[str]]:
    """Return the rows that can bind and the names of all limits."""
    everyone = np.ones(labels.count)
    total = limits.total / money
    rows: list[Row] = []
    if total < high.sum():
        rows.append(Row("total", "total", everyone, total, price=1.0))
    for group in limits.groups:
        members = labels.members(group.columns, group.label).astype(np.float64)
        cap, floor = group.cap / money, group.floor / money
        if group.cap == group.floor and float(high @ members) > 0:
            rows.append(Row(group.name, "lock", members, cap, price=1.0, lowest=-np.inf))
            continue
        if cap < total and cap < float(high @ members):
            rows.append(Row(group.name, "cap", members, cap, price=1.0))
        if floor > 0 and floor > float(low @ members):
            rows.append(Row(group.name, "floor", members, -floor, price=-1.0))
    returns = [("min_return", everyone, limits.min_return)] if limits.min_return > 0 else []
    for limit in limits.min_return_by:
        returns.append((limit.name, labels.members(limit.columns, limit.label).astype(np.float64), limit.least))
    for name, members, least in returns:
        rows.append(Row(name, "min_return", members, 0.0, price=least, feature="revenue", value=1.0, unit=money))
    if np.isfinite(limits.stock) and (limits.stock > 0 or high.any()):
        unit = limits.stock if limits.stock > 0 else 1.0
        rows.append(Row("stock", "stock", everyone, limits.stock / unit, feature="units", value=-1.0, unit=unit))
    rows += _shipping_rows(limits, everyone, money)
    names = ["total", *(group.name for group in limits.groups), *(row.name for row in rows)]
    return rows, list(dict.fromkeys(names))


def _shipping_rows(limits: Limits, everyone: Floats, money: float) -> list[Row]:
    """Return one row a threshold: orders beyond it are allowed at a price, which bounds its multiplier."""
    cost = limits.fulfilment
    unit = max(cost.thresholds, default=0.0) or 1.0
    return [
        Row(
            "shipping",
            "shipping",
            everyone,
            threshold / unit,
            feature="orders",
            value=-1.0,
            highest=rise * unit / money,
            unit=unit,
        )
        for threshold, rise in zip(cost.thresholds, cost.rises, strict=True)
    ]
