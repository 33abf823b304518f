"""The one call that plans a budget."""

from __future__ import annotations

from planner.allocate.solver.cells import Cells, CellTable, Floats
from planner.allocate.solver.conflict import check_cells, plan_that_fits, raise_conflict, surely_infeasible
from planner.allocate.solver.limits import Limits
from planner.allocate.solver.problem import Problem, build_problem
from planner.allocate.solver.result import Allocation, describe_solution
from planner.allocate.solver.solve import ENOUGH, Solution, refine, solve

__all__ = ["allocate_budget", "solve_if_possible", "solve_or_raise"]


def allocate_budget(cells: CellTable | Cells, limits: Limits, *, search: bool = True) -> Allocation:
    """Split a budget over cells for the most profit within the limits, and prove how good the split is.

    Parameters
    ----------
    cells
        One row a cell, uniquely labelled; a DataFrame, or a mapping of column names to arrays:

        - ``clicks_scale`` and ``elasticity``: a spend s buys ``clicks_scale * s**elasticity`` clicks; elasticity above
          0 and at most 1, which is linear. [clicks per currency**elasticity], [1]
        - ``max_clicks``: clicks that can be reached; may be infinite. [clicks]
        - ``orders_per_click``, ``revenue_per_order`` and ``profit_per_order`` before ad spend. [orders per click],
          [currency per order], [currency per order]
        - ``units_per_order``, 1 if absent. [units per order]
        - ``floor`` and ``cap``: least and most spend; a cap may be infinite, and equal to the floor it locks
          the cell. [currency]
        - any further columns: labels that the limits name, such as ``channel`` or ``window``.
    limits
        Budget, limits on groups, least return, stock and the cost of late orders.
    search
        Whether to search on where orders that lose, bought for a minimum spend, leave a gap (`solver.branch`): it
        takes seconds, and matters for the last answer only.

    Returns
    -------
    Allocation
        Indexed like the cells.

    Raises
    ------
    InfeasibleError
        No plan keeps all limits; every limit in conflict is named with the smallest change that frees it.
    ValueError
        A column is missing or holds what it may not: a bug of the caller; all of it is named.

    Examples
    --------
    >>> hours = {
    ...     "clicks_scale": [10.0, 12.0], "elasticity": [0.6, 0.6], "max_clicks": [1e4, 1e4],
    ...     "orders_per_click": [0.02, 0.03], "revenue_per_order": [100.0, 100.0],
    ...     "profit_per_order": [30.0, 30.0], "floor": [0.0, 0.0], "cap": [500.0, 500.0],
    ... }
    >>> allocate_budget(hours, Limits(total=300.0)).table["spend"].round(2).tolist()
    [24.59, 106.89]
    """
    problem = build_problem(cells, limits)
    check_cells(problem)
    return describe_solution(problem, solve_or_raise(problem, search=search))


def solve_or_raise(problem: Problem, start: Floats | None = None, *, search: bool = False) -> Solution:
    """Return the best plan; raise `InfeasibleError` where the limits cannot all hold."""
    solution = solve_if_possible(problem, start, search=search)
    if solution is None:
        raise_conflict(problem)
    return solution


def solve_if_possible(problem: Problem, start: Floats | None = None, *, search: bool = False) -> Solution | None:
    """Return the best plan, or nothing where the limits cannot all hold."""
    if surely_infeasible(problem):
        return None
    solution = solve(problem, start)
    if solution.error > ENOUGH:
        solution = refine(problem, solution, search=search)
    if solution.violation <= ENOUGH:
        return solution
    fitting = plan_that_fits(problem)
    return None if fitting is None else refine(problem, solution, search=search, fitting=fitting)
