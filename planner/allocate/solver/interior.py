"""A second way to the best plan, for problems on which the dual function is too uneven for the module ``dual``.

Where a minimum spend falls on hours whose clicks are worth next to nothing, the price that makes those hours take the
money is many orders of magnitude below that of all others, and multipliers, of which it is a sum, can't tell it. Here
the spends are unknowns of their own beside the multipliers, and all approach their bounds together along the central
path: a primal-dual method with Mehrotra's predictor and corrector [Nocedal and Wright, *Numerical Optimization*, 2006,
ch. 16.6 and 19.3]. A step passes over the cells once for every pair of rows, so this is for problems that need it.

The answer is only a proposal: its certificate is worked out as that of any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.allocate.solver.cells import Floats, Ints
from planner.allocate.solver.dual import Dual
from planner.allocate.solver.problem import Problem

__all__ = ["interior_point"]

_STEPS = 200
_DONE = 4e-15
_NEARLY = 0.995
# Nearer to a bound than this share of its range, a cell stands at it.
_AT_BOUND = 1e-12
# What keeps a system whose rows depend on each other solvable; refining the answer takes its effect out again.
_RIDGE = 1e-15
# Floors that come this near to the budget leave no choice of it.
_WHOLE = 1e-9


@dataclass(eq=False)
class _Point:
    """Spends, slacks of the rows, orders that ship late, and the multipliers of rows and of all bounds.

    ``rows(spend) - late + slack = limit``; a lock has no slack, and only rows with a dearest multiplier have `late`.
    """

    spend: Floats
    slack: Floats
    late: Floats
    y: Floats
    at_low: Floats
    at_high: Floats
    at_none: Floats

    def moved(self, by: _Point, primal: float, dual: float) -> _Point:
        """Return the point some way along a direction."""
        return _Point(
            self.spend + primal * by.spend,
            self.slack + primal * by.slack,
            self.late + primal * by.late,
            self.y + dual * by.y,
            self.at_low + dual * by.at_low,
            self.at_high + dual * by.at_high,
            self.at_none + dual * by.at_none,
        )


class _Path:
    """The optimality conditions of the cells that can move at all."""

    def __init__(self, problem: Problem, straight: NDArray[np.bool_]) -> None:
        self.free = problem.high > problem.low
        free, signature = self.free, problem.signature[self.free]
        self.low, self.high = problem.low[free], problem.high[free]
        self.eta, self.profit = problem.elasticity[free], problem.profit[free]
        self.features = problem.features[:, free]
        self.limit = problem.limit - problem.activity(np.where(free, 0.0, problem.low))[0]
        if straight.any():
            self._straighten(straight[free], signature, problem)
        self.price = np.ascontiguousarray(problem.price_rows[signature].T)
        self.values = problem.value_rows[:, signature, :]
        base = np.asarray(problem.base_price, dtype=np.float64)
        self.cost = np.broadcast_to(base if base.ndim == 0 else base[signature], self.low.shape)
        self.dearest = np.array([row.highest for row in problem.rows])
        self.tight = np.array([row.lowest < 0 for row in problem.rows], dtype=bool)
        self.bought = np.isfinite(self.dearest)

    def _straighten(self, straight: NDArray[np.bool_], signature: Ints, problem: Problem) -> None:
        """Put the chord from its lowest to its highest spend in place of a cell's curve.

        What a chord has at no spend moves the rows' limits; in the profit it is a constant, which moves no answer.
        """
        ends = self.low**self.eta, self.high**self.eta
        slope = np.where(straight, (ends[1] - ends[0]) / (self.high - self.low), 1.0)
        offset = np.where(straight, ends[0] - slope * self.low, 0.0)
        for feature, rows in zip(self.features, problem.value_rows, strict=True):
            self.limit = self.limit + rows[signature].T @ (feature * offset)
        self.eta = np.where(straight, 1.0, self.eta)
        self.profit, self.features = self.profit * slope, self.features * slope

    def start(self) -> _Point:
        """Return a point inside all bounds, of the size of the problem."""
        width = self.high - self.low
        spend = self.low + width * min(0.5, 0.5 / float(width.sum()))
        size = max(1.0, float(np.median(self.profit * self.eta * spend ** (self.eta - 1))))
        half = np.where(self.bought, 0.5 * np.where(self.bought, self.dearest, 0.0), size)
        rows = np.ones(len(self.limit))
        return _Point(
            spend=spend,
            slack=np.where(self.tight, 0.0, np.maximum(np.abs(self.limit), 1e-3)),
            late=np.where(self.bought, np.maximum(np.abs(self.limit), 1e-3), 0.0),
            y=np.where(self.tight, 0.0, half),
            at_low=np.full_like(spend, size),
            at_high=np.full_like(spend, size),
            at_none=np.where(self.bought, half, rows),
        )

    def products(self, at: _Point) -> float:
        """Return what the distances of all bounds times their multipliers come to."""
        cells = at.at_low @ (at.spend - self.low) + at.at_high @ (self.high - at.spend)
        return float(cells + at.y[~self.tight] @ at.slack[~self.tight] + at.at_none @ at.late)

    def slopes(self, at: _Point) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the rows' sums, their slopes [rows x cells], the slope of the loss and the Lagrangian's bend."""
        curve = at.spend**self.eta
        slope = self.eta * curve / at.spend
        left, rows, value = self.price @ at.spend, self.price, self.profit
        for feature, by_cell in zip(self.features, self.values, strict=True):
            left = left - by_cell.T @ (feature * curve)
            rows = rows - by_cell.T * (feature * slope)
            value = value + feature * (by_cell @ at.y)
        bend = np.maximum(value, 0.0) * (1.0 - self.eta) * slope / at.spend
        return left, rows, self.cost - self.profit * slope, bend


class _Step:
    """Newton's steps from a point: the system is built once and solved for the predictor and the corrector."""

    def __init__(self, path: _Path, at: _Point) -> None:
        self.path, self.at = path, at
        self.left, self.rows, loss, bend = path.slopes(at)
        self.below, self.above = at.spend - path.low, path.high - at.spend
        self.stationary = loss + at.y @ self.rows - at.at_low + at.at_high
        self.missing = self.left - at.late + at.slack - path.limit
        self.late_slope = np.where(path.bought, np.where(path.bought, path.dearest, 0.0) - at.y - at.at_none, 0.0)
        self.bend = bend + at.at_low / self.below + at.at_high / self.above
        self.slack_per_y = np.where(path.tight, 0.0, at.slack / np.where(path.tight, 1.0, at.y))
        self.late_per_none = np.where(path.bought, at.late / at.at_none, 0.0)
        weighed = self.rows / self.bend
        self.matrix = weighed @ self.rows.T
        self.matrix.flat[:: len(self.matrix) + 1] += self.slack_per_y + self.late_per_none
        self.weighed = weighed

    @property
    def error(self) -> float:
        """How far the point is from an answer: products left, and rows missed, each relative to its size."""
        gross = float((self.path.profit * self.at.spend**self.path.eta).sum() + self.at.spend.sum())
        size = np.abs(self.path.limit) + np.abs(self.rows) @ self.at.spend + 1e-12
        wrong = float(np.abs(self.stationary) @ self.at.spend)
        return max((self.path.products(self.at) + wrong) / gross, float((np.abs(self.missing) / size).max(initial=0.0)))

    def towards(self, product: float, moved: _Point | None = None) -> _Point:
        """Return the direction in which every distance times its multiplier becomes `product`.

        `moved` is the direction without it, whose own products are allowed for.
        """
        path, at = self.path, self.at
        low = product - (moved.spend * moved.at_low if moved else 0.0)
        high = product + (moved.spend * moved.at_high if moved else 0.0)
        slack = product - (moved.slack * moved.y if moved else 0.0)
        late = product - (moved.late * moved.at_none if moved else 0.0)
        low, high = low / self.below - at.at_low, high / self.above - at.at_high
        slack = np.where(path.tight, 0.0, slack / np.where(path.tight, 1.0, at.y) - at.slack)
        late = np.where(path.bought, late / at.at_none - at.late - self.late_per_none * self.late_slope, 0.0)
        right = low - high - self.stationary
        y = _solved(self.matrix, self.missing + self.weighed @ right + slack - late)
        spend = (right - y @ self.rows) / self.bend
        return _Point(
            spend=spend,
            slack=slack - self.slack_per_y * y,
            late=np.where(path.bought, late + self.late_per_none * y, 0.0),
            y=y,
            at_low=low - at.at_low / self.below * spend,
            at_high=high + at.at_high / self.above * spend,
            at_none=np.where(path.bought, self.late_slope - y, 0.0),
        )

    def lengths(self, by: _Point) -> tuple[float, float]:
        """Return how far spends and multipliers may go in a direction before one of them meets its bound."""
        at, tight, bought = self.at, self.path.tight, self.path.bought
        primal = (
            _room(self.below, by.spend),
            _room(self.above, -by.spend),
            _room(at.slack[~tight], by.slack[~tight]),
            _room(at.late[bought], by.late[bought]),
        )
        dual = (
            _room(at.at_low, by.at_low),
            _room(at.at_high, by.at_high),
            _room(at.y[~tight], by.y[~tight]),
            _room(at.at_none[bought], by.at_none[bought]),
        )
        return min(primal), min(dual)

    def next(self) -> _Point:
        """Return the next point of the path."""
        path, at = self.path, self.at
        count = 2 * len(at.spend) + int((~path.tight).sum()) + int(path.bought.sum())
        predicted = self.towards(0.0)
        now, then = path.products(at), path.products(at.moved(predicted, *self.lengths(predicted)))
        by = self.towards(now / count * min(1.0, max(then, 0.0) / (now or 1.0)) ** 3, predicted)
        primal, dual = self.lengths(by)
        if len(path.features):
            primal = dual = min(primal, dual)  # the rows' curves bend with the multipliers: both go together
        return at.moved(by, min(1.0, _NEARLY * primal), min(1.0, _NEARLY * dual))


def _room(left: Floats, by: Floats) -> float:
    """Return how many times a direction can be gone, at most once, until something positive is used up."""
    shrinks = by < 0
    return min(1.0, float((-left[shrinks] / by[shrinks]).min(initial=np.inf)))


def _solved(matrix: Floats, right: Floats) -> Floats:
    """Solve a positive system whose rows may be of very unequal size, or one the sum of others."""
    root = np.sqrt(np.maximum(matrix.diagonal(), 1e-300))
    scaled = matrix / root / root[:, None]
    held, wanted = scaled.copy(), right / root
    held.flat[:: len(root) + 1] += _RIDGE
    answer = np.linalg.solve(held, wanted)
    for _ in range(3):
        answer = answer + np.linalg.solve(held, wanted - scaled @ answer)
    return np.asarray(answer / root, dtype=np.float64)


@np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore")
def interior_point(problem: Problem, straight: NDArray[np.bool_] | None = None) -> tuple[Floats, Floats] | None:
    """Return sorted spends without unit and the multiplier of each row; nothing where the path leads nowhere.

    Cells that are `straight` (sorted) have the chord between their bounds for a curve.
    """
    whole, problem = problem, _spoken_for(problem)
    path = _Path(problem, np.zeros(len(problem.order), dtype=bool) if straight is None else straight)
    if not path.free.any() or not problem.rows:
        return None
    best, least, at = None, np.inf, path.start()
    for _ in range(_STEPS):
        step = _Step(path, at)
        if not np.isfinite(step.error):
            break
        if step.error < least:
            best, least = at, step.error
        if step.error <= _DONE:
            break
        try:
            at = step.next()
        except np.linalg.LinAlgError:
            break
    if best is None:
        return None
    width = path.high - path.low
    inner = np.where(best.spend - path.low <= _AT_BOUND * width, path.low, best.spend)
    inner = np.where(path.high - best.spend <= _AT_BOUND * width, path.high, inner)
    spend = problem.low.copy()
    spend[path.free] = inner
    y = best.y
    if problem is not whole:
        # The price of the budget, which had no say, is any that is high enough for floors and for all other cells.
        floors = np.array([row.kind == "floor" for row in whole.rows])
        money = floors | np.array([row.kind == "total" for row in whole.rows])
        prices = [y + money * (size - min(0.0, float(y[floors].min()))) for size in np.logspace(-1, 10, 45)]
        y = min(prices, key=Dual(whole).bound)
    return spend, np.clip(y, [row.lowest for row in whole.rows], path.dearest)


def _spoken_for(problem: Problem) -> Problem:
    """Return a problem with an inside: where floors alone take the whole budget they are kept exactly, without it."""
    total = next((place for place, row in enumerate(problem.rows) if row.kind == "total"), None)
    floors = [place for place, row in enumerate(problem.rows) if row.kind == "floor"]
    if total is None or not floors:
        return problem
    members = -problem.price_rows[:, floors].sum(axis=1)
    outside = problem.sums(problem.low) @ (members == 0)
    needed = float(-problem.limit[floors].sum() + outside)
    if members.max() > 1 or needed < problem.rows[total].limit * (1 - _WHOLE):
        return problem
    rows = [replace(row, lowest=-np.inf) if row.kind == "floor" else row for row in problem.rows]
    rows[total] = replace(rows[total], limit=2.0 * rows[total].limit)
    free = (members > 0)[problem.signature]
    return replace(problem, rows=tuple(rows), high=np.where(free, problem.high, problem.low))
