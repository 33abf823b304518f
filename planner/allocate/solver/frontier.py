"""What other budgets would earn, and the least spend for what is wanted.

The most profit P(b) for a budget b is concave and its slope is the price of money, so one pass over rising budgets,
each begun at the multipliers of the one before, gives the whole curve.

For the least spend, what is wanted is one more limit and spend is the only cost. With W wanted of a feature f (orders,
or profit after spend) the multiplier t of that limit makes a cell's value ``t f``, which is 0 at t = 0, where all cells
jump at once. So the search begins at a small t0 > 0 and the row's multiplier is t - t0, at least -t0: the same dual
function, with closed-form answers all the way. A late cost is the largest of its tangents ``a_k orders - b_k``, and a
wanted profit after it is one such limit for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.allocate.fulfilment import NO_COST
from planner.allocate.solver.api import allocate_budget, solve_if_possible, solve_or_raise
from planner.allocate.solver.cells import Cells, CellTable, Floats, read_cells
from planner.allocate.solver.conflict import check_cells, raise_conflict
from planner.allocate.solver.limits import Limits
from planner.allocate.solver.problem import Problem, Row, build_problem, group_labels
from planner.allocate.solver.result import Allocation, describe_solution
from planner.allocate.solver.solve import ENOUGH
from planner.vocabulary.errors import InfeasibleError
from planner.vocabulary.errors import Problem as Trouble
from planner.vocabulary.wording import Message

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["frontier", "least_spend"]

_CLOSE = 1e-300
_BEGIN = 1e-2


def frontier(cells: CellTable, limits: Limits, budgets: Iterable[float]) -> pd.DataFrame:
    """Return what each budget earns at best, for a chart of profit over budget.

    Parameters
    ----------
    cells, limits
        As in `allocate_budget`; the total of the limits is not used.
    budgets
        Budgets to try, in any order. [currency]

    Returns
    -------
    DataFrame
        One row a budget, rising: ``budget``, ``spend``, ``orders``, ``revenue``, ``profit`` after ad spend and the cost
        of late orders, ``money_price`` (what one more unit of budget earns net) and ``gap``. Budgets that do not even
        pay for the floors are left out.

    Raises
    ------
    InfeasibleError
        No budget fits the limits.
    """
    import pandas as pd

    read = read_cells(cells)
    labels = group_labels(read, limits)
    rows: list[dict[str, float]] = []
    prices: dict[tuple[str, str, float], float] = {}
    refused: Problem | None = None
    for budget in sorted(set(budgets)):
        problem = build_problem(read, limits.with_total(budget), labels)
        check_cells(problem)
        solution = solve_if_possible(problem, problem.start(prices))
        if solution is None:
            refused = problem
            continue
        prices = problem.multipliers(solution.y)
        clicks = read.clicks(problem.to_caller(solution.spend * problem.money))
        rows.append(
            {
                "budget": budget,
                "spend": float(solution.spend.sum()) * problem.money,
                "orders": float(clicks @ read.orders),
                "revenue": float(clicks @ read.revenue),
                "profit": solution.profit * problem.money,
                "money_price": prices.get(("total", "total", 0.0), 0.0),
                "gap": solution.gap,
            }
        )
    if refused is not None and not rows:
        raise_conflict(refused)
    return pd.DataFrame(rows, columns=["budget", "spend", "orders", "revenue", "profit", "money_price", "gap"])


def least_spend(
    cells: CellTable, limits: Limits, *, orders: float | None = None, profit: float | None = None
) -> Allocation:
    """Return the plan that spends least and still brings the orders, or the profit, that are wanted.

    Parameters
    ----------
    cells, limits
        As in `allocate_budget`; the total of the limits is the most that may be spent.
    orders
        Orders wanted. [orders]
    profit
        Profit wanted, after ad spend and the cost of late orders. [currency]

    Returns
    -------
    Allocation
        For a wanted profit, the most profitable plan for its own spend. For wanted orders the certificate is about the
        spend: its profit is minus the spend, and its bound minus the least spend any plan can do with; the limit
        ``wanted_orders`` has as its price what one more order would cost, with a minus.

    Raises
    ------
    InfeasibleError
        The limits do not allow what is wanted; the most that they allow is named.
    ValueError
        Not exactly one of orders and profit is given, or it is below 0.
    """
    if (orders is None) == (profit is None):
        raise ValueError("give either orders or profit")
    wanted = float(orders if orders is not None else profit or 0.0)
    if not np.isfinite(wanted) or wanted < 0:
        raise ValueError(f"what is wanted must be finite and at least 0, found {wanted}")
    read = read_cells(cells)
    bare = build_problem(read, replace(limits, fulfilment=NO_COST))
    check_cells(bare)
    bare = replace(bare, profit=np.zeros_like(bare.profit), limits=limits)
    most = _most_orders if orders is not None else _most_profit
    _check_wanted(_amount(most(read, limits), orders), wanted, "orders" if orders is not None else "profit")
    if wanted > 0:
        rows = _rows_for_orders(bare, wanted) if orders is not None else _rows_for_profit(bare, limits, wanted)
        plan = _least(bare, rows)
        if plan.certificate.gap <= ENOUGH and plan.multipliers[rows[0][0].name] < 0:
            return plan
    return _least_of_all(bare, wanted, orders, most)


def _least_of_all(
    bare: Problem, wanted: float, orders: float | None, most: Callable[[Cells, Limits], Allocation]
) -> Allocation:
    """Return the plan of least spend where what is wanted comes with it and has no price."""
    plan = describe_solution(bare, solve_or_raise(bare))
    if _amount(plan, orders) >= wanted:
        return plan
    same_spend = most(bare.cells, bare.limits.with_total(plan.spend * (1.0 + 1e-13)))
    return replace(same_spend, certificate=replace(plan.certificate, violations=same_spend.certificate.violations))


def _amount(plan: Allocation, orders: float | None) -> float:
    """Return a plan's orders or profit, whichever is wanted."""
    return plan.orders if orders is not None else plan.profit


def _check_wanted(most: float, wanted: float, what: str) -> None:
    """Raise if more is wanted than can be had."""
    if most < wanted * (1.0 - 1e-9):
        remedy = Message("allocate.lower_to", {"limit": most, "change": wanted - most})
        raise InfeasibleError([Trouble(Message(f"allocate.wanted_{what}", {"limit": wanted, "remedy": remedy}))])


def _most_profit(cells: Cells, limits: Limits) -> Allocation:
    return allocate_budget(cells, limits)


def _most_orders(cells: Cells, limits: Limits) -> Allocation:
    """Return the plan with the most orders, whatever they earn."""
    problem = build_problem(cells, replace(limits, fulfilment=NO_COST))
    orders = problem.from_caller(cells.orders * cells.scale) * problem.money**problem.elasticity
    size = float((orders * problem.high**problem.elasticity).sum())
    worth = float(problem.high.sum()) / size if size > 0 else 0.0
    problem = replace(problem, profit=orders * worth, base_price=0.0, limits=limits)
    return describe_solution(problem, solve_or_raise(problem))


def _rows_for_orders(problem: Problem, wanted: float) -> list[tuple[Row, Floats]]:
    """Return the limit that orders be at least as many as wanted."""
    cells = problem.cells
    feature = problem.from_caller(cells.orders * cells.scale) * problem.money**problem.elasticity / wanted
    everyone = np.ones(problem.signatures)
    row = Row("wanted_orders", "wanted_orders", everyone, -1.0, feature="wanted", value=1.0, unit=wanted)
    return [(row, feature)]


def _rows_for_profit(problem: Problem, limits: Limits, wanted: float) -> list[tuple[Row, Floats]]:
    """Return the limits that profit be at least as much as wanted, one for each tangent of the late cost."""
    cells, money = problem.cells, problem.money
    scale = problem.from_caller(cells.scale) * money**problem.elasticity / money
    profit, orders = problem.from_caller(cells.profit) * scale, problem.from_caller(cells.orders) * scale
    everyone = np.ones(problem.signatures)
    cost, rows = limits.fulfilment, []
    slopes = np.concatenate(([0.0], cost.costs))
    paid_back = np.concatenate(([0.0], np.cumsum(np.multiply(cost.rises, cost.thresholds))))
    for slope, back in zip(slopes, paid_back, strict=True):
        limit = -(wanted - float(back)) / money
        row = Row("wanted_profit", "wanted_profit", everyone, limit, price=1.0, feature="profit", value=1.0)
        rows.append((row, profit - float(slope) * orders))
    return rows


def _least(problem: Problem, wanted: list[tuple[Row, Floats]]) -> Allocation:
    """Return the plan of least spend that keeps the rows for what is wanted."""
    first = len(problem.rows)
    row, feature = wanted[0]
    for limit, of_cells in wanted:
        problem = problem.with_row(limit, of_cells)
    begin = _BEGIN / max(float((feature * problem.high**problem.elasticity).sum()), _CLOSE)
    shifted = replace(
        problem,
        rows=(*problem.rows[:first], replace(row, lowest=-begin), *problem.rows[first + 1 :]),
        profit=begin * feature,
        base_price=1.0 + begin * row.price,
    )
    solution = solve_or_raise(shifted)
    spend = float(solution.spend.sum())
    bound = solution.bound + begin * row.limit
    y = solution.y.copy()
    y[first] += begin
    solution = replace(solution, y=y, profit=-spend, bound=bound, gap=max(bound + spend, 0.0) / max(spend, _CLOSE))
    return describe_solution(problem, solution)
