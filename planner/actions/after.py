"""What is done when the promotion is over: prices back, parcels out, buyers told, deadlines kept."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from planner.actions.after_sale import SHIP_HOUR, AfterSale, plan_after_sale
from planner.actions.sheet import Action, expected_orders, on_day
from planner.brief import Brief
from planner.brief.timetable import Timetable
from planner.messages.sms_value import allowed_span, provider_of
from planner.vocabulary.wording import Message

__all__ = ["after_actions"]


def after_actions(
    brief: Brief, timetable: Timetable, schedule: pd.DataFrame, sms: pd.DataFrame, *, price: float | None = None
) -> list[Action]:
    """Return the close, and a line a day until the last parcel is out; `price` is what a buyer pays for an order."""
    end = pd.Timestamp(timetable.ends)
    actions = [Action(end, "close", Message("actions.close"), Message("actions.close_why"))]
    orders = expected_orders(brief, schedule, sms)
    after = plan_after_sale(brief, orders, provider_of(brief) if brief.sms else None, price=price)
    if after is None:
        return actions
    if after.messages:
        values = {"messages": after.messages, "cost": after.cost, "currency": brief.promotion.currency}
        actions.append(Action(end, "after_sale", Message("actions.buyers_all", values), Message("actions.buyers_why")))
    return [*actions, *_days(brief, after), *_deadlines(brief, after)]


def _days(brief: Brief, after: AfterSale) -> list[Action]:
    actions = []
    begin = allowed_span(brief)[0]
    currency = brief.promotion.currency
    for row in after.table.to_dict("records"):
        day = dt.date.fromisoformat(str(row["date"]))
        if round(row["parcels"]) > 0:
            values: dict[str, object] = {
                "parcels": float(row["parcels"]),
                "waiting": float(row["waiting"]),
                "questions": float(row["questions"]),
            }
            entry = "ship_all" if round(row["waiting"]) < 1 else "ship_few" if round(row["questions"]) < 1 else "ship"
            what, why = Message(f"actions.{entry}", values), Message("actions.ship_why")
            actions.append(Action(on_day(brief, day, SHIP_HOUR), "ship", what, why))
        if row["messages"] > 0:
            values = {"messages": int(row["messages"]), "cost": float(row["cost"]), "currency": currency}
            at = on_day(brief, day, max(10, -(-begin // 60)))
            why = Message("actions.buyers_why")
            actions.append(Action(at, "after_sale", Message("actions.buyers", values), why))
        if round(row["returns"]) > 0:
            values = {"returns": float(row["returns"])}
            at = on_day(brief, day, 10)
            actions.append(Action(at, "after_sale", Message("actions.returns", values), Message("actions.returns_why")))
    return actions


def _deadlines(brief: Brief, after: AfterSale) -> list[Action]:
    """Return the first and the last shipping deadline, with what missing them costs."""
    values = {
        "orders": after.orders,
        "hours": brief.stock.promise_hours,
        "late": after.late,
        "late_cost": after.late_cost,
        "missing_cost": after.missing_cost,
        "currency": brief.promotion.currency,
    }
    late, paid = after.late >= 1, after.missing_cost > 0
    entry = ("deadline_late" if paid else "deadline_late_free") if late else "deadline_why" if paid else "deadline_free"
    why = Message(f"actions.{entry}", values)
    return [
        Action(after.first_deadline, "ship", Message("actions.deadline_first", values), why),
        Action(after.last_deadline, "ship", Message("actions.deadline_last", values), why),
    ]
