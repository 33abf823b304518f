"""The dual function of an allocation problem, and its minimum.

For multipliers y of the rows

    D(y) = sum_cells max_x [ v(y) x**eta - p(y) x ] + y . limit

bounds the profit of every plan from above. D is convex; its gradient is the slack of each row and its second derivative
a sum over cells that are not at a bound, so the minimum over the multipliers' ranges is found by Newton's method: each
step minimises the quadratic model within the ranges. Three guards make it safe where the problem is degenerate: the
Hessian is damped in proportion to its diagonal, a step in a direction without curvature is held to the size of the
prices, and a step that does not lower D is shortened.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.allocate.solver.cells import Floats
from planner.allocate.solver.pieces import Piece, Sums, best_without_centre, cut_pieces
from planner.allocate.solver.problem import Problem

__all__ = ["Dual", "Point", "minimise"]

_NOTHING = 1e-250
_USUAL_PRICE = 1.0


@dataclass(eq=False)
class Point:
    """Multipliers, and the dual function there with its derivatives."""

    y: Floats
    value: float
    gradient: Floats
    hessian: Floats
    size: Floats
    price: Floats
    torn: bool

    def residual(self, dual: Dual) -> float:
        """Return the largest violation or useless price of a row, relative to the row's size."""
        held = np.where(self.gradient > 0, self.y <= dual.lowest, self.y >= dual.highest)
        return float(np.where(held, 0.0, np.abs(self.gradient) / self.size).max(initial=0.0))


class Dual:
    """The dual function over all cells, or over every n-th cell with its weight."""

    def __init__(self, problem: Problem, step: int = 1) -> None:
        self.problem = problem
        self.limit = problem.limit
        self.lowest = np.array([row.lowest for row in problem.rows])
        self.highest = np.array([row.highest for row in problem.rows])
        kinked = (problem.elasticity == 1.0) | (problem.profit == 0.0)
        arrays = (problem.elasticity, problem.profit, problem.features, problem.low, problem.high)
        self.pieces = cut_pieces(problem.signature, kinked, arrays, step)
        self._rows = np.concatenate((-problem.price_rows[None], problem.value_rows))
        self._all_rows = self._rows.reshape(len(self._rows) * problem.signatures, len(problem.rows))
        self._row_sizes, self.limit_size = np.abs(self._all_rows), np.abs(self.limit)
        self._reach = self._largest_steps()

    @property
    def kinked(self) -> list[Piece]:
        """The pieces whose answers depend on a centre."""
        return [piece for piece in self.pieces if piece.kinked]

    def set_centres(self, spend: Floats, widen: float = 1.0) -> None:
        """Move the proximal terms of kinked cells to these spends, sorted, and widen them."""
        for piece in self.kinked:
            piece.centre = spend[piece.where].copy()
            piece.width = piece.width * widen

    def lean(self, y: Floats) -> None:
        """Move the centres of kinked cells to where prices near the right ones put them, and hold them less."""
        price, values = self.prices(y)
        for piece in self.kinked:
            width = piece.width
            piece.width = 1e4 * width
            piece.centre, piece.width = piece.answer(price, values).spend, 100.0 * width

    def prices(self, y: Floats) -> tuple[Floats, Floats]:
        """Return the price of money and the value of each feature, by signature."""
        own = self._rows @ y
        return self.problem.base_price - own[0], own[1:]

    def at(self, y: Floats) -> Point:
        """Return the dual function, with the proximal terms of kinked cells, at these multipliers."""
        price, values = self.prices(y)
        sums = Sums.zero(self.problem.signatures, len(self.problem.features))
        for piece in self.pieces:
            piece.add_to(sums, price, values)
        first = sums.first.ravel()
        # each feature's second derivatives with all others, times the rows, beside the rows as they are
        bent = np.einsum("abs,bsr->asr", sums.second, self._rows).reshape(self._all_rows.shape)
        return Point(
            y=y,
            value=sums.value + float(self.limit @ y),
            gradient=self.limit + first @ self._all_rows,
            hessian=self._all_rows.T @ bent,
            size=np.maximum(self.limit_size + np.abs(first) @ self._row_sizes, 1e-300),
            price=price,
            torn=sums.torn,
        )

    def bound(self, y: Floats) -> float:
        """Return the dual function itself, an upper bound of the profit of every plan."""
        price, values = self.prices(y)
        earned = 0.0
        for piece in self.pieces:
            if piece.kinked:
                earned += best_without_centre(piece, price, values)
            else:
                earned += float(piece.answer(price, values).earned.sum())
        return earned + float(self.limit @ y)

    def spend(self, y: Floats) -> Floats:
        """Return the best spend of every cell at these multipliers, sorted and without unit."""
        price, values = self.prices(y)
        spend = np.empty(len(self.problem.order))
        for piece in self.pieces:
            spend[piece.where] = np.clip(piece.answer(price, values).spend, piece.low, piece.high)
        return spend

    def _largest_steps(self) -> Floats:
        """Return, by row, the multiplier that changes a usual cell's price or value by about all of it."""
        problem = self.problem
        sample = slice(None, None, max(1, len(problem.order) // 1000))
        worth = float(problem.profit[sample].sum())
        steps = []
        for row in problem.rows:
            if row.price:
                steps.append(1.0 / abs(row.price))
                continue
            amount = float(problem.features[problem.used_features.index(row.feature), sample].sum())
            steps.append(worth / amount if worth > 0 and amount > 0 else 1.0)
        return np.array(steps)

    def step(self, point: Point, damping: float) -> tuple[Floats, float]:
        """Return the step that minimises the damped quadratic model within the multipliers' ranges, and its fall."""
        share = point.size / (float(np.abs(point.price).max(initial=_USUAL_PRICE)) * self._reach)
        model = point.hessian.copy()
        model.flat[:: len(share) + 1] += damping * (point.hessian.diagonal() + share) + 1e-15 * share
        move = _minimise_in_box(model, point.gradient, self.lowest - point.y, self.highest - point.y)
        return move, -float(point.gradient @ move + move @ point.hessian @ move / 2.0)


def _minimise_in_box(model: Floats, gradient: Floats, lowest: Floats, highest: Floats) -> Floats:
    """Minimise ``d . model d / 2 + gradient . d`` for lowest <= d <= highest."""
    if len(gradient) == 1 and model[0, 0] > _NOTHING:
        return np.asarray(np.clip(-gradient / model[0], lowest, highest), dtype=np.float64)
    diagonal = model.diagonal()
    root = 1.0 / np.sqrt(np.where(diagonal > _NOTHING, diagonal, 1.0))
    model, gradient = model * root * root[:, None], gradient * root
    lowest, highest = lowest / root, highest / root
    model.flat[:: len(root) + 1] += 1e-13
    low, high = (lowest >= 0) & (gradient > 0), (highest <= 0) & (gradient < 0)
    for _ in range(25):
        free = ~(low | high)
        step = np.where(low, lowest, np.where(high, highest, 0.0))
        places = free.nonzero()[0]
        if len(places):
            rest = gradient + model @ step if len(places) < len(step) else gradient
            step[places] = -np.linalg.solve(model[places[:, None], places], rest[places])
        slope = gradient + model @ step
        now_low, now_high = (
            np.where(free, step < lowest, low & (slope > 0)),
            np.where(free, step > highest, high & (slope < 0)),
        )
        if (now_low == low).all() and (now_high == high).all():
            return np.minimum(np.maximum(step, lowest), highest) * root
        low, high = now_low, now_high
    step = np.clip(step, lowest, highest)
    for _ in range(50):
        for place in range(len(step)):
            move = step[place] - (gradient[place] + model[place] @ step) / model[place, place]
            step[place] = min(max(move, lowest[place]), highest[place])
    return np.asarray(step * root, dtype=np.float64)


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def minimise(dual: Dual, y: Floats, tolerance: float, steps: int = 80) -> Point:
    """Return the point where the dual function is least, starting at `y`; the best one found if it takes too long."""
    point = dual.at(np.minimum(np.maximum(y, dual.lowest), dual.highest))
    residual = point.residual(dual)
    damping, stalled = 1e-2, 0
    for _ in range(steps):
        if residual <= tolerance or stalled >= 4 or damping > 1e12:
            break
        move, fall = dual.step(point, max(damping, 1e-6 * min(1.0, residual)))
        trial = dual.at(np.minimum(np.maximum(point.y + move, dual.lowest), dual.highest))
        noise = 1e-15 * (abs(point.value) + float(dual.limit_size @ np.abs(point.y)))
        actual = point.value - trial.value
        if trial.torn > point.torn or not actual >= 1e-3 * fall - 4.0 * noise:
            damping = max(damping * 8.0, 1e-8)
            continue
        new = trial.residual(dual)
        if fall <= noise:
            stalled = stalled + 1
        damping = damping * (0.03 if actual > 0.7 * fall else 1.0 if actual > 0.2 * fall else 4.0)
        if new < residual or actual > 4.0 * noise:
            point, residual = trial, new
    return point
