"""After the sale: parcels, messages to buyers, questions and returns day by day, and what late orders cost.

Orders ship in the order in which they came, at the shop's capacity. A message goes out when a parcel ships and one when
it arrives: both calm buyers, and both are paid per order, after the promotion and beside its budget. The numbers of
questions and the days a parcel travels are judgement.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.allocate.fulfilment import COMPENSATION
from planner.brief import Brief
from planner.brief.providers import Provider

__all__ = ["SHIP_HOUR", "AfterSale", "paid_price", "plan_after_sale"]

# When the day's parcels go out, by the promotion's clock.
SHIP_HOUR = 9
_TRAVEL_DAYS = 3
_RETURN_DAYS = 7
_QUESTIONS_PER_WAITING_ORDER = 0.15
_MOST_DAYS = 60


@dataclass(frozen=True, eq=False)
class AfterSale:
    """What follows from the orders.

    Attributes
    ----------
    table
        One row a ``date``: ``parcels`` shipped, ``waiting`` orders of those that came until `SHIP_HOUR` once these are
        out, ``left`` at the day's end, ``messages`` to buyers, their ``cost`` [currency], ``questions`` of those who
        wait, and ``returns``.
    orders
        All orders. [orders]
    first_deadline, last_deadline
        When the first and the last order must have been picked up.
    late
        Orders that ship after their promised time at this capacity. [orders]
    late_cost, missing_cost
        What one late order pays, and one that never ships, by the platform's rules; NaN where no
        order's price is known. [currency/order]
    """

    table: pd.DataFrame
    orders: float
    first_deadline: pd.Timestamp
    last_deadline: pd.Timestamp
    late: float
    late_cost: float
    missing_cost: float

    @property
    def messages(self) -> int:
        """Messages to buyers in all."""
        return int(self.table["messages"].sum())

    @property
    def cost(self) -> float:
        """What those messages cost. [currency]."""
        return float(self.table["cost"].sum())


def paid_price(brief: Brief, market: pd.DataFrame | None = None) -> float | None:
    """Return what a buyer pays for an order, which the platforms' rules for late orders refer to; None if not known.

    Parameters
    ----------
    brief
        The promotion; its ``shop.order_value`` comes first.
    market
        `tables.MARKET`, whose order values are taken weighted by orders.

    Returns
    -------
    float
        [currency/order]
    """
    if brief.shop.order_value is not None:
        return brief.shop.order_value
    if market is None or market.empty:
        return None
    weight = (market["clicks"] * market["conversion"]).to_numpy(dtype=float)
    return float(np.average(market["order_value"], weights=weight if weight.sum() > 0 else None))


def plan_after_sale(
    brief: Brief, orders: pd.DataFrame, provider: Provider | None = None, *, price: float | None = None
) -> AfterSale | None:
    """Return what follows from the orders; None where there are none.

    Parameters
    ----------
    brief
        The promotion; without ``stock.ship_per_day`` every order ships within a day.
    orders
        ``at`` and ``orders``: when how many are expected.
    provider
        Who carries the messages to buyers; None sends none.
    price
        What a buyer pays for an order; the brief's word if not given. [currency/order]
    """
    orders = orders[orders["orders"] > 0].sort_values("at", kind="stable")
    if orders.empty:
        return None
    promise = pd.Timedelta(hours=brief.stock.promise_hours)
    came = pd.DatetimeIndex(orders["at"]).tz_convert(brief.zone)
    by_day = orders.groupby(came.date)["orders"].sum()
    later = orders[came.hour >= SHIP_HOUR]
    too_late = later.groupby(came[came.hour >= SHIP_HOUR].date)["orders"].sum()
    price = paid_price(brief) if price is None else price
    rules = COMPENSATION[brief.shop.platform]
    part = (brief.sms.price if brief.sms else None) or (provider.price if provider else None) or 0.0
    return AfterSale(
        table=_days(brief, by_day, too_late, part if provider else None),
        orders=float(orders["orders"].sum()),
        first_deadline=came.min() + promise,
        last_deadline=came.max() + promise,
        late=_late(brief, orders, promise),
        late_cost=math.nan if price is None else rules.late_amount(price),
        missing_cost=math.nan if price is None else rules.missing_amount(price),
    )


def _days(brief: Brief, by_day: pd.Series, too_late: pd.Series, part: float | None) -> pd.DataFrame:
    """Return the days from the first order until the last return; `too_late` came after the day's parcels went out."""
    capacity = brief.stock.ship_per_day or float("inf")
    came = {day: float(number) for day, number in by_day.items()}
    # A shop ships on the day after an order at the earliest: the night's orders are packed in the morning.
    parcels: dict[dt.date, float] = {}
    day, waiting = min(came), 0.0
    while day <= max(came) or (waiting > 1e-9 and len(parcels) < _MOST_DAYS):
        parcels[day] = min(waiting, capacity)
        waiting += came.get(day, 0.0) - parcels[day]
        day += dt.timedelta(days=1)
    if waiting > 1e-9:
        parcels[day] = 0.0
    rows, left = [], 0.0
    last = max(parcels) + dt.timedelta(days=_TRAVEL_DAYS + _RETURN_DAYS)
    for day in pd.date_range(min(came), last, freq="D").date:
        shipped, arrived = parcels.get(day, 0.0), parcels.get(day - dt.timedelta(days=_TRAVEL_DAYS), 0.0)
        returned = parcels.get(day - dt.timedelta(days=_TRAVEL_DAYS + _RETURN_DAYS), 0.0)
        left += came.get(day, 0.0) - shipped
        by_then = max(0.0, left - float(too_late.get(day, 0.0)))
        messages = 0 if part is None else round(shipped) + round(arrived)
        rows.append(
            {
                "date": day.isoformat(),
                "parcels": shipped,
                "waiting": by_then,
                "left": left,
                "messages": messages,
                "cost": messages * (part or 0.0),
                "questions": _QUESTIONS_PER_WAITING_ORDER * by_then,
                "returns": returned * brief.shop.refund_rate,
            }
        )
    return pd.DataFrame(rows)


def _late(brief: Brief, orders: pd.DataFrame, promise: pd.Timedelta) -> float:
    """Return the orders that ship after their promised time, shipping without a pause at the capacity."""
    if brief.stock.ship_per_day is None:
        return 0.0
    # In hours since the first order: with far more orders than can be shipped the last one leaves after any calendar.
    per_hour, late, free = brief.stock.ship_per_day / 24, 0.0, 0.0
    hours = (orders["at"] - orders["at"].iloc[0]) / pd.Timedelta(hours=1)
    for at, number in zip(hours, orders["orders"], strict=True):
        begin = max(free, float(at))
        in_time = max(0.0, (at + promise / pd.Timedelta(hours=1) - begin) * per_hour)
        late += max(0.0, float(number) - in_time)
        free = begin + float(number) / per_hour
    return late
