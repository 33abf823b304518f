"""The tables that are read and drawn but handed to no further stage: what came of a plan, and what its charts show.

Those of a plan are its attributes; those named ``..._table`` are functions of `planner.charts`; ``changes`` is what
comparing two plans gives; ``scores``, ``hours`` and ``replays`` are what a backtest holds.
"""

from __future__ import annotations

from planner.vocabulary.tables.table import Column, Table, columns

__all__ = ["RESULTS"]

_START, _END = Column("start", "time"), Column("end", "time")


def _numbers(unit: str, *names: str) -> tuple[Column, ...]:
    """Return columns of numbers of one unit."""
    return tuple(Column(name, unit=unit) for name in names)


def _range(name: str, unit: str) -> tuple[Column, ...]:
    """Return a number with its 10 and 90 % points."""
    return _numbers(unit, name, f"{name}_low", f"{name}_high")


def _moved(name: str, unit: str) -> tuple[Column, ...]:
    """Return a number before and after, and its change."""
    return _numbers(unit, *(f"{name}_{side}" for side in ("before", "after", "change")))


RESULTS = (
    Table(
        "offers",
        ("at", "name"),
        columns(
            Column("at", "time"),
            Column("until", "time"),
            "window",
            "name",
            Column("price_cut", unit="share"),
            Column("places", "count", "orders"),
            *_range("lift", "x conversion"),
            Column("orders", unit="orders"),
            Column("cost", unit="currency"),
            Column("gain", unit="currency"),
            *_range("profit", "currency"),
            Column("keep", "flag"),
            Column("most_places", "count", "orders"),
        ),
    ),
    Table(
        "comparison",
        ("name",),
        columns(
            "name",
            Column("spend", unit="currency"),
            Column("orders", unit="orders"),
            Column("revenue", unit="currency"),
            *_range("profit", "currency"),
            *_range("gain", "currency"),
        ),
    ),
    Table(
        "paths",
        ("name", "start"),
        columns("name", _START, _END, *_range("spend", "currency"), *_range("profit", "currency")),
    ),
    Table(
        "frontier",
        ("budget",),
        columns(
            Column("budget", unit="currency"),
            Column("spend", unit="currency"),
            Column("orders", unit="orders"),
            Column("revenue", unit="currency"),
            Column("profit", unit="currency"),
            Column("money_price", unit="currency/currency"),
            Column("gap", unit="share"),
        ),
    ),
    Table(
        "changes",
        ("start", "window", "channel"),
        columns(
            _START,
            _END,
            "window",
            "channel",
            Column("stance_before", "text", nullable=True),
            Column("stance_after", "text", nullable=True),
            *_moved("spend", "currency"),
            *_moved("bid", "currency/click or currency/1000 impressions"),
            *_moved("profit", "currency"),
            "why",
        ),
    ),
    Table(
        "window_table",
        ("start",),
        columns(
            _START,
            _END,
            "window",
            "stance",
            Column("hours", unit="hours"),
            Column("spend", unit="currency"),
            *_numbers("x usual", "traffic", "price", "conversion"),
            Column("share", unit="share"),
        ),
    ),
    Table(
        "market_table",
        ("start",),
        columns(
            _START,
            _END,
            *_numbers(
                "x usual",
                *(
                    f"{name}{suffix}"
                    for name in ("traffic", "price", "conversion")
                    for suffix in ("", "_prior", "_low", "_high")
                ),
            ),
        ),
    ),
    Table(
        "spend_table",
        ("start", "channel"),
        columns(_START, _END, "channel", Column("spend", unit="currency"), Column("per_hour", unit="currency/hour")),
    ),
    Table(
        "grid_table",
        ("start",),
        columns(
            _START,
            _END,
            Column("hours", unit="hours"),
            "window",
            "stance",
            Column("spend", unit="currency"),
            Column("per_hour", unit="currency/hour"),
            Column("bid_percent", unit="percent", nullable=True),
            Column("mean_percent", unit="percent", nullable=True),
            Column("day", "time"),
            Column("at", unit="hours"),
            Column("width", unit="hours"),
        ),
    ),
    Table(
        "merit_table",
        ("start", "channel", "campaign"),
        columns(
            _START,
            "channel",
            Column("campaign", "text", optional=True, nullable=True),
            "window",
            "stance",
            Column("takes", unit="currency"),
            Column("earns", unit="currency/currency"),
            Column("bought", "flag"),
            Column("to_money", unit="currency"),
            Column("from_money", unit="currency"),
        ),
    ),
    Table(
        "arrivals_table",
        ("start", "segment"),
        columns(_START, _END, "segment", Column("visits", unit="visits"), Column("per_hour", unit="visits/hour")),
    ),
    Table(
        "evidence_table",
        ("window", "measure"),
        columns(
            "window",
            "measure",
            *_range("prior", "x usual"),
            *_numbers("x usual", "value", "low", "high"),
            Column("evidence", unit="clicks or orders"),
            Column("overruled", "flag"),
        ),
    ),
    Table(
        "scores",
        ("event", "quantity"),
        columns(
            "event",
            "quantity",
            *_numbers("clicks, orders or currency", "actual", "forecast"),
            *_numbers("share", "wape", "level", "shape"),
            Column("mase", unit="x usual day's error", nullable=True),
            *_numbers("share", "pinball", "covered", "pit_low", "pit_high"),
        ),
    ),
    Table(
        "hours",
        ("event", "quantity", "start"),
        columns(
            _START,
            _END,
            Column("actual", unit="clicks, orders or currency", nullable=True),
            *_numbers("clicks, orders or currency", "forecast", "low", "high"),
            "event",
            "quantity",
        ),
    ),
    Table(
        "replays",
        ("event", "plan"),
        columns(
            "event",
            "plan",
            *_numbers("currency", "spend"),
            *_numbers("orders", "orders"),
            *_numbers("currency", "profit"),
        ),
    ),
)
