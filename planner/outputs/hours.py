"""Bid and spend of every hour, as the page shows them: a row a slot, a column a channel or campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.allocate.schedule import percent_of_mean_bid
from planner.charts.words import Words
from planner.outputs.tabular import unit_names

if TYPE_CHECKING:
    from planner.plan import Plan

__all__ = ["hours_shown"]

# More columns than this are no table that a person reads.
_MOST_COLUMNS = 12


def hours_shown(plan: Plan, words: Words) -> dict[str, Any]:
    """Return bid and spend of every hour; of very many channels and campaigns those with the most spend."""
    schedule = plan.schedule
    names = unit_names(schedule, words)
    every = schedule["spend"].groupby(names, sort=False).sum()
    largest = set(every.nlargest(_MOST_COLUMNS).index)
    order = [name for name in every.index if name in largest]
    slots: dict[tuple[pd.Timestamp, pd.Timestamp], dict[str, Any]] = {}
    lean = schedule[["start", "end", "stance", "bid", "bid_percent", "spend"]]
    lean = lean.assign(name=names, mean_percent=percent_of_mean_bid(schedule))
    for row in lean.sort_values("start", kind="stable").itertuples(index=False):
        slots.setdefault((row.start, row.end), {})[row.name] = row
    rows = []
    for (start, end), cells in slots.items():
        stance = next(iter(cells.values())).stance
        rows.append(
            {
                "span": words.span(start, end),
                "stance": stance,
                "label": words.stance(stance),
                "cells": [_cell(cells.get(name), words) for name in order],
                "spend": words.money(sum(cell.spend for cell in cells.values()), 2),
            }
        )
    totals = [words.money(every[name], 2) for name in order]
    return {
        "channels": order,
        "left_out": len(every) - len(order),
        "rows": rows,
        "totals": totals,
        "total": words.money(schedule["spend"].sum(), 2),
    }


def _cell(row: Any, words: Words) -> dict[str, str] | None:
    """Return one cell of the hours: bid and spend; None where nothing is bought."""
    if row is None or row.spend <= 0 or row.bid <= 0:
        return None
    percent = f"{row.bid_percent:.0f}% / {row.mean_percent:.0f}%"
    return {"bid": words.money(row.bid, 2), "percent": percent, "spend": words.money(row.spend, 2)}
