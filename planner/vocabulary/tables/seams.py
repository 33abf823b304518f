"""The tables between the stages, checked where they are handed over, and the plan's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.vocabulary.tables.table import Column, Kind, Table, columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ACTIONS", "HISTORY", "LIMITS", "MARKET", "SCHEDULE", "SEAMS", "SLOTS", "SMS", "unit_columns"]

_MEASURES: tuple[tuple[str, Kind, str], ...] = (
    ("impressions", "count", "impressions"),
    ("clicks", "count", "clicks"),
    ("spend", "number", "currency"),
    ("orders", "count", "orders"),
    ("revenue", "number", "currency"),
    ("visits", "count", "visits"),
    ("bid", "number", "currency/click"),
    ("cpc", "number", "currency/click"),
    ("cpm", "number", "currency/1000 impressions"),
    ("budget_spent", "flag", ""),
)

# In a plan by campaign; a row without one is for the channel's campaigns that have no rows of their own.
_CAMPAIGN = Column("campaign", "text", optional=True, nullable=True)

HISTORY = Table(
    "history",
    ("hour", "channel", "campaign"),
    columns(
        ("hour", "time", ""),
        Column("channel", "text", nullable=True),
        _CAMPAIGN,
        *(Column(name, kind, unit, optional=True, nullable=True) for name, kind, unit in _MEASURES),
    ),
)

SLOTS = Table(
    "slots",
    ("start",),
    columns(
        ("start", "time", ""),
        ("end", "time", ""),
        ("hours", "number", "hours"),
        "window",
        "stance",
        ("since_opening", "number", "hours"),
    ),
)

MARKET = Table(
    "market",
    ("start", "channel", "campaign"),
    columns(
        ("start", "time", ""),
        ("end", "time", ""),
        "channel",
        _CAMPAIGN,
        "window",
        "stance",
        ("reference_bid", "number", "currency/click"),
        ("clicks", "number", "clicks"),
        ("clicks_low", "number", "clicks"),
        ("clicks_high", "number", "clicks"),
        ("price", "number", "currency/click"),
        ("click_through", "number", "clicks/impression"),
        ("conversion", "number", "orders/click"),
        ("conversion_low", "number", "orders/click"),
        ("conversion_high", "number", "orders/click"),
        ("order_value", "number", "currency/order"),
        ("click_value", "number", "currency/click"),
        ("elasticity", "number", ""),
        ("kappa", "number", ""),
        ("reach", "number", "clicks"),
        ("traffic_ratio", "number", "x usual"),
        ("price_ratio", "number", "x usual"),
        ("conversion_ratio", "number", "x usual"),
        ("traffic_prior", "number", "x usual"),
        ("price_prior", "number", "x usual"),
        ("conversion_prior", "number", "x usual"),
        ("traffic_sd", "number", "log"),
        ("price_sd", "number", "log"),
        ("conversion_sd", "number", "log"),
        ("evidence_clicks", "number", "clicks"),
        ("evidence_orders", "number", "orders"),
    ),
)

SCHEDULE = Table(
    "schedule",
    ("start", "channel", "campaign"),
    columns(
        ("start", "time", ""),
        ("end", "time", ""),
        "channel",
        _CAMPAIGN,
        "window",
        "stance",
        ("bid", "number", "currency/click or currency/1000 impressions"),
        ("bid_percent", "number", "percent"),
        ("spend", "number", "currency"),
        ("spend_cap", "number", "currency"),
        ("impressions", "number", "impressions"),
        ("clicks", "number", "clicks"),
        ("clicks_low", "number", "clicks"),
        ("clicks_high", "number", "clicks"),
        ("orders", "number", "orders"),
        ("revenue", "number", "currency"),
        ("profit", "number", "currency"),
        ("profit_low", "number", "currency"),
        ("profit_high", "number", "currency"),
        ("next_yuan", "number", "currency/currency"),
        "reason",
    ),
)

LIMITS = Table(
    "limits",
    ("date", "channel", "campaign"),
    columns("date", "channel", _CAMPAIGN, ("limit", "number", "currency"), "why"),
)

SMS = Table(
    "sms",
    ("send_at", "segment"),
    columns(
        ("send_at", "time", ""),
        "segment",
        ("messages", "count", "messages"),
        ("parts", "count", "parts/message"),
        ("cost", "number", "currency"),
        ("visits", "number", "visits"),
        ("orders", "number", "orders"),
        ("profit", "number", "currency"),
        "text",
        "reason",
    ),
)

ACTIONS = Table(
    "actions",
    ("at", "kind", "channel", "what"),
    columns(("at", "time", ""), "kind", Column("channel", "text", nullable=True), "what", "why"),
)

SEAMS = (HISTORY, SLOTS, MARKET, SCHEDULE, LIMITS, SMS, ACTIONS)


def unit_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns that name what a row's bid is set for: the channel, and the campaign where the table has them.

    Group by them with ``dropna=False``.
    """
    return [name for name in ("channel", "campaign") if name in table]
