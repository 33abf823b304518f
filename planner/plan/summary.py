"""A plan in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.allocate.ads import AdPlan
from planner.brief import Brief
from planner.market.simulation import Rehearsal
from planner.messages.offers import Offers
from planner.messages.sms import SmsPlan

__all__ = ["Summary", "summarise"]


@dataclass(frozen=True)
class Summary:
    """The plan in a few numbers.

    Amounts in the promotion's currency. `profit` is what the ads and messages are expected to leave after their cost,
    on average over drawn markets, `profit_low` and `profit_high` its 10 and 90 % points; `profit_at_forecast` is the
    same if everything comes exactly as forecast. `money_price` is what the next unit of budget would earn, net of
    itself, if everything comes exactly as forecast; `last_yuan` is what the last unit of ad money is expected to earn
    over the drawn markets, net of itself.
    """

    budget: float
    reserve: float
    spend: float
    sms_cost: float
    orders: float
    revenue: float
    profit: float
    profit_low: float
    profit_high: float
    profit_at_forecast: float
    money_price: float
    currency: str
    last_yuan: float = 0.0

    @property
    def unspent(self) -> float:
        """Money of the budget that is neither planned nor reserved. [currency]"""
        return round(self.budget - self.reserve - self.spend - self.sms_cost, 2)


def summarise(
    brief: Brief,
    schedule: pd.DataFrame,
    ads: AdPlan,
    sms: SmsPlan,
    offers: Offers,
    rehearsal: Rehearsal,
    last_yuan: float,
) -> Summary:
    """Return the plan in a few numbers; messages and deals are added to what the ads bring.

    Parameters
    ----------
    brief
        Gives the budget.
    schedule
        `tables.SCHEDULE`.
    ads, sms, offers
        What was planned.
    rehearsal
        The plan, played in the drawn markets.
    last_yuan
        What the last unit of ad money earns over them, net of itself. [currency/currency]
    """
    extra = sms.profit - offers.cost
    fulfilment, messages = ads.problem.limits.fulfilment, float(sms.table["orders"].sum())
    profit = rehearsal.profit.sum(axis=1) - [
        fulfilment.cost(orders + messages) for orders in rehearsal.orders.sum(axis=1)
    ]
    low, high = np.quantile(profit, (0.1, 0.9))
    return Summary(
        budget=brief.budget.total,
        reserve=brief.budget.reserve,
        spend=round(float(schedule["spend"].sum()), 2),
        sms_cost=round(sms.cost, 2),
        orders=float(rehearsal.orders.sum(axis=1).mean()) + messages,
        revenue=float(rehearsal.revenue.sum(axis=1).mean()) + messages * _order_value(ads),
        profit=float(profit.mean()) + extra,
        profit_low=float(low) + extra,
        profit_high=float(high) + extra,
        profit_at_forecast=float(schedule["profit"].sum())
        + extra
        - fulfilment.cost(schedule["orders"].sum() + messages),
        money_price=float(ads.allocation.money_price),
        last_yuan=last_yuan,
        currency=brief.promotion.currency,
    )


def _order_value(ads: AdPlan) -> float:
    """Return what an order of a message brings: as the allocation counted it, else nothing is sent. [currency]"""
    messages = ads.allocation.table.drop(index=ads.problem.ads.index)
    orders = float(messages["orders"].sum())
    return float(messages["revenue"].sum()) / orders if orders > 0 else 0.0
