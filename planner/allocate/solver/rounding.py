"""Round a plan to what a tool can be told, without overspending anything.

Every cell goes down to a whole number of units, and the units this frees are given back one to a cell at a time, first
where the next unit earns most, as long as every limit has room for it. Curves only rise, so a cell that ends below its
exact spend loses no more than the units up to the next whole one would bring, and a cell that ends above it no more
than the units cost:

    loss  <=  sum over cells below of  (worth at the next whole spend - worth at the rounded spend) - money saved
            + sum over cells above of  money added  +  the rise of the late cost, if any.

The loss itself is computed and reported beside that bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner.allocate.solver.cells import Cells, Floats
from planner.allocate.solver.limits import Limits
from planner.allocate.solver.problem import group_labels
from planner.allocate.solver.result import Allocation, spend_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Rounded", "round_spend"]

_EXACT = 1e-9
_PASSES = 20


@dataclass(frozen=True, eq=False)
class Rounded:
    """A plan in whole units.

    Attributes
    ----------
    table
        As the `Allocation`'s table, with a column ``units``: the spend in whole units.
    profit
        Profit of the rounded plan, after the cost of late orders. [currency]
    loss
        What rounding costs: profit of the exact plan less that of the rounded one. [currency]
    most_loss
        What it could cost at most by the next-unit argument. [currency]
    short
        Names of limits that rounding could not keep: a lock or floor that is no whole number of units, or a least
        return that held exactly and is now missed by the last unit. Never a cap, the total or the stock.
    """

    table: pd.DataFrame
    profit: float
    loss: float
    most_loss: float
    short: tuple[str, ...]


def round_spend(allocation: Allocation, unit: float | ArrayLike = 0.01) -> Rounded:
    """Round a plan's spends to whole units, never above a cap, the total or the stock.

    Parameters
    ----------
    allocation
        The exact plan.
    unit
        What spends must be whole numbers of: one amount, or one for each cell in the order of the plan's table (0.01
        for a bidding tool, the price of a message for an SMS cell). [currency]

    Returns
    -------
    Rounded
        With its loss. A floor that is no whole number of units is rounded up where the limits have room for it.
    """
    cells, limits = allocation.cells, allocation.limits
    exact = allocation.table["spend"].to_numpy()
    units = np.broadcast_to(np.asarray(unit, dtype=np.float64), exact.shape)
    if not (np.all(np.isfinite(units)) and np.all(units > 0)):
        raise ValueError("every unit must be finite and above 0")
    most = _whole(np.minimum(cells.top, limits.total), units)
    least = np.minimum(np.ceil(cells.floor / units * (1.0 - 1e-12) - _EXACT), most)
    down = np.minimum(_whole(exact, units), most)
    rules = _rules(cells, limits)
    count = _make_room(np.maximum(down, least), down, units, rules, cells)
    count = _give_back(count, most, units, rules, allocation)
    late = float(allocation.multipliers.get("shipping", 0.0))
    spend = count * units
    table = spend_table(cells, spend, late, allocation.table["bound"].to_numpy())
    table.insert(1, "units", count.astype(np.int64))
    orders = float(table["orders"].sum())
    profit = float(table["profit"].sum()) - limits.fulfilment.cost(orders)
    short = tuple(rule.name for rule in rules if not rule.holds(spend, cells))
    cell_short = ("floor",) if np.any(spend < cells.floor * (1.0 - _EXACT)) else ()
    return Rounded(
        table=table,
        profit=profit,
        loss=allocation.profit - profit,
        most_loss=_most_loss(allocation, spend, units, orders),
        short=short + cell_short,
    )


@dataclass(frozen=True, eq=False)
class _Rule:
    """A limit as a sum over cells that must stay between two amounts; what is summed is spend, units or shortfall."""

    name: str
    member: NDArray[np.bool_]
    most: float
    least: float = -np.inf
    kind: str = "spend"
    rate: float = 0.0

    def amounts(self, spend: Floats, cells: Cells) -> Floats:
        """Return each cell's part of the sum."""
        clicks = cells.clicks(spend) if self.kind != "spend" else spend
        return self.added(spend, clicks, cells, np.arange(len(spend)))

    def added(self, spend: Floats, clicks: Floats, cells: Cells, where: NDArray[np.intp]) -> Floats:
        """Return what more spend and clicks in some cells add to the sum."""
        if self.kind == "spend":
            return np.where(self.member[where], spend, 0.0)
        if self.kind == "stock":
            return clicks * cells.units[where]
        return np.where(self.member[where], self.rate * spend - clicks * cells.revenue[where], 0.0)

    def room(self, spend: Floats, cells: Cells) -> float:
        """Return what may be added to the sum; below 0 where too much stands already."""
        amounts = self.amounts(spend, cells)
        return self.most - float(amounts.sum()) + _EXACT * (abs(self.most) + float(np.abs(amounts).sum())) * 1e-4

    def holds(self, spend: Floats, cells: Cells) -> bool:
        """Return whether the sum lies between its amounts."""
        total = float(self.amounts(spend, cells).sum())
        return self.room(spend, cells) >= 0.0 and total >= self.least - _EXACT * abs(self.least)


def _rules(cells: Cells, limits: Limits) -> list[_Rule]:
    """Return every limit as a rule, the total first."""
    labels = group_labels(cells, limits)
    everyone = np.ones(len(cells.floor), dtype=bool)
    rules = [_Rule("total", everyone, limits.total)]
    for group in limits.groups:
        member = labels.members(group.columns, group.label)[labels.signature]
        rules.append(_Rule(group.name, member, group.cap, group.floor))
    if limits.min_return > 0:
        rules.append(_Rule("min_return", everyone, 0.0, kind="return", rate=limits.min_return))
    for limit in limits.min_return_by:
        member = labels.members(limit.columns, limit.label)[labels.signature]
        rules.append(_Rule(limit.name, member, 0.0, kind="return", rate=limit.least))
    if np.isfinite(limits.stock):
        rules.append(_Rule("stock", everyone, limits.stock, kind="stock"))
    return [rule for rule in rules if np.isfinite(rule.most) or rule.least > 0]


def _whole(amounts: Floats, units: Floats) -> Floats:
    """Return the whole units in each amount; an amount a rounding error below a whole number counts as it."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.floor(amounts / units * (1.0 + 1e-13) + 1e-9), dtype=np.float64)


def _make_room(count: Floats, down: Floats, units: Floats, rules: list[_Rule], cells: Cells) -> Floats:
    """Take back units by which floors were rounded up, the last first, where a limit has no room for them."""
    count = count.copy()
    for rule in rules:
        while rule.kind != "return" and rule.room(count * units, cells) < 0.0:
            raised = np.flatnonzero((count > down) & rule.member)
            if not len(raised):
                break
            count[raised[-1]] -= 1.0
    return count


def _give_back(count: Floats, most: Floats, units: Floats, rules: list[_Rule], allocation: Allocation) -> Floats:
    """Add units one to a cell at a time, best first, as far as every limit has room for them.

    Best is what a unit earns less what it takes from the limits at their prices. Only units that earn something are
    added, or that a group below its floor needs. Shipping and a least return count with their prices and do not
    forbid: a fen more or less of spend must not cost a floor, and what the return ends at is reported.
    """
    cells, prices = allocation.cells, allocation.multipliers
    worth = cells.profit - float(prices.get("shipping", 0.0)) * cells.orders
    everywhere = np.arange(len(count))
    soft = [rule for rule in rules if rule.kind == "return" and prices.get(rule.name, 0.0) != 0.0]
    hard = [rule for rule in rules if rule.kind != "return" and np.isfinite(rule.most)]
    hard.sort(key=lambda rule: np.count_nonzero(rule.member))
    for _ in range(_PASSES):
        spend, more = count * units, (count + 1.0) * units
        clicks = cells.clicks(more) - cells.clicks(spend)
        gain = worth * clicks - units
        for rule in soft:
            gain = gain - float(prices.get(rule.name, 0.0)) * rule.added(units, clicks, cells, everywhere)
        lacking = _lacking(spend, rules)
        needed = np.any([rule.member for rule, _ in lacking], axis=0) if lacking else gain > 0.0
        chosen = np.flatnonzero((count + 1.0 <= most) & needed)
        net = gain[chosen]
        for rule in hard:
            price = float(prices.get(rule.name, 0.0))
            if price != 0.0:
                net = net - price * rule.added(units[chosen], clicks[chosen], cells, chosen)
        chosen = chosen[np.argsort(-net / units[chosen], kind="stable")]
        if lacking:
            parts = [(np.where(rule.member[chosen], units[chosen], 0.0), lack) for rule, lack in lacking]
            chosen = chosen[np.any([(part > 0) & (np.cumsum(part) - part < lack) for part, lack in parts], axis=0)]
        for rule in hard:
            room, part = rule.room(spend, cells), rule.added(units[chosen], clicks[chosen], cells, chosen)
            fits = np.cumsum(np.where(part <= room, part, 0.0)) <= room
            chosen = chosen[(fits & (part <= room)) | (part <= 0.0)]
        if not len(chosen):
            if not lacking:
                break
            rules = [rule for rule in rules if all(rule is not other for other, _ in lacking)]
        count = count.copy()
        count[chosen] += 1.0
    return count


def _lacking(spend: Floats, rules: list[_Rule]) -> list[tuple[_Rule, float]]:
    """Return the groups that are below their floor, and by how much."""
    found = []
    for rule in rules:
        lack = rule.least - float(spend[rule.member].sum())
        if lack > 1e-12 * rule.least > 0:
            found.append((rule, lack))
    return found


def _most_loss(allocation: Allocation, spend: Floats, units: Floats, orders: float) -> float:
    """Return what rounding to these spends can cost at most."""
    cells, cost = allocation.cells, allocation.limits.fulfilment
    exact = allocation.table["spend"].to_numpy()
    above = np.ceil(exact / units) * units
    below = cells.profit * (cells.clicks(above) - cells.clicks(spend)) - (exact - spend)
    loss = np.where(spend < exact, np.maximum(below, 0.0), spend - exact)
    return float(loss.sum()) + max(0.0, cost.cost(orders) - allocation.fulfilment_cost)
