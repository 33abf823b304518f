"""The hours of a day that were counted, and what was to be expected of them at the bids that were in force."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.market.draws import Market
from planner.market.evidence import HOUR, Panel

__all__ = ["Expected", "InForce", "Seen", "cells_of", "expected_of", "overlap_of", "stopped"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class InForce:
    """What was set in the tools while the hours went by, per row of the market: bids per click and caps on spend."""

    bid: Floats
    cap: Floats


@dataclass(frozen=True, eq=False)
class Seen:
    """Spans of the day that were counted, by the market's channels; NaN where a number is not known.

    Attributes
    ----------
    start, end
        Half-open, none of them overlapping another. [s since 1970, UTC]
    impressions, clicks, spend, orders, revenue, bid
        The bid is per click. [spans x channels]
    spent
        Money had run out. [spans x channels]
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    impressions: Floats
    clicks: Floats
    spend: Floats
    orders: Floats
    revenue: Floats
    bid: Floats
    spent: NDArray[np.bool_]

    @classmethod
    def of(cls, panel: Panel) -> Seen:
        """Return the hours of a panel."""
        names = ("impressions", "clicks", "spend", "orders", "revenue", "bid", "spent")
        return cls(panel.instant, panel.instant + HOUR, **{name: getattr(panel, name) for name in names})

    def and_then(self, other: Seen) -> Seen:
        """Return both, in order of time."""
        order = np.argsort(np.r_[self.start, other.start], kind="stable")
        both = {name: np.concatenate([getattr(self, name), getattr(other, name)])[order] for name in _SEEN}
        return Seen(**both)


_SEEN = tuple(Seen.__dataclass_fields__)


@dataclass(frozen=True, eq=False)
class Expected:
    """The market's numbers by slot and channel, campaigns of a channel together. [slots x channels]

    `clicks` at the bids that were in force, `conversion`, and `per_click`, the money that a click costs at those bids;
    `rows` are the clicks of every row of the market.
    """

    clicks: Floats
    conversion: Floats
    per_click: Floats
    rows: Floats


def overlap_of(slots: pd.DataFrame, seen: Seen) -> Floats:
    """Return which share of each slot every span holds. [spans x slots]"""
    start = pd.DatetimeIndex(slots["start"]).tz_convert("UTC").as_unit("s").asi8
    length = slots["hours"].to_numpy(dtype=np.float64) * HOUR
    within = np.minimum(seen.end[:, None], start + length) - np.maximum(seen.start[:, None], start)
    return np.asarray(np.maximum(within, 0.0) / length)


def cells_of(market: Market, slots: pd.DataFrame) -> NDArray[np.intp]:
    """Return the place of each row of the market in a grid of slots and channels."""
    slot = pd.Index(slots["start"]).get_indexer(pd.Index(market.table["start"]))
    channel = pd.Index(market.channels).get_indexer(pd.Index(market.table["channel"]))
    return np.asarray(slot * len(market.channels) + channel, dtype=np.intp)


def expected_of(market: Market, slots: pd.DataFrame, seen: Seen, in_force: InForce) -> Expected:
    """Return what was to be expected of every slot and channel at the bids that were in force."""
    table, size, count = market.table, len(slots), len(market.channels)
    cell = cells_of(market, slots)
    eta, reference = table["elasticity"].to_numpy(), table["reference_bid"].to_numpy()
    bid = in_force.bid * _reported(seen, slots, in_force, cell, size, count)
    moved = np.divide(bid, reference, out=np.zeros(len(table)), where=reference > 0) ** (eta / (1 - eta))
    clicks = np.minimum(table["clicks"].to_numpy() * moved, table["reach"].to_numpy())
    sums = {
        "clicks": clicks,
        "orders": clicks * table["conversion"].to_numpy(),
        "spend": clicks * eta * table["kappa"].to_numpy() * bid,
    }
    whole: dict[str, Floats] = {
        name: np.bincount(cell, values, size * count).astype(float).reshape(size, count)
        for name, values in sums.items()
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        orders = np.bincount(cell, (table["clicks"] * table["conversion"]).to_numpy(), size * count)
        usual = (orders / np.bincount(cell, table["clicks"].to_numpy(), size * count)).reshape(size, count)
        conversion = np.where(whole["clicks"] > 0, whole["orders"] / whole["clicks"], usual)
        per_click = np.where(whole["clicks"] > 0, whole["spend"] / whole["clicks"], np.nan)
    return Expected(whole["clicks"], np.nan_to_num(conversion), per_click, clicks)


def _reported(
    seen: Seen, slots: pd.DataFrame, in_force: InForce, cell: NDArray[np.intp], size: int, count: int
) -> Floats:
    """Return by what factor the bids that were reported differ from those that should have been set. [rows]"""
    overlap = overlap_of(slots, seen)
    known = seen.bid > 0
    weight = overlap.T @ known.astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        told = (overlap.T @ np.where(known, seen.bid, 0.0)) / weight
        rows = np.bincount(cell, (in_force.bid > 0).astype(float), size * count)
        meant = (np.bincount(cell, in_force.bid, size * count) / rows).reshape(size, count)
        factor = np.where((weight > 0) & (meant > 0), told / meant, 1.0)
    several = np.bincount(cell, minlength=size * count).reshape(size, count) > 1
    return np.asarray(np.where(several, 1.0, factor).ravel()[cell])


def stopped(seen: Seen, market: Market, slots: pd.DataFrame, in_force: InForce) -> NDArray[np.bool_]:
    """Return where money ran out or a cap was hit: clicks are then a lower bound of what could be had."""
    cap = np.bincount(cells_of(market, slots), in_force.cap, len(slots) * len(market.channels))
    caps = (overlap_of(slots, seen) > 0).astype(float) @ cap.reshape(len(slots), -1)
    return np.asarray(seen.spent | (np.nan_to_num(seen.spend) >= 0.97 * caps))
