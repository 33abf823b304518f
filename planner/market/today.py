"""The market of a day under way: what is believed of the rest after the hours that have been.

How this year differs from what was expected is a belief with a covariance already (`uplift`): its law given today's
counts, by the same machinery as that of past events but with heavy tails, is the forecast of what is to come.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.market.booking import LATE_HOURS, LATE_SHARE, WAIT_SHARE, booked, kept
from planner.market.draws import LEAST_CLICKS, MOST_CONVERSION, OUT_80, Market
from planner.market.forecast import MOST_VARIANCE
from planner.market.heavy_tails import believe
from planner.market.log_multipliers import Belief, Counts
from planner.market.seen import Expected, InForce, Seen, cells_of, expected_of, overlap_of, stopped

__all__ = ["Today", "learn_today"]

Floats = NDArray[np.float64]
# How often orders are booked at once where it is not said: a report that counts them by their click.
AT_ONCE = 0.15
# Beside today's clicks stand so many at the expected price, beside today's orders so many of the expected value and
# beside today's impressions as many clicks.
FEW_CLICKS, FEW_ORDERS = 100.0, 30.0


@dataclass(frozen=True, eq=False)
class Today:
    """What a day under way has taught.

    Attributes
    ----------
    market
        Of the whole promotion, as it is believed now.
    volume, conversion
        By slot and channel, today's factor on clicks at a fixed bid and on conversion against what was expected:
        median, and log standard deviation of it. [slots x channels]
    volume_sd, conversion_sd
        As above.
    price, click_through, order_value
        Factor on each. [channels], [channels], one
    odd
        Hours that fit nothing: how many standard deviations off. [hours]
    """

    market: Market
    volume: Floats
    volume_sd: Floats
    conversion: Floats
    conversion_sd: Floats
    price: Floats
    click_through: Floats
    order_value: float
    odd: Floats


def learn_today(
    market: Market, brief: Brief, slots: pd.DataFrame, seen: Seen, in_force: InForce, now: pd.Timestamp
) -> Today:
    """Return the market given the hours that have been.

    Parameters
    ----------
    market
        What was expected before the first of them.
    brief
        Says when orders are booked.
    slots
        `tables.SLOTS` of the whole promotion.
    seen
        What was counted and is believed.
    in_force
        Bids and caps while they went by.
    now
        The moment up to which orders may have come in.
    """
    grid = expected_of(market, slots, seen, in_force)
    overlap = overlap_of(slots, seen)
    volume, odd = believe(
        market.volume_cov,
        [Counts(seen.clicks, grid.clicks, overlap, stopped(seen, market, slots, in_force), market.volume_alone)],
        np.zeros(1),
    )
    conversion, strange = believe(market.conversion_cov, *_orders(market, brief, slots, seen, grid, now))
    ratios = _price(seen, grid, overlap), _click_through(market, seen), _order_value(market, seen)
    return _told(market, slots, volume, conversion, ratios, np.maximum(odd, strange))


def _orders(
    market: Market, brief: Brief, slots: pd.DataFrame, seen: Seen, grid: Expected, now: pd.Timestamp
) -> tuple[list[Counts], Floats]:
    """Return today's orders beside what its clicks let expect, for each way in which they may be booked.

    The second part is the log of how often each way is met.
    """
    overlap = overlap_of(slots, seen)
    total = overlap @ grid.clicks
    with np.errstate(invalid="ignore", divide="ignore"):
        per = np.where(total > 0, np.nan_to_num(seen.clicks) / total, 0.0)
    expected = grid.clicks * (overlap.T @ per) * grid.conversion / kept(slots)[:, None]
    none = np.zeros(seen.orders.shape, dtype=bool)
    by_click = overlap * _come_in(slots, now)
    ways = {"click": (by_click,), "order": (booked(slots, overlap),), None: (booked(slots, overlap), overlap)}
    mixes = ways[brief.history.orders_at]
    often = np.zeros(1) if len(mixes) == 1 else np.log([1 - AT_ONCE, AT_ONCE])
    return [Counts(seen.orders, expected, mix, none, market.conversion_alone) for mix in mixes], often


def _come_in(slots: pd.DataFrame, now: pd.Timestamp) -> Floats:
    """Return the share of each slot's orders that has come in by now, where they are counted by their click. [slots]"""
    middle = slots["start"] + (slots["end"] - slots["start"]) / 2
    age = np.maximum(((now - middle) / pd.Timedelta(hours=1)).to_numpy(dtype=np.float64), 0.0)
    since = slots["since_opening"].to_numpy(dtype=np.float64)
    opened = float(since[0] + (now - slots["start"].iloc[0]) / pd.Timedelta(hours=1)) >= 0
    waiting = np.where((since < 0) & (since[-1] >= 0) & (not opened), WAIT_SHARE, 0.0)
    return np.asarray((1 - LATE_SHARE * np.exp(-age / LATE_HOURS)) * (1 - waiting))


def _price(seen: Seen, grid: Expected, overlap: Floats) -> Floats:
    """Return today's price of a click over the one expected at the bids of now. [channels]"""
    share = overlap / np.maximum(overlap.sum(axis=1, keepdims=True), 1e-9)
    usual = share @ np.nan_to_num(grid.per_click)
    known = np.isfinite(seen.spend) & np.isfinite(seen.clicks) & (usual > 0)
    paid = np.where(known, seen.spend, 0.0).sum(axis=0)
    expected = np.where(known, np.nan_to_num(seen.clicks) * usual, 0.0).sum(axis=0)
    clicks = np.where(known, np.nan_to_num(seen.clicks), 0.0).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((expected > 0) & (paid > 0), paid / expected, 1.0)
    return np.asarray(ratio ** (clicks / (clicks + FEW_CLICKS)))


def _click_through(market: Market, seen: Seen) -> Floats:
    """Return today's clicks an impression over those expected. [channels]"""
    usual = market.table.groupby("channel")["click_through"].mean().reindex(list(market.channels)).to_numpy()
    known = np.isfinite(seen.impressions) & np.isfinite(seen.clicks)
    clicks = np.where(known, seen.clicks, 0.0).sum(axis=0)
    expected = np.where(known, seen.impressions, 0.0).sum(axis=0) * usual
    return np.asarray((clicks + FEW_CLICKS) / (expected + FEW_CLICKS))


def _order_value(market: Market, seen: Seen) -> float:
    """Return what an order of today brings over what was expected."""
    known = np.isfinite(seen.revenue) & (np.nan_to_num(seen.orders) > 0)
    orders, revenue = np.where(known, seen.orders, 0.0).sum(), np.where(known, seen.revenue, 0.0).sum()
    usual = float(np.average(market.table["order_value"]))
    return float((revenue + FEW_ORDERS * usual) / ((orders + FEW_ORDERS) * usual)) if usual > 0 else 1.0


def _told(
    market: Market,
    slots: pd.DataFrame,
    volume: Belief,
    conversion: Belief,
    ratios: tuple[Floats, Floats, float],
    odd: Floats,
) -> Today:
    """Return the market with what was learnt."""
    size, cell = len(slots), cells_of(market, slots)
    channel = cell % len(market.channels)
    price, through, value = ratios
    before = _variance(market.conversion_cov, size) + market.conversion_alone**2
    spread_c = np.sqrt(_variance(conversion.cov, size) + market.conversion_alone**2)
    spread_v = np.sqrt(_variance(volume.cov, size) + market.volume_alone**2)
    moved = np.exp(volume.mean[:size, None] + volume.mean[None, size:])
    turned = np.exp(conversion.mean[:size, None] + conversion.mean[None, size:])
    # Orders by their mean, as in the forecast: what is less in doubt than before has less of a mean above its median.
    mean = turned * np.exp((np.minimum(spread_c**2, MOST_VARIANCE) - np.minimum(before, MOST_VARIANCE)) / 2)
    table = market.table.copy()
    clicks = table["clicks"].to_numpy() * moved.ravel()[cell]
    rate = np.minimum(table["conversion"].to_numpy() * mean.ravel()[cell], MOST_CONVERSION)
    clicks_sd = np.sqrt(spread_v.ravel()[cell] ** 2 + 1 / np.maximum(clicks, LEAST_CLICKS))
    conversion_sd = spread_c.ravel()[cell]
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.where(table["conversion"] > 0, table["click_value"] / table["conversion"], 0.0)
    table = table.assign(
        clicks=clicks,
        clicks_low=clicks * np.exp(-OUT_80 * clicks_sd),
        clicks_high=clicks * np.exp(OUT_80 * clicks_sd),
        reach=table["reach"] * moved.ravel()[cell],
        price=table["price"] * price[channel],
        kappa=table["kappa"] * price[channel],
        click_through=table["click_through"] * through[channel],
        conversion=rate,
        conversion_low=rate * np.exp(-OUT_80 * conversion_sd),
        conversion_high=np.minimum(rate * np.exp(OUT_80 * conversion_sd), 1.0),
        order_value=table["order_value"] * value,
        click_value=rate * worth * value,
        traffic_ratio=table["traffic_ratio"] * moved.ravel()[cell],
        conversion_ratio=table["conversion_ratio"] * turned.ravel()[cell],
        traffic_sd=clicks_sd,
        conversion_sd=conversion_sd,
    )
    learnt = replace(market, table=table, volume_cov=volume.cov, conversion_cov=conversion.cov)
    return Today(learnt, moved, spread_v, turned, spread_c, price, through, value, odd)


def _variance(cov: Floats, size: int) -> Floats:
    """Return the variance of the sum of a slot's and a channel's part. [slots x channels]"""
    own = np.diag(cov)
    return np.asarray(own[:size, None] + own[None, size:] + 2 * cov[:size, size:])
