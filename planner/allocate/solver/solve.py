"""From a problem in normal form to a plan with its certificate.

The multipliers are first found on a sample of the cells, which costs next to nothing and leaves few steps for all of
them. Kinked cells are solved again with a moved centre and a wider proximal term until the gap is closed. What rounding
errors leave above a cap is then taken off, so that a plan never overspends, and the certificate is computed from the
plan and the multipliers alone: it trusts nothing that happened before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planner.allocate.solver.branch import branch
from planner.allocate.solver.cells import Floats
from planner.allocate.solver.dual import Dual, minimise
from planner.allocate.solver.interior import interior_point
from planner.allocate.solver.problem import Problem

__all__ = ["ENOUGH", "Solution", "refine", "solve"]

SAMPLE = 2048
GAP = 1e-12
TOLERANCE = 1e-14
ENOUGH = 1e-9
_PATIENCE = 6


@dataclass(frozen=True, eq=False)
class Solution:
    """Sorted spends without unit, multipliers, and how good they are.

    Attributes
    ----------
    spend
        Per sorted cell. [share of the problem's money]
    y
        Multiplier of each row.
    profit, bound
        Profit of the plan, and what no plan can exceed. [share of the problem's money]
    gap, scale
        ``(bound - profit) / scale``, with scale the profit or, where that is next to nothing, a millionth of the money
        that moves or could be spent.
    excess
        What each row's limit is exceeded by, at least 0, relative to the row's size.
    """

    spend: Floats
    y: Floats
    profit: float
    bound: float
    gap: float
    scale: float
    excess: Floats

    @property
    def violation(self) -> float:
        """The largest excess."""
        return float(self.excess.max(initial=0.0))

    @property
    def error(self) -> float:
        """The gap or the largest excess, whichever is larger."""
        return max(self.gap, self.violation)


def solve(problem: Problem, start: Floats | None = None) -> Solution:
    """Return the best plan for a problem, with its certificate, which says whether more is needed (`refine`).

    `start` are multipliers to begin with, such as those of the same problem with a little less money.
    """
    first = _sampled_multipliers(problem) if start is None else start
    dual = Dual(problem)
    if first.any():
        dual.lean(first)
    return _settle(problem, dual, first, rounds=14)


def refine(problem: Problem, solution: Solution, *, search: bool = False, fitting: Floats | None = None) -> Solution:
    """Return the better of a plan and the one found along the central path, where `solve` came to no answer.

    With `search`, a gap that losing orders leave is closed by searching on. `fitting` are spends that keep all limits,
    the last resort where neither way led to such.
    """

    def judged(spend: Floats, y: Floats) -> Solution:
        return certify(problem, Dual(problem), _within_caps(problem, spend), y)

    def judge(spend: Floats, y: Floats) -> tuple[float, float]:
        tried = judged(spend, y)
        return (tried.profit, tried.scale) if tried.violation <= ENOUGH else (-np.inf, 1.0)

    if fitting is not None:
        solution = min(solution, judged(fitting, solution.y), key=_quality)
    elif (proposal := interior_point(problem)) is not None:
        solution = min(solution, judged(*proposal), key=_quality)
    if not search or solution.error <= ENOUGH:
        return solution
    searched = branch(problem, solution.y, solution.spend, ENOUGH, judge)
    if searched is None:
        return solution
    spend, y, bound = searched
    found = judged(spend, y)
    bound = min(bound, found.bound)
    return min(solution, replace(found, bound=bound, gap=max(bound - found.profit, 0.0) / found.scale), key=_quality)


def _quality(solution: Solution) -> tuple[bool, float]:
    """Return what to compare plans by: first that they keep the limits, then the gap."""
    return solution.violation > ENOUGH, solution.error


def _settle(problem: Problem, dual: Dual, y: Floats, rounds: int, widen: float = 10.0) -> Solution:
    """Return the best of the plans found while the centres of kinked cells settle."""
    best: Solution | None = None
    stuck = 0
    for attempt in range(rounds):
        y = minimise(dual, y, TOLERANCE).y
        spend = dual.spend(y)
        solution = certify(problem, dual, _within_caps(problem, spend), y)
        stuck = stuck + 1 if best is not None and solution.error > 0.9 * best.error else 0
        best = solution if best is None or solution.error < best.error else best
        if not dual.kinked or solution.error <= GAP or stuck > _PATIENCE:
            break
        dual.set_centres(spend, widen=widen if attempt < 5 else 1.0)
    assert best is not None
    return best


def _sampled_multipliers(problem: Problem) -> Floats:
    """Return the multipliers of a sample of the cells, or zeros where a sample would save nothing."""
    y = np.zeros(len(problem.rows))
    count = len(problem.order)
    if count <= 3 * SAMPLE or not len(y):
        return y
    for size in (SAMPLE, 32 * SAMPLE):
        if count > 4 * size or size == SAMPLE:
            dual = Dual(problem, step=-(-count // size))
            for _ in range(4 if dual.kinked else 1):
                y = minimise(dual, y, 1e-4, steps=40).y
                dual.set_centres(dual.spend(y), widen=10.0)
    return y


def _within_caps(problem: Problem, spend: Floats) -> Floats:
    """Take off what rounding errors leave above the limits on spend."""
    caps = [place for place, row in enumerate(problem.rows) if row.kind in ("total", "cap", "lock")]
    if not caps:
        return spend
    used = problem.price_rows.T @ problem.sums(spend)
    if all(used[place] <= problem.rows[place].limit for place in caps):
        return spend
    above_low = problem.sums(spend - problem.low)
    lows = problem.sums(problem.low)
    keep = np.ones(problem.signatures)
    for place in caps:
        members = problem.price_rows[:, place] > 0
        room, used = problem.rows[place].limit - lows[members].sum(), above_low[members].sum()
        if used > room and used > 0:
            keep[members] = np.minimum(keep[members], max(room, 0.0) / used)
    if np.all(keep == 1.0):
        return spend
    return problem.low + (spend - problem.low) * keep[problem.signature]


def certify(problem: Problem, dual: Dual, spend: Floats, y: Floats) -> Solution:
    """Return a plan with the bound that these multipliers prove, whatever they are."""
    curve = spend**problem.elasticity
    gross = float((problem.profit * curve).sum())
    left, size = problem.activity(spend)
    over = left - problem.limit
    penalty = sum(
        row.highest * max(0.0, float(excess))
        for row, excess in zip(problem.rows, over, strict=True)
        if row.kind == "shipping"
    )
    excess = np.where([row.kind == "shipping" for row in problem.rows], 0.0, over)
    excess = np.where([row.kind == "lock" for row in problem.rows], np.abs(over), np.maximum(excess, 0.0))
    profit = gross - float(spend.sum()) - penalty
    bound = dual.bound(y)
    could_be_spent = min(1.0, float(problem.high.sum()))
    scale = max(abs(profit), 1e-6 * (gross + float(spend.sum())), 1e-6 * could_be_spent) or 1.0
    return Solution(spend, y, profit, bound, max(bound - profit, 0.0) / scale, scale, excess / size)
