"""The best answer of single cells to given prices, and its sums by signature.

With multipliers on the limits a cell sees an effective price ``p`` of money and an effective value ``v`` of its curve,
and chooses the spend x in [low, high] that maximises ``v x**eta - p x``. Three kinds of cell differ in how:

* **curved**: ``x = (eta v / p)**(1/(1-eta))``, clipped, in closed form;
* **kinked**: a linear cell (eta = 1), whose answer jumps, and a cell that may be worth nothing, which does not care.
  Their answer is made continuous by a proximal term ``-(x - centre)**2 / (2 width)``; moving the centre to the answer
  and solving again leads to an exact answer of the original problem, ties split as the limits need it.

Cells are worked through in pieces small enough for the processor's cache.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.allocate.solver.cells import Floats, Ints

__all__ = ["Answer", "Piece", "Sums", "best_without_centre", "cut_pieces"]

PIECE = 16384
_TINY = 1e-300
_SMALL = 1e-100  # its square is still a number


@dataclass(eq=False)
class Sums:
    """What the dual function is made of, by signature.

    ``first[0]`` is spend, ``first[1 + f]`` feature f: the derivatives of the value with respect to minus the price and
    to the values; ``second`` holds the second derivatives.
    `torn` tells that a cell worth nothing or less is paid to spend, where answers jump.
    """

    value: float
    first: Floats
    second: Floats
    torn: bool = False

    @classmethod
    def zero(cls, signatures: int, features: int) -> Sums:
        """Return empty sums."""
        return cls(0.0, np.zeros((features + 1, signatures)), np.zeros((features + 1, features + 1, signatures)))


@dataclass(eq=False)
class Answer:
    """A piece's spends, its curves there, and what the cells earn net of the prices."""

    spend: Floats
    curve: Floats
    earned: Floats


@dataclass(eq=False)
class Piece:
    """Some cells, sorted by signature, with what is needed again and again worked out once."""

    where: slice | Ints
    elasticity: Floats
    profit: Floats
    features: Floats
    low: Floats
    high: Floats
    groups: slice | Ints
    starts: Ints
    counts: Ints
    kinked: bool
    weight: float
    centre: Floats
    width: Floats

    def __post_init__(self) -> None:
        with np.errstate(divide="ignore"):
            self.log_low, self.log_high = np.log(self.low), np.log(self.high)
            self.log_profit = np.log(self.profit)
            if not self.kinked:
                self.power = 1.0 / (1.0 - self.elasticity)
                self.log_elasticity = np.log(self.elasticity)

    def spread(self, by_signature: Floats) -> Floats:
        """Return each cell's entry of numbers given by signature."""
        return np.repeat(by_signature[self.groups], self.counts)

    def value(self, values: Floats) -> Floats:
        """Return each cell's effective value, given the value of each feature by signature."""
        value = self.profit
        for feature, by_signature in zip(self.features, values, strict=True):
            part = by_signature[self.groups]
            if part.any():
                value = value + feature * np.repeat(part, self.counts)
        return value

    def answer(self, price: Floats, values: Floats) -> Answer:
        """Return the best spends at these prices and values, both by signature."""
        value = self.value(values)
        return self._kinked(price, value)[0] if self.kinked else self._curved(price, value)[0]

    def add_to(self, sums: Sums, price: Floats, values: Floats) -> None:
        """Add the best answers at these prices and values to the sums."""
        value = self.value(values)
        if self.kinked:
            answer, slopes, bend = self._kinked(price, value)
        else:
            answer, bend = self._curved(price, value)
        sums.value += self.weight * float(answer.earned.sum())
        sums.first[0, self.groups] += self._sums(answer.spend)
        if len(self.features):
            sums.first[1:, self.groups] += self._sums(self.features * answer.curve)
        if self.kinked:
            self._add_second(sums.second, bend, self.features * slopes)
            return
        # dx / d(log value) is a cell's bend and dx / d(log price) its negative; a price is that of a whole signature
        own = price[self.groups]
        if own.min() <= 0.0:
            sums.torn |= bool(np.any((value <= 0.0) & (np.repeat(own, self.counts) <= 0.0)))
        slopes = 1.0 / np.maximum(value, _SMALL) if len(self.features) else value
        self._add_second(sums.second, bend, self.features * slopes, price=own, inverse=1.0 / np.maximum(own, _SMALL))

    def _sums(self, values: Floats) -> Floats:
        """Return the weighted sums of cells' values by signature."""
        return np.asarray(self.weight * np.add.reduceat(values, self.starts, axis=-1), dtype=np.float64)

    def _add_second(
        self, second: Floats, bend: Floats, slopes: Floats, price: Floats | float = 1.0, inverse: Floats | float = 1.0
    ) -> None:
        """Add second derivatives: bends, times slopes of what is sold, times what a signature's cells share."""
        second[0, 0, self.groups] += price * inverse * inverse * self._sums(bend)
        for place, slope in enumerate(slopes, start=1):
            weighted = bend * slope
            cross = price * inverse * self._sums(weighted)
            second[0, place, self.groups] += cross
            second[place, 0, self.groups] += cross
            among = price * self._sums(weighted * slopes[place - 1 :])
            second[place, place:][:, self.groups] += among
            second[place + 1 :, place][:, self.groups] += among[1:]

    def _curved(self, price: Floats, value: Floats) -> tuple[Answer, Floats]:
        """Return the closed-form answer and ``spend / (1 - eta)`` of the cells that are not at a bound."""
        cell_price = self.spread(price)
        with np.errstate(divide="ignore", invalid="ignore", under="ignore"):
            log_value = self.log_profit if value is self.profit else np.log(np.maximum(value, 0.0))
            log_spend = log_value - self.spread(np.log(np.maximum(price, 0.0)))
            log_spend += self.log_elasticity
            log_spend *= self.power
            inside = (log_spend > self.log_low) & (log_spend < self.log_high)
            if price.min() <= 0.0:
                log_spend = np.where(cell_price > 0.0, log_spend, self._better_end(cell_price, value))
            np.maximum(log_spend, self.log_low, out=log_spend)
            np.minimum(log_spend, self.log_high, out=log_spend)
            spend = np.exp(log_spend)
            log_spend *= self.elasticity
            curve = np.exp(log_spend)
        return Answer(spend, curve, value * curve - cell_price * spend), spend * self.power * inside

    def _better_end(self, price: Floats, value: Floats) -> Floats:
        """Return plus infinity where spending all is best, for cells that are paid to spend."""
        gain = value * (self.high**self.elasticity - self.low**self.elasticity) - price * (self.high - self.low)
        return np.where(gain >= 0.0, np.inf, -np.inf)

    def _kinked(self, price: Floats, value: Floats) -> tuple[Answer, Floats, Floats]:
        """Return the proximal answer, the curves' slopes there, and one over the bend of the objective.

        A cell whose value is below 0 loses by every click, and a loss on a concave curve is not concave: its curve is
        replaced by the tangent at the centre, which overstates the loss and is exact once the centre has settled.
        """
        cell_price = self.spread(price)
        concave = (value > 0.0) & (self.elasticity < 1.0)
        touch = np.maximum(self.centre, 1e-9 * self.high + _SMALL)  # a slope there that prices cannot blow up
        tangent = np.where(self.elasticity < 1.0, self.elasticity * touch ** (self.elasticity - 1.0), 1.0)
        spend = self.centre + self.width * (value * tangent - cell_price)
        if concave.any():
            parts = (self.elasticity, value, cell_price, self.centre, self.width)
            spend[concave] = _proximal_spend(*(part[concave] for part in parts))
        inside = (spend > self.low) & (spend < self.high)
        np.clip(spend, self.low, self.high, out=spend)
        safe = np.maximum(spend, _TINY)
        curve = np.where(concave, safe**self.elasticity, self.centre**self.elasticity + tangent * (spend - self.centre))
        slopes = np.where(concave, self.elasticity * np.where(inside, curve / safe, 0.0), tangent * inside)
        bend = np.where(concave, value * (1.0 - self.elasticity) * slopes / safe, 0.0)
        earned = value * curve - cell_price * spend - (spend - self.centre) ** 2 / (2.0 * self.width)
        return Answer(spend, curve, earned), slopes, inside / (1.0 / self.width + bend)


@np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore")
def _proximal_spend(elasticity: Floats, value: Floats, price: Floats, centre: Floats, width: Floats) -> Floats:
    """Maximise ``v x**eta - p x - (x - centre)**2 / (2 width)`` for v > 0 and eta < 1.

    The derivative ``c x**(eta-1) - a - x/width`` with ``c = eta v`` and ``a = p - centre/width`` is convex and falls in
    x, so Newton's steps from the left of its root climb to it and never pass it.
    """
    slope, rest = elasticity * value, price - centre / width
    spend = (slope * width / 2.0) ** (1.0 / (2.0 - elasticity))
    right = rest > 0.0
    no_width = (slope / (2.0 * np.where(right, rest, 1.0))) ** (1.0 / (1.0 - elasticity))
    spend = np.where(right, np.minimum(spend, no_width), np.maximum(spend, -rest * width))
    spend = np.maximum(spend, _TINY)
    for _ in range(40):
        power = slope * spend ** (elasticity - 1.0)
        step = (power - rest - spend / width) / ((1.0 - elasticity) * power / spend + 1.0 / width)
        spend = spend + np.maximum(step, 0.0)
        if np.all(step <= 1e-15 * spend):
            break
    return np.asarray(spend, dtype=np.float64)


def best_without_centre(piece: Piece, price: Floats, values: Floats) -> float:
    """Return the most that a kinked piece can earn net of the prices, without the proximal term."""
    value, cell_price = piece.value(values), piece.spread(price)
    curved = (piece.elasticity < 1.0) & (value > 0.0) & (cell_price > 0.0)
    inner = np.where(curved, piece.low, 0.0)
    power = 1.0 / (1.0 - piece.elasticity[curved])
    with np.errstate(over="ignore", under="ignore"):
        inner[curved] = (piece.elasticity[curved] * value[curved] / cell_price[curved]) ** power
    best: Floats = np.full(len(value), -np.inf)
    for spend in (piece.low, piece.high, np.clip(inner, piece.low, piece.high)):
        best = np.maximum(best, value * spend**piece.elasticity - cell_price * spend)
    return float(best.sum())


def cut_pieces(
    signature: Ints,
    kinked: NDArray[np.bool_],
    arrays: tuple[Floats, Floats, Floats, Floats, Floats],
    step: int = 1,
    width: float = 1.0,
) -> list[Piece]:
    """Cut sorted cells into pieces of one kind each, taking every `step`-th cell with its weight.

    `arrays` holds elasticity, profit, features, low and high; `width` is the width of the proximal term for a cell
    as wide as one unit of money.
    """
    elasticity, profit, features, low, high = arrays
    pieces = []
    for kind in (False, True):
        places = np.flatnonzero(kinked == kind) if kinked.any() else np.arange(0 if kind else len(signature))
        chosen = places[step // 2 :: step] if step > 1 and len(places) > step else places
        weight = len(places) / max(len(chosen), 1)
        for begin in range(0, len(chosen), PIECE):
            part = chosen[begin : begin + PIECE]
            where = slice(int(part[0]), int(part[-1]) + 1) if part[-1] - part[0] + 1 == len(part) else part
            own = signature[where]
            starts = np.flatnonzero(np.concatenate(([True], own[1:] != own[:-1])))
            span = np.maximum(high[where] - low[where], _TINY)
            groups = own[starts]
            together = int(groups[-1]) + 1 - int(groups[0]) == len(groups)
            pieces.append(
                Piece(
                    where=where,
                    elasticity=elasticity[where],
                    profit=profit[where],
                    features=features[:, where],
                    low=low[where],
                    high=high[where],
                    groups=slice(int(groups[0]), int(groups[-1]) + 1) if together else groups,
                    starts=starts,
                    counts=np.diff(np.concatenate((starts, [len(own)]))),
                    kinked=kind,
                    weight=weight,
                    centre=low[where].copy(),
                    width=width * span,
                )
            )
    return pieces
