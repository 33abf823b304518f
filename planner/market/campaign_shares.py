"""What a channel's campaigns are against their channel: their part of its clicks, their price, conversion and value.

Every ratio is Gamma-Poisson around 1: a campaign's own counts against what they would be if it were like all together,
in usual days and in past events, with so many counts of the channel beside them. How much campaigns of one channel
differ in conversion is itself learnt from how they differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.market.cleaning import clean_usual, mark_spent
from planner.market.evidence import Evidence, Panel
from planner.market.uplift import CHANNEL_TRAFFIC
from planner.market.usual_day import RECENT_DAYS, Usual, usual_day

__all__ = ["Parts", "learn_parts", "whole_channel"]

Floats = NDArray[np.float64]
# Beside a campaign's own stand so many clicks paid for at the channel's price, and so many orders of its value:
# campaigns for single goods differ by half, single orders by as much again.
_FEW_CLICKS, _FEW_VALUES = 10.0, 5.0
# Variance of conversion among a channel's campaigns before they are looked at (they differ by about half), how many
# campaigns that is worth, and the least it is taken for.
_VARIANCE, _VARIANCE_COUNT, _LEAST_VARIANCE = 0.33, 3.0, 0.02
# What tells how large a campaign is, the first that the history has.
_SIZES = ("clicks", "impressions", "spend", "orders")
# Log standard deviation of a campaign's share of clicks in one event against what events share.
_YEAR_SD = 0.20
# Clicks a campaign without any is taken for over the hours it was seen.
_NO_CLICKS = 0.5


@dataclass(frozen=True, eq=False)
class Parts:
    """Campaigns against their channel.

    Attributes
    ----------
    names
        The campaigns, in order.
    share
        Part of the channel's clicks at the campaigns' usual bids; sums to 1. [slots x campaigns]
    price, conversion, value
        Price of a click, orders a click and value of an order over those of all campaigns together, before they are
        brought to a mean of 1. [campaigns]
    volume_sd, conversion_sd
        Log standard deviation of a campaign's part. [campaigns]
    """

    names: tuple[str, ...]
    share: Floats
    price: Floats
    conversion: Floats
    value: Floats
    volume_sd: Floats
    conversion_sd: Floats


def whole_channel(name: str, slots: int) -> Parts:
    """Return a channel as its only part."""
    one, none = np.ones(1), np.zeros(1)
    return Parts((name,), np.ones((slots, 1)), one, one, one, none, none)


def learn_parts(
    evidence: Evidence, slots: pd.DataFrame, gamma: float, orders_at: str | None, growing: float | None
) -> Parts:
    """Return campaigns against their channel, from what they did.

    Parameters
    ----------
    evidence
        The channel's campaigns as if they were its channels, hours without a row filled in.
    slots
        `tables.SLOTS` of the promotion.
    gamma
        The channel's elasticity of clicks to the bid.
    orders_at
        When orders are booked, as in the brief.
    growing
        From when on orders of usual days may still grow; None where they do not. [s since 1970, UTC]
    """
    usual, _ = clean_usual(evidence.usual, evidence.channels, orders_at)
    usual = usual.pick(usual.day > usual.day.max(initial=0) - RECENT_DAYS)
    # What is to be said of them is said of the channel.
    events = [mark_spent(past.panel, evidence.channels, currency="")[0] for past in evidence.events]
    share, precision = _shares(_sized(usual, events), slots, gamma)
    settled = usual if growing is None else usual.without(usual.instant >= growing, ("orders", "revenue"))
    conversion, orders_sd = _conversion([settled, *events])
    alone = 1 - share.mean(axis=0) if len(evidence.channels) > 1 else np.zeros(1)
    return Parts(
        evidence.channels,
        share,
        _price(usual, events),
        conversion,
        _leaning([settled, *events], "revenue", "orders", _FEW_VALUES),
        # The parts of a channel sum to 1: the larger one is, the less it can move by itself.
        np.sqrt((1 / precision + _YEAR_SD**2) * alone),
        orders_sd * np.sqrt(alone),
    )


def _sized(usual: Panel, events: Sequence[Panel]) -> tuple[Panel, list[Panel]]:
    """Return panels whose clicks are the best count of how large campaigns are that the history has."""
    panels = (usual, *events)
    name = next((size for size in _SIZES if any(np.nansum(getattr(each, size)) > 0 for each in panels)), "clicks")
    sized = [replace(panel, clicks=getattr(panel, name)) for panel in panels]
    return sized[0], sized[1:]


def _shares(panels: tuple[Panel, list[Panel]], slots: pd.DataFrame, gamma: float) -> tuple[Floats, Floats]:
    """Return each campaign's part of the channel's clicks, and the precision of its log. [slots x campaigns]"""
    panel, events = panels
    usual = usual_day(panel)
    rates = usual.clicks
    hours = np.isfinite(panel.clicks).sum(axis=0)
    level = np.where(np.isfinite(rates[0]), rates.mean(axis=0), np.nan)
    level = np.where(np.isnan(level) & (hours > 0), _NO_CLICKS / np.maximum(hours, 1), level)
    seen = np.isfinite(level)
    rhythm = np.nansum(rates, axis=1)
    rhythm = rhythm / rhythm.mean() if rhythm.mean() > 0 else np.ones(24)
    for event in events:
        # Ran in a past event alone: as large against the others as it was then.
        clicks = np.nansum(event.clicks, axis=0)
        others, then = clicks[seen].sum(), ~seen & (clicks > 0)
        level = np.where(then, clicks / others * level[seen].sum() if others > 0 else clicks, level)
    # Nothing is known of it: as large as the others are on the mean.
    known = np.isfinite(level)
    level = np.where(known, level, level[known].mean() if known.any() else 1.0)
    factor, precision = _of_events(events, usual, gamma)
    hourly = np.where(np.isfinite(rates), rates, level * rhythm[:, None]) * factor
    hourly = hourly[np.asarray(pd.DatetimeIndex(slots["start"]).hour)]
    total = hourly.sum(axis=1, keepdims=True)
    return np.where(total > 0, hourly / np.where(total > 0, total, 1.0), 1 / len(level)), precision


def _of_events(events: Sequence[Panel], usual: Usual, gamma: float) -> tuple[Floats, Floats]:
    """Return by what past events moved each campaign against the others, and the precision of its log.

    Hour by hour the campaigns that had money are held against each other at the bids of then. What one event moved by
    chance and by its year is told from what events share by the same spreads as with channels.
    """
    size = usual.clicks.shape[1]
    precision, total = np.full(size, CHANNEL_TRAFFIC**-2), np.zeros(size)
    for event in events:
        with np.errstate(invalid="ignore", divide="ignore"):
            change = np.where(event.bid > 0, (event.bid / usual.reference_bid) ** gamma, 1.0)
        change = np.where(np.isfinite(change), change, 1.0)
        expected = usual.clicks[event.hour] * change
        told = np.isfinite(expected) & np.isfinite(event.clicks) & ~_penniless(event)
        clicks, expected = np.where(told, event.clicks, 0.0), np.where(told, expected, 0.0)
        hourly = expected.sum(axis=1, keepdims=True)
        expected = expected * np.where(
            hourly > 0, clicks.sum(axis=1, keepdims=True) / np.where(hourly > 0, hourly, 1), 0
        )
        seen, wanted = clicks.sum(axis=0), expected.sum(axis=0)
        said = (wanted > 0) / (_YEAR_SD**2 + 1 / (seen + 0.5))
        total += said * np.log((seen + 0.5) / (wanted + 0.5))
        precision += said
    return np.exp(total / precision), precision


def _penniless(panel: Panel) -> NDArray[np.bool_]:
    """Return the hours in which a campaign had no money: marked, and those after it until clicks come again."""
    none = panel.spent.copy()
    for hour in range(1, len(none)):
        none[hour] |= none[hour - 1] & ~(panel.clicks[hour] > 0)
    return none


def _price(usual: Panel, events: Sequence[Panel]) -> Floats:
    """Return the ratio of prices at usual bids; for campaigns that ran in events alone, the ratio of then."""
    price = _leaning([usual], "spend", "clicks", _FEW_CLICKS)
    if events:
        price = np.where(np.nansum(usual.clicks, axis=0) > 0, price, _leaning(events, "spend", "clicks", _FEW_CLICKS))
    return price


def _leaning(panels: Sequence[Panel], amount: str, count: str, few: float) -> Floats:
    """Return each campaign's amount a count over that of all; beside its own counts stand `few` at the level of all."""
    amounts, expected, counts = _against_all(panels, amount, count)
    more = few * amounts.sum() / counts.sum() if counts.sum() > 0 else 0.0
    return (amounts + more) / (expected + more) if more > 0 else np.ones_like(amounts)


def _conversion(panels: Sequence[Panel]) -> tuple[Floats, Floats]:
    """Return each campaign's orders a click over that of all, and the log standard deviation of it."""
    orders, expected, _ = _against_all(panels, "orders", "clicks")
    # What orders differ by beyond chance, weighed against what campaigns differ by elsewhere.
    beyond = float(((orders - expected) ** 2 - orders).sum() / max((expected**2).sum(), 1e-9))
    telling = float((expected / (expected + 1 / _VARIANCE)).sum()) if len(orders) > 1 else 0.0
    variance = (_VARIANCE * _VARIANCE_COUNT + telling * max(beyond, 0.0)) / (_VARIANCE_COUNT + telling)
    few = 1 / max(variance, _LEAST_VARIANCE)
    return (orders + few) / (expected + few), 1 / np.sqrt(orders + few)


def _against_all(panels: Sequence[Panel], amount: str, count: str) -> tuple[Floats, Floats, Floats]:
    """Return campaigns' amounts, what they would be at the amount a count of all in the same panel, and the counts."""
    size = panels[0].clicks.shape[1] if panels else 0
    found, expected, seen = np.zeros(size), np.zeros(size), np.zeros(size)
    for panel in panels:
        above, below = getattr(panel, amount), getattr(panel, count)
        both = np.isfinite(above) & np.isfinite(below)
        amounts, counts = np.where(both, above, 0.0).sum(axis=0), np.where(both, below, 0.0).sum(axis=0)
        if counts.sum() > 0:
            found += amounts
            expected += counts * amounts.sum() / counts.sum()
            seen += counts
    return found, expected, seen
