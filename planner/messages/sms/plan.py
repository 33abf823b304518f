"""The sends of a promotion, settled when the money for messages is known: whole messages, with their reasons."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import pandas as pd

from planner.allocate.bids import tool_unit
from planner.brief import Brief
from planner.messages.sms.assignment import Pattern, best_plan
from planner.messages.sms.frontier import SmsFrontier, sms_frontier
from planner.messages.sms.notes import best_hours, notes_of_plan, notes_without_sends, reason_of
from planner.vocabulary.tables import SMS
from planner.vocabulary.wording import Lang, Message

__all__ = ["SmsPlan", "plan_sms", "settle_sms"]

_SUMS = ("messages", "again", "visits", "orders", "profit")


@dataclass(frozen=True, eq=False)
class SmsPlan:
    """What is sent, and what it costs and brings.

    Attributes
    ----------
    table
        `tables.SMS`, in order of time.
    cost, profit
        Of all sends; profit is after the messages are paid for and refusals are counted. A send costs whole steps of
        the currency, rounded up, and the cost is their exact sum. [currency]
    held_out
        People of each segment who get nothing, so that the effect can be measured. [people]
    notes
        What was assumed, moved or left out.
    """

    table: pd.DataFrame
    cost: float
    profit: float
    held_out: dict[str, int]
    notes: tuple[Message, ...]


def settle_sms(
    prepared: SmsFrontier, budget: float = math.inf, *, money_price: float = 0.0, lang: Lang = "en"
) -> SmsPlan:
    """Return the best sends within a budget.

    Parameters
    ----------
    prepared
        As `sms_frontier` returns it.
    budget
        Most to spend on messages; where rounding to whole messages and steps of the currency would go above it, fewer
        are sent. [currency]
    money_price
        Profit that the next unit of money earns elsewhere. [currency/currency]
    lang
        Language of the reasons.
    """
    people = best_plan(prepared.corners, budget, money_price)
    sends = _sends(prepared, _whole(prepared, people, budget), lang)
    table = SMS.check(sends[list(SMS.names)])
    spent = prepared.price * sum(len(pattern.hours) * number for pattern, number in people.items())
    notes = notes_of_plan(
        prepared.brief,
        prepared.worth,
        prepared.people,
        sends,
        asked=prepared.asked,
        within=spent >= prepared.corners[-1].cost * (1 - 1e-6),
    )
    return SmsPlan(
        table=table,
        cost=round(float(table["cost"].sum()), 2),
        profit=float(table["profit"].sum()),
        held_out={audience.name: audience.held_out for audience in prepared.people},
        notes=(*prepared.notes, *notes),
    )


def _whole(prepared: SmsFrontier, people: dict[Pattern, float], budget: float) -> dict[Pattern, int]:
    """Return whole people on each pattern, so few that the sends' rounded costs stay within the budget."""
    # A hair above keeps 1499.9999999 people from becoming 1499; it is far below one message.
    whole = {pattern: math.floor(number + 1e-6) for pattern, number in people.items() if pattern.hours}
    whole = {pattern: number for pattern, number in whole.items() if number}
    unit = tool_unit(prepared.brief.promotion.currency)
    values = prepared.arrays["value"] - prepared.arrays["opt_out_cost"]

    def worth(pattern: Pattern) -> tuple[float, int, tuple[int, ...]]:
        hours = pattern.hours
        told = sum(float(values[pattern.segment, layer, hour]) for layer, hour in enumerate(hours))
        return told / len(hours), pattern.segment, hours

    # Those who are worth least stay without.
    for pattern in sorted(whole, key=worth):
        while whole[pattern] and _steps(prepared.price, whole, unit) * unit > budget + 1e-9:
            whole[pattern] -= 1
    return {pattern: number for pattern, number in whole.items() if number}


def _steps(price: float, whole: dict[Pattern, int], unit: float) -> int:
    """Return what the sends of these people cost together, each rounded up. [steps of the currency]"""
    messages: Counter[tuple[int, int]] = Counter()
    for pattern, number in whole.items():
        messages.update({(hour, pattern.segment): number for hour in pattern.hours})
    return sum(_send_steps(number, price, unit) for number in messages.values())


def _send_steps(messages: float, price: float, unit: float) -> int:
    """Return what one send costs, rounded up. [steps of the currency]"""
    return math.ceil(messages * price / unit - 1e-6)


def _sends(prepared: SmsFrontier, people: dict[Pattern, int], lang: Lang) -> pd.DataFrame:
    """Return one row a send."""
    values = prepared.arrays
    hours = pd.DatetimeIndex(prepared.worth["send_at"].unique())
    rows: dict[tuple[int, int], dict[str, float]] = {}
    for pattern, whole in people.items():
        for layer, hour in enumerate(pattern.hours):
            row = rows.setdefault((hour, pattern.segment), dict.fromkeys(_SUMS, 0.0))
            at = (pattern.segment, layer, hour)
            row["messages"] += whole
            row["again"] += whole if layer else 0
            for name in ("visits", "orders"):
                row[name] += whole * float(values[name][at])
            row["profit"] += whole * float(values["value"][at] - values["opt_out_cost"][at])
    unit = tool_unit(prepared.brief.promotion.currency)
    for row in rows.values():
        row["cost"] = round(_send_steps(row["messages"], prepared.price, unit) * unit, 2)
        row["profit"] -= row["cost"]
    made = [
        {"send_at": hours[hour], "segment": prepared.people[segment].name, **sums}
        for (hour, segment), sums in sorted(rows.items())
    ]
    frame = pd.DataFrame(made, columns=["send_at", "segment", *_SUMS, "cost"])
    frame["send_at"] = (
        pd.DatetimeIndex(frame["send_at"]).tz_convert(prepared.brief.zone) if made else _no_times(prepared.brief)
    )
    frame["messages"] = frame["messages"].astype("int64")
    frame["again"] = frame["again"].astype("int64")
    for name, decimals in (("visits", 3), ("orders", 4), ("profit", 2)):
        frame[name] = frame[name].astype(float).round(decimals)
    frame["parts"] = prepared.parts
    frame["cost"] = frame["cost"].astype(float)
    frame["text"] = prepared.text
    best = best_hours(prepared.worth) if made else {}
    frame["reason"] = [
        reason_of(prepared.brief, row, best[str(row["segment"])], prepared.price).text(lang)
        for row in frame.to_dict("records")
    ]
    return frame


def _no_times(brief: Brief) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([], tz=brief.zone)


def plan_sms(
    brief: Brief,
    market: pd.DataFrame | None = None,
    *,
    money_price: float = 0.0,
    budget: float = math.inf,
    lang: Lang = "en",
) -> SmsPlan:
    """Return the best sends for a price of money and a budget.

    Parameters
    ----------
    brief
        The promotion.
    market
        `tables.MARKET`; without it the playbook's word is taken.
    money_price
        Profit that the next unit of money earns elsewhere; a message is sent where it earns more. [currency/currency]
    budget
        Most to spend on messages. [currency]
    lang
        Language of texts and reasons.

    Returns
    -------
    SmsPlan
        Empty where the brief has no segments or no order value is known.
    """
    prepared = sms_frontier(brief, market, lang)
    if prepared is not None:
        return settle_sms(prepared, budget, money_price=money_price, lang=lang)
    empty: dict[str, list[object]] = {name: [] for name in SMS.names}
    table = pd.DataFrame(empty).astype(
        {column.name: "float64" for column in SMS.columns if column.kind in ("number", "count")}
    )
    table["send_at"] = _no_times(brief)
    return SmsPlan(SMS.check(table), 0.0, 0.0, {}, notes_without_sends(brief))
