"""What orders cost when they ship late or not at all, as a convex cost of the number of orders.

A shop that can ship ``r`` orders an hour and promised to ship within ``H`` hours keeps its word for the first ``r H``
of a burst of orders. Each one beyond is late and pays the late rate; each one beyond ``r (H + G)``, with ``G`` the
hours of grace after which a late order counts as out of stock, pays the missing rate as well and loses what it would
have earned. The cost of one more order therefore only rises with the number of orders: piecewise linear and convex,

    cost(o) = sum_j  d_j max(0, o - T_j),      d_j > 0 the rise at threshold T_j,

which is what an optimiser needs to stay exact. The rates are the platforms' published ones as sellers' guides give
them; they are defaults, and every one can be set.

Nothing here knows a brief or an optimiser: numbers in, a `FulfilmentCost` out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["COMPENSATION", "NO_COST", "Compensation", "FulfilmentCost", "Rate", "shipping_cost"]


@dataclass(frozen=True)
class Rate:
    """A payment that is a share of the price, between a least and a most amount [currency per order]."""

    share: float = 0.0
    least: float = 0.0
    most: float = math.inf

    def amount(self, price: float) -> float:
        """Return what one order at this price pays [currency]."""
        return min(max(self.share * price, self.least), self.most)


@dataclass(frozen=True)
class Compensation:
    """What one order pays when late, what more when it never ships, and the most in all as a share of its price."""

    late: Rate = Rate()
    missing: Rate = Rate()
    most_share: float = math.inf

    def late_amount(self, price: float) -> float:
        """Return what a late order pays [currency]."""
        return min(self.late.amount(price), self.most_share * price)

    def missing_amount(self, price: float) -> float:
        """Return what an order that is late and then never ships pays in all [currency]."""
        return min(self.late.amount(price) + self.missing.amount(price), self.most_share * price)


COMPENSATION: Mapping[str, Compensation] = MappingProxyType(
    {
        "tmall": Compensation(late=Rate(0.05, 5.0, 50.0), missing=Rate(0.30, 5.0, 500.0), most_share=0.35),
        "taobao": Compensation(late=Rate(0.05, 1.0, 30.0), missing=Rate(0.30, 0.0, 30.0)),
        "other": Compensation(),
    }
)


@dataclass(frozen=True)
class FulfilmentCost:
    """A convex, piecewise-linear cost of orders.

    Parameters
    ----------
    thresholds
        Where the cost of one more order rises; increasing, at least 0. [orders]
    costs
        Cost of one more order beyond each threshold; increasing, above 0; 0 before the first.
        [currency per order]
    """

    thresholds: tuple[float, ...] = ()
    costs: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        problems = []
        if len(self.thresholds) != len(self.costs):
            problems.append(f"{len(self.thresholds)} thresholds but {len(self.costs)} costs")
        if not all(math.isfinite(number) for number in (*self.thresholds, *self.costs)):
            problems.append("thresholds and costs must be finite")
        if any(later <= earlier for earlier, later in zip((-1e-300, *self.thresholds), self.thresholds, strict=False)):
            problems.append(f"thresholds must be at least 0 and increase: {self.thresholds}")
        if any(later <= earlier for earlier, later in zip((0.0, *self.costs), self.costs, strict=False)):
            problems.append(f"costs must be above 0 and increase, or the cost is not convex: {self.costs}")
        if problems:
            raise ValueError("; ".join(problems))

    @property
    def rises(self) -> tuple[float, ...]:
        """Rise of the cost of one more order at each threshold [currency per order]."""
        return tuple(later - earlier for earlier, later in zip((0.0, *self.costs), self.costs, strict=False))

    def cost(self, orders: float) -> float:
        """Return what this many orders cost in all [currency]."""
        return sum(rise * max(0.0, orders - at) for at, rise in zip(self.thresholds, self.rises, strict=True))

    def next_cost(self, orders: float) -> float:
        """Return what one more order costs when there are this many [currency per order]."""
        return sum(rise for at, rise in zip(self.thresholds, self.rises, strict=True) if orders >= at)


NO_COST = FulfilmentCost()


def shipping_cost(
    platform: str,
    order_price: float,
    ship_per_day: float,
    *,
    promise_hours: float = 48.0,
    grace_hours: float = 72.0,
    spread_hours: float = 0.0,
    backlog: float = 0.0,
    lost_profit: float = 0.0,
    compensation: Compensation | None = None,
) -> FulfilmentCost:
    """Return what orders beyond the shipping capacity cost.

    Parameters
    ----------
    platform
        ``tmall``, ``taobao`` or ``other``, which pays nothing. [name in `COMPENSATION`]
    order_price
        What a buyer pays for one order. [currency]
    ship_per_day
        Orders the shop can hand to carriers in 24 hours. [orders per day]
    promise_hours
        Time promised between payment and pick-up. [h]
    grace_hours
        How much later a late order counts as out of stock. [h]
    spread_hours
        Time over which the orders come in, evenly; 0, the careful choice, takes them all to come at once. [h]
    backlog
        Orders that wait already, or come without advertising, and ship first. [orders]
    lost_profit
        Profit that an order which never ships does not bring. [currency per order]
    compensation
        Rates to use in place of the platform's.

    Returns
    -------
    FulfilmentCost
        Of the orders that advertising brings; steps that cost nothing are left out.
    """
    amounts = (order_price, ship_per_day, promise_hours, grace_hours, spread_hours, backlog, lost_profit)
    if not all(math.isfinite(amount) and amount >= 0 for amount in amounts):
        raise ValueError(f"every amount must be finite and at least 0, found {amounts}")
    if compensation is None:
        if platform not in COMPENSATION:
            raise ValueError(f"unknown platform {platform!r}: expected one of {', '.join(COMPENSATION)}")
        compensation = COMPENSATION[platform]
    in_time = ship_per_day / 24 * (promise_hours + spread_hours)
    at_all = in_time + ship_per_day / 24 * grace_hours
    late = compensation.late_amount(order_price)
    steps: list[tuple[float, float]] = []
    for threshold, cost in ((in_time, late), (at_all, compensation.missing_amount(order_price) + lost_profit)):
        place = max(0.0, threshold - backlog)
        if steps and steps[-1][0] == place:
            steps.pop()
        if cost > (steps[-1][1] if steps else 0.0):
            steps.append((place, cost))
    return FulfilmentCost(tuple(place for place, _ in steps), tuple(cost for _, cost in steps))
