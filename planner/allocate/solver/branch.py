"""The best plan where some orders lose: the one case in which the problem is not concave.

A minimum spend may force money on cells whose orders cost more than they bring, as they ship late or take the last of
a stock. The fewest such orders are bought where money is heaped on few cells, so the loss on a curve is not concave and
the dual function alone leaves a gap. Over a range of spends a losing cell does no better than its chord does, and the
narrower the range, the nearer are the two; so ranges are split where they differ most, the most promising first, until
the best plan found and the bound of all ranges meet (branch and bound [Horst and Tuy, *Global Optimization*, 1996]).
Every range's bound is the dual function over that range, so the certificate trusts no part of the search.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.allocate.solver.cells import Floats
from planner.allocate.solver.dual import Dual, minimise
from planner.allocate.solver.interior import interior_point
from planner.allocate.solver.problem import Problem

__all__ = ["branch", "losing_cells"]

# Ranges looked at, fewer where each takes longer, and cells up to which it is tried: a search that long costs seconds.
_MOST_RANGES, _MOST_WORK, _MOST_CELLS = 600, 120_000, 20_000
_FLIPS = 4
_EXACT = 1e-14
_AT_END, _LEAST_STAKE = 1e-9, 1e-14

Judge = Callable[[Floats, Floats], tuple[float, float]]


@dataclass(frozen=True, eq=False)
class _Range:
    """Bounds of all cells, the least bound known there, the multipliers and spends behind it, and cells that lost."""

    problem: Problem
    bound: float
    y: Floats
    spend: Floats
    losing: NDArray[np.bool_]

    def split(self) -> list[Problem]:
        """Return the two halves at the cell where chord and curve differ most for the limits; nothing if none does.

        A cell whose orders neither lose nor earn at these prices may be anywhere between its chord and its curve, so
        all that ever lost are looked at. Where all of them stand at ends of their ranges the middle is as good.
        """
        problem, suspect = self.problem, self.losing
        low, high, eta = problem.low, problem.high, problem.elasticity
        inside = suspect & (self.spend > low + _AT_END * (high - low)) & (self.spend < high - _AT_END * (high - low))
        at = np.where(inside, self.spend, (low + high) / 2)
        span = np.where(high > low, high - low, 1.0)
        apart = at**eta - low**eta - (high**eta - low**eta) * (at - low) / span
        stake = np.where(suspect & (high > low), apart * self._stakes(), 0.0)
        stake = np.where(inside, stake, stake * (0.0 if (stake * inside).any() else 1.0))
        cell = int(np.argmax(stake))
        if stake[cell] <= _LEAST_STAKE:
            return []
        below, above = high.copy(), low.copy()
        below[cell] = above[cell] = at[cell]
        return [replace(problem, high=below), replace(problem, low=above)]

    def _stakes(self) -> Floats:
        """Return what a unit of each cell's curve moves, in profit and at the prices of the limits."""
        problem = self.problem
        stakes = np.abs(problem.profit)
        for feature, rows in zip(problem.features, problem.value_rows, strict=True):
            stakes = stakes + feature * (np.abs(rows) @ np.abs(self.y))[problem.signature]
        return stakes


def _values(problem: Problem, y: Floats) -> Floats:
    """Return what a cell's curve is worth at these multipliers."""
    value = problem.profit
    for feature, rows in zip(problem.features, problem.value_rows, strict=True):
        value = value + feature * (rows @ y)[problem.signature]
    return value


def losing_cells(problem: Problem, y: Floats) -> NDArray[np.bool_]:
    """Return the sorted cells whose orders lose at these multipliers and whose loss bends."""
    return np.asarray(
        (_values(problem, y) < 0) & (problem.elasticity < 1) & (problem.high > problem.low), dtype=np.bool_
    )


def branch(
    problem: Problem, y: Floats, spend: Floats, enough: float, judge: Judge
) -> tuple[Floats, Floats, float] | None:
    """Return spends, multipliers and the bound over all ranges, or nothing where no cell loses or none was found.

    Parameters
    ----------
    problem
        In normal form.
    y, spend
        The best multipliers and spends so far.
    enough
        Gap at which to stop.
    judge
        Profit and gap scale of spends that keep the limits; minus infinity and 1 for those that do not.
    """
    losing = losing_cells(problem, y)
    if not losing.any() or len(problem.order) > _MOST_CELLS:
        return None
    root = _relaxed(problem, losing, y)
    best, (profit, scale) = spend, judge(spend, y)
    waiting: list[tuple[float, int, _Range]] = [(-root.bound, 0, root)]
    settled, number = -np.inf, 0
    most = min(_MOST_RANGES, _MOST_WORK // len(problem.order))
    while waiting and number < most:
        bound, _, top = heapq.heappop(waiting)
        for found in _proposals(top):
            worth, size = judge(found, top.y)
            if worth > profit:
                best, profit, scale = found, worth, size
        if -bound - profit <= 0.5 * enough * scale:
            heapq.heappush(waiting, (bound, -number, top))
            break
        halves = top.split()
        if not halves:
            settled = max(settled, -bound)
        for half in halves:
            number += 1
            part = _relaxed(half, top.losing, top.y)
            heapq.heappush(waiting, (-min(part.bound, top.bound), -number, part))
    return best, root.y, max(settled, -waiting[0][0] if waiting else -np.inf)


def _relaxed(problem: Problem, losing: NDArray[np.bool_], y: Floats) -> _Range:
    """Return the best multipliers found over these ranges, chords in place of losing curves."""
    start = found = _Range(problem, Dual(problem).bound(y), y, problem.low, losing)
    for _ in range(_FLIPS):
        proposal = interior_point(problem, losing)
        if proposal is None:
            break
        spend, y = proposal
        now, bound = losing_cells(problem, y), Dual(problem).bound(y)
        if bound <= found.bound:
            found = _Range(problem, bound, y, spend, found.losing | now)
        if (now == losing).all():
            break
        losing = now
    if found is start:
        # Where no plan keeps the limits the path leads nowhere; the dual function falls without end, and says so.
        dual = Dual(problem)
        y = minimise(dual, start.y, _EXACT).y
        if (bound := dual.bound(y)) < start.bound:
            found = replace(start, y=y, bound=bound)
    return found


def _proposals(found: _Range) -> list[Floats]:
    """Return spends that may keep the limits: those at the chords, and the nearest along the curves themselves."""
    proposal = interior_point(found.problem)
    return [found.spend] if proposal is None else [found.spend, proposal[0]]
