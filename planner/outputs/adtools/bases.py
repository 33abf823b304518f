"""What 100 % stands for: the brief's base bid, or the one that uses a tool's range best, and what to say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from planner.outputs.adtools.fit import best_worth
from planner.outputs.adtools.grid import Period, Pieces
from planner.outputs.adtools.series import Series
from planner.outputs.adtools.tool import Tool
from planner.vocabulary.wording import Message

__all__ = ["derive_base", "settle_base"]

Floats = NDArray[np.float64]

# Candidates for a base bid between the lowest and the highest that could serve.
_CANDIDATES = 40
# Bases whose worth differs by less than this share are as good as each other.
_AS_GOOD = 1e-3
# A base bid is worth changing where the brief's loses this much more of the profit.
_WORTH_SAYING = 0.01


def settle_base(
    tool: Tool, series: Series, pieces: Pieces, currency: str, *, allow_off: bool
) -> tuple[float, list[Message]]:
    """Return what 100 % stands for, and what to say of it. [currency]

    An on/off tool has one bid for all hours and a tool that steers money no bid at all: there the best one is always
    derived. Elsewhere the brief's base bid holds, and a clearly better one is only named; unless even the tool's
    lowest number would take it above the channel's highest bid.
    """
    if tool.exact and series.base_bid is not None:
        return series.base_bid, []
    values = {"name": series.name, "currency": currency}
    if tool.steers == "money" or tool.on_off or series.base_bid is None:
        best = derive_base(series, tool, pieces, allow_off=allow_off)
        entry = "set_money" if tool.steers == "money" else "set_bid" if tool.on_off else "set_base"
        return best, [Message(f"adtools.{entry}", {**values, "base": best})]
    if series.base_bid * tool.minimum / 100 > series.max_bid + 1e-9:
        best = derive_base(series, tool, pieces, allow_off=allow_off)
        told = {"base": series.base_bid, "least": tool.minimum, "most": series.max_bid, "better": best}
        return best, [Message("adtools.base_too_high", {**values, **told})]
    return series.base_bid, _better_base(series, tool, pieces, series.base_bid, values, allow_off)


def _better_base(
    series: Series, tool: Tool, pieces: Pieces, base: float, values: Mapping[str, object], allow_off: bool
) -> list[Message]:
    """Return the advice of a base bid that loses clearly less than the brief's."""
    planned, enough = float(series.planned().worth.sum()), _WORTH_SAYING * float(series.planned().profit.sum())
    lost = planned - _worth(series, tool, pieces, base, allow_off=allow_off)
    if lost <= enough:
        return []
    best = derive_base(series, tool, pieces, allow_off=allow_off)
    less = planned - _worth(series, tool, pieces, best, allow_off=allow_off)
    if lost - less <= enough:
        return []
    return [
        Message("adtools.better_base", {**values, "base": base, "better": best, "lost": lost, "less": max(less, 0)})
    ]


def derive_base(series: Series, tool: Tool, pieces: Pieces, *, allow_off: bool) -> float:
    """Return the base that uses the tool's range best: what 100 % should stand for, in whole cents. [currency]

    Of bases that lose the same, the one nearest to the middle of the plan's own bids.
    """
    amounts = series.amounts(tool.steers)
    known = amounts[amounts > 0]
    if not known.size:
        return 1.0
    weight = series.cells["spend"].to_numpy(dtype=float)[amounts > 0]
    middle = float(np.exp(np.average(np.log(known), weights=weight if weight.sum() > 0 else None)))
    if tool.exact:
        return max(round(middle, 2), 0.01)
    ends = (known.min() * 100 / tool.maximum, known.max() * 100 / tool.minimum)
    tried = np.concatenate([np.geomspace(*ends, _CANDIDATES), [middle, known.max() * 100 / tool.maximum]])
    if tool.steers == "bid":
        tried = np.minimum(tried, series.max_bid * 100 / tool.minimum)
    cents = np.unique(np.maximum(np.floor(tried * 100 + 1e-9) / 100, 0.01))
    earned = np.array([_worth(series, tool, pieces, float(base), allow_off=allow_off) for base in cents])
    close = cents[earned >= earned.max() - _AS_GOOD * max(1.0, abs(earned.max()))]
    return float(close[np.argmin(np.abs(np.log(close / middle)))])


def _worth(series: Series, tool: Tool, pieces: Pieces, base: float, *, allow_off: bool) -> float:
    """Return what the best numbers for a base are worth, before dates fall on one weekday. [currency]"""
    days = tuple(sorted({int(day) for day in pieces.day}))
    period = Period("", days, series.cells["start"].iloc[0], series.cells["end"].iloc[-1], tuple(map(str, days)))
    return best_worth(series, replace(tool, rows="dated"), pieces, period, base=base, allow_off=allow_off)
