"""Who gets how many messages, and when: the exact optimum, for every budget at once.

A person of a segment follows a *pattern*: no message, one at an hour, or several at hours at least a gap apart. A
pattern is worth the sum of its messages' values, the second message's weaker than the first's. The numbers of people
on each pattern solve a linear program,

    max  sum (value - price_of_money * cost) * people    with  people on a segment's patterns <= people of the segment,
                                                               messages in an hour <= what the provider carries then,

by the simplex method; the patterns to bring in are found by dynamic programming over the hours, so that none has to be
listed beforehand. What the best plan of every budget is worth is a concave function made of straight pieces: its
corners are found by asking again at the slope between two known ones. The plan for a budget between two corners is the
mixture of theirs, which spends exactly that much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Corner", "Pattern", "SendProblem", "best_plan", "frontier"]

Floats = NDArray[np.float64]
_TOLERANCE = 1e-9
_REFRESH = 200


@dataclass(frozen=True)
class Pattern:
    """The hours at which people of one segment get their messages, in order."""

    segment: int
    hours: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class SendProblem:
    """Segments, hours, and what a message is worth.

    Attributes
    ----------
    people
        Per segment. [people]
    value
        Per segment, layer and hour, before the message is paid for; ``-inf`` where there is no such message.
        [currency/message]
    cost
        Of one message. [currency/message]
    room
        Most messages per hour of sending; may be infinite. [messages]
    at
        Hours of sending on any clock, increasing. [h]
    gap
        Least time between two messages to one person. [h]
    """

    people: Floats
    value: Floats
    cost: float
    room: Floats
    at: Floats
    gap: float

    def worth(self, pattern: Pattern) -> float:
        """Return what a person on a pattern is worth, before the messages are paid for."""
        return float(sum(self.value[pattern.segment, layer, hour] for layer, hour in enumerate(pattern.hours)))


@dataclass(frozen=True, eq=False)
class Corner:
    """The best plan of one budget.

    Attributes
    ----------
    people
        How many people are on each pattern that is used. [people]
    cost, value
        What the messages cost, and are worth before that. [currency]
    """

    people: dict[Pattern, float]
    cost: float
    value: float


class _Simplex:
    """A primal simplex with generated columns, kept between questions that differ in the price of money only."""

    def __init__(self, problem: SendProblem) -> None:
        self.problem = problem
        self.bounded = np.flatnonzero(problem.room < problem.people.sum())
        self.segments = len(problem.people)
        self.limit = np.concatenate((problem.people, problem.room[self.bounded])).astype(float)
        self.row = np.full(len(problem.at), -1)
        self.row[self.bounded] = self.segments + np.arange(len(self.bounded))
        # A basis of slacks: nobody gets anything. None stands for the slack of the row of the same place at the start.
        self.basis: list[Pattern | int] = list(range(len(self.limit)))
        self.inverse: Floats = np.eye(len(self.limit))
        self.worth, self.messages = np.zeros(len(self.limit)), np.zeros(len(self.limit))
        self.pivots = 0
        # For each hour, the last hour at which the message before may have been sent; -1 where there is none.
        self.before = np.searchsorted(problem.at, problem.at - problem.gap + 1e-9, side="right") - 1
        self.before = np.minimum(self.before, np.arange(len(problem.at)) - 1)
        finite = problem.value[np.isfinite(problem.value)]
        self.scale = max(float(np.abs(finite).max(initial=0.0)), problem.cost, 1e-300)

    def solve(self, money: float) -> Corner:
        """Return the best plan when a unit of money costs `money` (1 is its face value)."""
        for _ in range(200_000):
            duals = (self.worth - money * self.problem.cost * self.messages) @ self.inverse
            entering = self._entering(duals, money)
            if entering is None:
                return self._corner()
            self._pivot(entering)
        raise ValueError("the choice of sends did not come to an end")

    def _entering(self, duals: Floats, money: float) -> Pattern | int | None:
        """Return the column that gains most per unit at these prices; None where none gains."""
        least = _TOLERANCE * self.scale
        slack = int(np.argmin(duals))
        best: Pattern | int | None = slack if duals[slack] < -least else None
        gain = -float(duals[slack]) if best is not None else least
        toll = np.where(self.row >= 0, duals[self.row], 0.0)
        net = self.problem.value - money * self.problem.cost - toll[None, None, :]
        pattern, reduced = self._best_pattern(net, duals[: self.segments])
        return pattern if reduced > gain else best

    def _best_pattern(self, net: Floats, rent: Floats) -> tuple[Pattern | None, float]:
        """Return the pattern with the largest sum of net values less its segment's rent, by dynamic programming."""
        segments, layers, hours = net.shape
        reach: list[Floats] = []
        carry: Floats = np.zeros((segments, hours))
        for layer in range(layers):
            total = net[:, layer, :] + carry
            reach.append(total)
            running = np.maximum.accumulate(total, axis=1)
            carry = np.where(self.before >= 0, running[:, self.before], -np.inf)
        ends = np.stack(reach, axis=1) - rent[:, None, None]
        segment, layer, hour = (int(at) for at in np.unravel_index(int(np.argmax(ends)), ends.shape))
        reduced = float(ends[segment, layer, hour])
        if not np.isfinite(reduced):
            return None, -np.inf
        path = [hour]
        for above in range(layer - 1, -1, -1):
            path.append(int(np.argmax(reach[above][segment, : self.before[path[-1]] + 1])))
        return Pattern(segment, tuple(reversed(path))), reduced

    def _column(self, entering: Pattern | int) -> Floats:
        column = np.zeros(len(self.limit))
        if isinstance(entering, int):
            column[entering] = 1.0
            return column
        column[entering.segment] = 1.0
        for hour in entering.hours:
            if self.row[hour] >= 0:
                column[self.row[hour]] += 1.0
        return column

    def _pivot(self, entering: Pattern | int) -> None:
        """Bring a column into the basis; among rows that tie, the lexicographic rule keeps it from going in circles."""
        direction = self.inverse @ self._column(entering)
        basic = self.inverse @ self.limit
        rows = np.flatnonzero(direction > _TOLERANCE)
        ratio = np.maximum(basic[rows], 0.0) / direction[rows]
        tied = rows[ratio <= ratio.min() + 1e-12 * max(1.0, float(ratio.min()))]
        leaving = min(tied, key=lambda row: tuple(self.inverse[row] / direction[row])) if len(tied) > 1 else tied[0]
        pivot = self.inverse[leaving] / direction[leaving]
        self.inverse = self.inverse - np.outer(direction, pivot)
        self.inverse[leaving] = pivot
        self.basis[leaving] = entering
        pattern = entering if isinstance(entering, Pattern) else Pattern(0, ())
        self.worth[leaving], self.messages[leaving] = self.problem.worth(pattern), len(pattern.hours)
        self.pivots += 1

    def _corner(self) -> Corner:
        """Return the plan of the basis."""
        if self.pivots > _REFRESH:
            # Rounding piles up from pivot to pivot: once in a while the inverse is made afresh.
            matrix = np.stack([self._column(column) for column in self.basis], axis=1)
            self.inverse = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
            self.pivots = 0
        amounts = np.maximum(self.inverse @ self.limit, 0.0)
        floor = 1e-9 * max(1.0, float(self.limit.max(initial=0.0)))
        chosen = sorted(
            (
                (column, float(amount))
                for column, amount in zip(self.basis, amounts, strict=True)
                if isinstance(column, Pattern) and amount > floor
            ),
            key=lambda pair: (pair[0].segment, pair[0].hours),
        )
        people: dict[Pattern, float] = {}
        for pattern, amount in chosen:
            people[pattern] = people.get(pattern, 0.0) + amount
        return _corner_of(self.problem, people)


def _corner_of(problem: SendProblem, people: dict[Pattern, float]) -> Corner:
    cost = problem.cost * sum(len(pattern.hours) * amount for pattern, amount in people.items())
    return Corner(people, cost, sum(problem.worth(pattern) * amount for pattern, amount in people.items()))


def frontier(problem: SendProblem) -> tuple[Corner, ...]:
    """Return the corners of the best value against cost: from no message to the plan that earns most.

    Each piece between two corners has a return on the money, and the returns fall from piece to piece.
    """
    nothing = Corner({}, 0.0, 0.0)
    if not len(problem.at) or not problem.people.sum() > 0 or not np.isfinite(problem.value).any():
        return (nothing,)
    simplex = _Simplex(problem)
    most = simplex.solve(1.0)
    if not most.cost > 0:
        return (nothing,)
    corners = [nothing, *_between(simplex, nothing, most), most]
    return tuple(corners)


def _between(simplex: _Simplex, low: Corner, high: Corner) -> list[Corner]:
    """Return the corners strictly between two."""
    slope = (high.value - low.value) / (high.cost - low.cost)
    middle = simplex.solve(slope)
    above = middle.value - low.value - slope * (middle.cost - low.cost)
    small = 1e-9 * max(abs(high.value), high.cost)
    inside = low.cost + small < middle.cost < high.cost - small
    if above <= small or not inside:
        return []
    return [*_between(simplex, low, middle), middle, *_between(simplex, middle, high)]


def best_plan(corners: tuple[Corner, ...], budget: float, money_price: float = 0.0) -> dict[Pattern, float]:
    """Return the best numbers of people within a budget, when a unit of money earns `money_price` elsewhere.

    Parameters
    ----------
    corners
        As `frontier` returns them.
    budget
        Most to spend. [currency]
    money_price
        Profit that the next unit of money earns elsewhere; a message is sent where it earns more. [currency/currency]

    Returns
    -------
    dict
        People on each pattern, not yet whole.
    """
    at = corners[0]
    for corner in corners[1:]:
        step = corner.cost - at.cost
        if corner.value - at.value <= (1.0 + money_price) * step or budget <= at.cost:
            break
        share = min(1.0, (budget - at.cost) / step)
        if share < 1.0:
            patterns = {*at.people, *corner.people}
            return {
                pattern: (1 - share) * at.people.get(pattern, 0.0) + share * corner.people.get(pattern, 0.0)
                for pattern in sorted(patterns, key=lambda pattern: (pattern.segment, pattern.hours))
            }
        at = corner
    return at.people
