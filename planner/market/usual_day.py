"""A usual day: clicks at the reference bid, price and conversion by hour and channel.

Clicks are brought to one bid by the channel's own response before days are compared. Hours of few clicks lean on the
rhythm that the channels share, channels of few orders on each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.market.elasticity import Elasticity, bid_response, learn_elasticity
from planner.market.evidence import Panel

__all__ = ["Usual", "usual_day"]

Floats = NDArray[np.float64]
RECENT_DAYS = 70
SHAPE_CLICKS = 15.0
SHAPE_ORDERS = 25.0


@dataclass(frozen=True, eq=False)
class Usual:
    """What a usual day brings.

    Attributes
    ----------
    clicks
        Clicks an hour at the reference bid; NaN where the history does not say. [24 x channels]
    price_per_bid
        Price of a click over the bid. [channels]
    reference_bid
        Bid of a usual day; NaN where unknown. [channels]
    price
        Mean price of a click. [channels]
    conversion
        Orders a click. [24 x channels]
    click_through
        Clicks an impression. [channels]
    order_value
        Revenue an order; NaN where unknown.
    weekday
        Factor on clicks by weekday, Monday first. [7]
    days
        How many days speak.
    elasticity
        Answer to money, per channel.
    rhythm
        The shop's own rhythm over the day, mean 1, from its visits or else its orders; None where unknown. [24]
    """

    clicks: Floats
    reference_bid: Floats
    price: Floats
    conversion: Floats
    conversion_shape: Floats
    conversion_orders: Floats
    click_through: Floats
    order_value: float
    weekday: Floats
    days: int
    elasticity: tuple[Elasticity, ...]
    rhythm: Floats | None


def by_hour(panel: Panel, values: Floats) -> Floats:
    """Sum over days; missing counts nothing. [24 x channels]"""
    total = np.zeros((24, values.shape[1]))
    np.add.at(total, panel.hour, np.where(np.isfinite(values), values, 0.0))
    return total


def usual_day(panel: Panel) -> Usual:
    """Return what usual days bring, learnt from the most recent weeks."""
    if len(panel.day):
        panel = panel.pick(panel.day > panel.day.max() - RECENT_DAYS)
    known = np.isfinite(panel.clicks)
    rate = _rates(panel, known.astype(np.float64))
    days, day = np.unique(panel.day, return_inverse=True)
    responses = bid_response(panel.clicks, panel.bid, rate[panel.hour], day)
    with np.errstate(divide="ignore", invalid="ignore"):
        both = known & np.isfinite(panel.bid) & np.isfinite(panel.spend)
        paid = np.where(both, panel.spend, 0).sum(axis=0)
        offered = np.where(both, panel.clicks * panel.bid, 0).sum(axis=0)
        ratio = paid / offered
        bidding = panel.bid > 0
        bids = np.where(bidding, np.log(np.where(bidding, panel.bid, 1.0)), 0.0).sum(axis=0)
        reference = np.where(both.any(), np.exp(bids / bidding.sum(axis=0)), np.nan)
        priced = known & np.isfinite(panel.spend)
        price = np.where(priced, panel.spend, 0).sum(axis=0) / np.where(priced, panel.clicks, 0).sum(axis=0)
        seen = known & np.isfinite(panel.impressions)
        through = np.where(seen, panel.clicks, 0).sum(axis=0) / np.where(seen, panel.impressions, 0).sum(axis=0)
    elasticity = tuple(
        # Clicks that cost nothing say nothing of how price goes with bid.
        learn_elasticity(float(r) if np.isfinite(r) and r > 0 else None, response)
        for r, response in zip(ratio, responses, strict=True)
    )
    gamma = np.array([each.gamma for each in elasticity])
    with np.errstate(invalid="ignore", divide="ignore"):
        lift = np.where(panel.bid > 0, (panel.bid / reference) ** gamma, 1.0)
    lift = np.where(np.isfinite(lift), lift, 1.0)
    clicks, weekday = _level(panel, known, lift)
    conversion, shape, orders = _conversion(panel)
    revenue = np.nansum(panel.revenue) + np.nansum(panel.shop_revenue)
    with_revenue = np.nansum(np.where(np.isfinite(panel.revenue), panel.orders, 0)) + np.nansum(
        np.where(np.isfinite(panel.shop_revenue), panel.shop_orders, 0)
    )
    value = float(revenue / with_revenue) if with_revenue > 0 and revenue > 0 else np.nan
    return Usual(
        clicks,
        reference,
        price,
        conversion,
        shape,
        orders,
        through,
        value,
        weekday,
        len(days),
        elasticity,
        _rhythm(panel),
    )


def _rhythm(panel: Panel) -> Floats | None:
    """Return the whole shop's rhythm over the day, leaning on neighbouring hours; None where it is not known."""
    for values in (panel.shop_visits, panel.shop_orders):
        total = by_hour(panel, values[:, None])[:, 0]
        if total.sum() >= 50:
            near = (np.roll(total, 1) + np.roll(total, -1) + total + 1.0) / 3
            mixed = total + 5.0 * near / near.mean()
            rhythm: Floats = mixed / mixed.mean()
            return rhythm
    return None


def _rates(panel: Panel, exposure: Floats) -> Floats:
    """Return clicks an hour of a usual day, leaning on the channels' common rhythm. [24 x channels]"""
    clicks, hours = by_hour(panel, panel.clicks), by_hour(panel, np.where(np.isfinite(panel.clicks), exposure, np.nan))
    total, seen = clicks.sum(axis=0), np.maximum(hours.sum(axis=0), 1e-9)
    mean = total / seen
    expected = (hours * mean).sum(axis=1)
    rhythm = (clicks.sum(axis=1) + 1e-9) / np.maximum(expected, 1e-9)
    rhythm = np.where(expected > 0, rhythm, 1.0)
    prior = mean * rhythm[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = (clicks + SHAPE_CLICKS) / (hours + SHAPE_CLICKS / prior)
    return np.where(total > 0, np.where(prior > 0, rate, 0.0), np.nan)


def _level(panel: Panel, known: NDArray[np.bool_], lift: Floats) -> tuple[Floats, Floats]:
    """Return clicks an hour at the reference bid on a mean weekday, and the weekdays' factors."""
    rate = _rates(panel, lift)
    expected = np.where(known, np.nan_to_num(rate[panel.hour]) * lift, 0.0).sum(axis=1)
    seen = np.where(known, panel.clicks, 0.0).sum(axis=1)
    weekday = ((panel.day + 3) % 7).astype(np.intp)  # day 0 of 1970 was a Thursday
    days = np.array([len(np.unique(panel.day[(weekday == w) & known.any(axis=1)])) for w in range(7)])
    ratio = np.bincount(weekday, seen, minlength=7) / np.maximum(np.bincount(weekday, expected, minlength=7), 1e-9)
    # A weekday's own days say as much as they differ from each other by: about a tenth, like the days' own noise.
    factor = np.exp(np.where(days > 0, np.log(np.maximum(ratio, 1e-3)), 0.0) * days / (days + 1.5))
    return rate, factor


def _conversion(panel: Panel) -> tuple[Floats, Floats, Floats]:
    """Return orders a click by hour and channel, the channels' common rhythm of it, and the channels' orders."""
    both = np.isfinite(panel.clicks) & np.isfinite(panel.orders)
    clicks = by_hour(panel, np.where(both, panel.clicks, np.nan))
    orders = by_hour(panel, np.where(both, panel.orders, np.nan))
    total, visits = orders.sum(axis=0), clicks.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = (total.sum() + 1) / (visits.sum() + 50)
        level = np.where(visits > 0, (total + 3) / (visits + 3 / pooled), np.nan)
        expected = (clicks * np.nan_to_num(level)).sum(axis=1)
    # Neighbouring hours are alike: each leans on the mean of a few hours around it.
    counted = orders.sum(axis=1)
    around = np.array([0.25, 0.5, 1.0, 0.5, 0.25])
    smooth = sum(w * np.roll(counted, k) for w, k in zip(around, range(-2, 3), strict=True)) + 2.0
    base = sum(w * np.roll(expected, k) for w, k in zip(around, range(-2, 3), strict=True)) + 2.0
    near = smooth / base
    shape = (counted + SHAPE_ORDERS * near) / (expected + SHAPE_ORDERS)
    prior = np.nan_to_num(level) * shape[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        own = (orders + SHAPE_ORDERS) / (clicks + SHAPE_ORDERS / prior)
    return np.where(np.isfinite(level), own, np.nan), shape, total
