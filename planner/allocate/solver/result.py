"""The plan in the caller's units: spends, prices of the limits, certificate, and what holds each cell."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.allocate.solver.cells import Cells, Floats, Ints
from planner.allocate.solver.limits import Limits
from planner.allocate.solver.problem import Problem
from planner.allocate.solver.solve import Solution

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Allocation", "Certificate", "describe_solution", "next_yuan", "spend_table"]

AT_BOUND = 1e-12
_FAR = 1e200
_AT_LEAST = ("floor", "wanted_orders", "wanted_profit")
_FOR_ALL = ("total", "stock", "shipping", "wanted_orders", "wanted_profit")


@dataclass(frozen=True)
class Certificate:
    """How good a plan provably is.

    Attributes
    ----------
    profit
        Profit of the plan after ad spend and the cost of late orders. [currency]
    bound
        What no plan within the limits can exceed, from the multipliers. [currency]
    gap
        ``(bound - profit) / |profit|``, at least 0. Where the profit is next to nothing (below a millionth of the money
        that moves or could be spent), relative to that millionth.
    violation
        The largest of `violations`.
    violations
        By limit, what it is exceeded by, relative to its size.
    """

    profit: float
    bound: float
    gap: float
    violation: float
    violations: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return plain numbers for a JSON file."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Allocation:
    """The most profitable spend of every cell within the limits.

    Attributes
    ----------
    table
        Indexed like the cells: ``spend`` [currency], ``clicks``, ``orders``, ``revenue`` [currency], ``profit`` after
        ad spend but before the cost of late orders [currency], ``next_yuan`` and ``bound``. ``next_yuan`` is the profit
        of one more unit of money in this cell net of that unit, with the cost of late orders but without regard to
        limits; infinite at a spend of 0 where the elasticity is below 1. ``bound`` names what holds the cell:
        ``floor``, ``cap``, ``reach``, the limit that costs its next yuan most (``channel:search``, ``total``,
        ``stock``, ...; one on its group goes before one on all cells), or nothing.
    money_price
        What one more unit of total budget earns net. [currency per currency]
    multipliers
        By limit, what one more unit on it earns: money for caps, floors (where it is negative), locks and the total;
        a unit for ``stock``; an order of shipping capacity for ``shipping``; a unit of revenue by which the return
        may fall short for ``min_return``. Zero where the limit is slack.
    certificate
        How good the plan provably is.
    orders, revenue, spend, fulfilment_cost
        Totals. [orders], [currency], [currency], [currency]
    """

    table: pd.DataFrame
    money_price: float
    multipliers: pd.Series
    certificate: Certificate
    cells: Cells = field(repr=False)
    limits: Limits = field(repr=False)

    @property
    def profit(self) -> float:
        """Profit after ad spend and the cost of late orders [currency]."""
        return float(self.table["profit"].sum()) - self.fulfilment_cost

    @property
    def spend(self) -> float:
        """Total spend [currency]."""
        return float(self.table["spend"].sum())

    @property
    def orders(self) -> float:
        """Total orders [orders]."""
        return float(self.table["orders"].sum())

    @property
    def revenue(self) -> float:
        """Total revenue [currency]."""
        return float(self.table["revenue"].sum())

    @property
    def fulfilment_cost(self) -> float:
        """Cost of late and missing orders [currency]."""
        return self.limits.fulfilment.cost(self.orders)


def next_yuan(cells: Cells, spend: Floats, late: float = 0.0) -> Floats:
    """Return what one more unit of money earns in each cell net of that unit, at a cost of `late` per order."""
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = cells.scale * cells.elasticity * spend ** (cells.elasticity - 1.0)
        gain = (cells.profit - late * cells.orders) * slope
    gain = np.where(np.isnan(gain) | (spend >= cells.reach * (1.0 - AT_BOUND)), 0.0, gain)
    return np.asarray(gain - 1.0, dtype=np.float64)


def spend_table(cells: Cells, spend: Floats, late: float, bound: Any) -> pd.DataFrame:
    """Return the table of an `Allocation`."""
    import pandas as pd

    clicks = cells.clicks(spend)
    columns = {
        "spend": spend,
        "clicks": clicks,
        "orders": clicks * cells.orders,
        "revenue": clicks * cells.revenue,
        "profit": clicks * cells.profit - spend,
        "next_yuan": next_yuan(cells, spend, late),
        "bound": bound,
    }
    return pd.DataFrame(columns, index=cells.frame.index, copy=False)


def describe_solution(problem: Problem, solution: Solution) -> Allocation:
    """Return a solution in the caller's units and order."""
    import pandas as pd

    cells, money = problem.cells, problem.money
    spend = problem.to_caller(solution.spend * money)
    spend = np.clip(spend, cells.floor, np.maximum(cells.top, cells.floor))
    prices = dict.fromkeys(problem.names, 0.0)
    violations = dict.fromkeys(problem.names, 0.0)
    for row, y, excess in zip(problem.rows, solution.y, solution.excess, strict=True):
        price = -y if row.kind in _AT_LEAST else y
        prices[row.name] += float(price * row.scale(money))
        violations[row.name] = max(violations[row.name], float(excess))
    certificate = Certificate(
        profit=float(solution.profit * money),
        bound=float(solution.bound * money),
        gap=float(solution.gap),
        violation=max(violations.values(), default=0.0),
        violations=violations,
    )
    return Allocation(
        table=spend_table(cells, spend, prices.get("shipping", 0.0), _holders(problem, solution)),
        money_price=prices["total"],
        multipliers=pd.Series(np.array(list(prices.values())), pd.Index(list(prices), dtype=object), name="earns"),
        certificate=certificate,
        cells=cells,
        limits=problem.limits,
    )


def _holders(problem: Problem, solution: Solution) -> Any:
    """Return the name of what holds each cell, in the caller's order."""
    import pandas as pd

    cells, spend = problem.cells, solution.spend
    names = ["", "floor", "cap", "reach", *problem.names]
    codes = _dearest_limit(problem, solution, names)
    codes = np.where(spend >= problem.high * (1.0 - AT_BOUND), names.index("total"), codes)
    top = problem.from_caller(cells.cap) / problem.money
    reach = problem.from_caller(cells.reach) / problem.money
    codes = np.where(spend >= top * (1.0 - AT_BOUND), names.index("cap"), codes)
    codes = np.where(spend >= np.minimum(reach, top) * (1.0 - AT_BOUND), np.where(reach < top, 3, 2), codes)
    codes = np.where(spend <= problem.low * (1.0 + AT_BOUND), names.index("floor"), codes)
    out = np.empty(len(codes), dtype=np.intp)
    out[problem.order] = codes
    return pd.Categorical.from_codes(out, categories=pd.Index(names, dtype=object), validate=False)


def _dearest_limit(problem: Problem, solution: Solution, names: list[str]) -> Ints:
    """Return the place in `names` of the limit that takes most from each sorted cell's next yuan.

    A limit on a group goes before those that hold all cells alike: it is the one that says something about the cell.
    """
    size = max(1.0, float(np.abs(solution.y).max(initial=0.0)))
    codes = np.zeros(len(problem.order), dtype=np.intp)
    for for_all in (True, False):
        most = np.full(len(codes), 1e-9 * size)
        for place in np.flatnonzero(np.abs(solution.y) > 1e-12 * size):
            if for_all == (problem.rows[place].kind in _FOR_ALL):
                effect = np.abs(_effect(problem, solution, int(place)))
                larger = effect > most
                codes[larger], most[larger] = names.index(problem.rows[place].name), effect[larger]
    return codes


def _effect(problem: Problem, solution: Solution, place: int) -> Floats:
    """Return what a limit takes from each sorted cell's next unit of money."""
    row, signature = problem.rows[place], problem.signature
    effect = problem.price_rows[signature, place]
    if row.feature:
        feature = problem.used_features.index(row.feature)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            slope = problem.elasticity * solution.spend ** (problem.elasticity - 1.0)
            gain = problem.features[feature] * slope
        effect = effect - problem.value_rows[feature, signature, place] * np.nan_to_num(gain, posinf=_FAR)
    return np.asarray(effect * solution.y[place], dtype=np.float64)
