"""The market of a day under way: what is believed of the rest after the hours that have been.

How this year differs from what was expected is a belief with a covariance already (`uplift`): its law given today's
counts is the forecast of what is to come. A plan made beforehand needs no heavy tails, a day does: how big the event
is, and how eager its buyers, may be far from anything seen, and two or three hours then have to be enough. So the
level is a mixture of near and far, each weighed by how likely it makes the counts [Student's t is such a mixture]; and
an hour that fits nothing is believed less the further it is from the others [iteratively reweighted, Huber, *Robust
Statistics*, 1981].
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.market.booking import LATE_HOURS, LATE_SHARE, WAIT_SHARE, booked, kept
from planner.market.draws import LEAST_CLICKS, MOST_CONVERSION, OUT_80, Market
from planner.market.evidence import HOUR, Panel
from planner.market.forecast import MOST_VARIANCE
from planner.market.log_multipliers import Belief, Counts, learn_once, mixture

__all__ = ["InForce", "Seen", "Today", "learn_today", "overlap_of"]

Floats = NDArray[np.float64]
# Log standard deviations of the level beyond what a plan beforehand allows for, and how often each is met.
LEVELS, OFTEN = (0.0, 0.35, 0.9), (0.6, 0.27, 0.13)
# Degrees of freedom of an hour that fits nothing, and how often the hours are weighed anew.
ODD, ROUNDS = 4.0, 2
# How often orders are booked at once where it is not said: a report that counts them by their click.
AT_ONCE = 0.15
# Beside today's clicks stand so many at the expected price, beside today's orders so many of the expected value and
# beside today's impressions as many clicks.
FEW_CLICKS, FEW_ORDERS = 100.0, 30.0


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


@dataclass(frozen=True, eq=False)
class _Grid:
    """The market's numbers by slot and channel, campaigns of a channel together."""

    clicks: Floats  # at the bids that were in force
    conversion: Floats
    per_click: Floats  # money that a click costs at those bids


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
    grid = _grid(market, slots, seen, in_force)
    overlap = overlap_of(slots, seen)
    volume, odd = _learn(
        market.volume_cov,
        [Counts(seen.clicks, grid.clicks, overlap, _stopped(seen, market, slots, in_force), market.volume_alone)],
        np.zeros(1),
    )
    conversion, strange = _learn(market.conversion_cov, *_orders(market, brief, slots, seen, grid, now))
    ratios = _price(seen, grid, overlap), _click_through(market, seen), _order_value(market, seen)
    return _told(market, slots, volume, conversion, ratios, np.maximum(odd, strange))


def _grid(market: Market, slots: pd.DataFrame, seen: Seen, in_force: InForce) -> _Grid:
    """Return what was to be expected of every slot and channel at the bids that were in force."""
    table, size, count = market.table, len(slots), len(market.channels)
    cell = _cells(market, slots)
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
    return _Grid(whole["clicks"], np.nan_to_num(conversion), per_click)


def _cells(market: Market, slots: pd.DataFrame) -> NDArray[np.intp]:
    """Return the place of each row of the market in a grid of slots and channels."""
    slot = pd.Index(slots["start"]).get_indexer(pd.Index(market.table["start"]))
    channel = pd.Index(market.channels).get_indexer(pd.Index(market.table["channel"]))
    return np.asarray(slot * len(market.channels) + channel, dtype=np.intp)


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


def overlap_of(slots: pd.DataFrame, seen: Seen) -> Floats:
    """Return which share of each slot every span holds. [spans x slots]"""
    start = pd.DatetimeIndex(slots["start"]).tz_convert("UTC").as_unit("s").asi8
    length = slots["hours"].to_numpy(dtype=np.float64) * HOUR
    within = np.minimum(seen.end[:, None], start + length) - np.maximum(seen.start[:, None], start)
    return np.asarray(np.maximum(within, 0.0) / length)


def _stopped(seen: Seen, market: Market, slots: pd.DataFrame, in_force: InForce) -> NDArray[np.bool_]:
    """Return where money ran out or a cap was hit: clicks are then a lower bound of what could be had."""
    cap = np.bincount(_cells(market, slots), in_force.cap, len(slots) * len(market.channels))
    caps = (overlap_of(slots, seen) > 0).astype(float) @ cap.reshape(len(slots), -1)
    return np.asarray(seen.spent | (np.nan_to_num(seen.spend) >= 0.97 * caps))


def _orders(
    market: Market, brief: Brief, slots: pd.DataFrame, seen: Seen, grid: _Grid, now: pd.Timestamp
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


def _learn(cov: Floats, ways: list[Counts], often: Floats) -> tuple[Belief, Floats]:
    """Return what is believed after the counts, and how many standard deviations off each hour is.

    Every level and every way of booking is tried; hours that are off are then given more play, and all is tried anew.
    """
    size = len(ways[0].exposure)
    if not np.isfinite(ways[0].count).any():
        return Belief(np.zeros(len(cov)), cov), np.zeros(len(ways[0].count))
    play, off = np.ones(len(ways[0].count)), np.zeros(len(ways[0].count))
    belief = Belief(np.zeros(len(cov)), cov)
    for _ in range(1 + ROUNDS):
        found, weights = [], []
        for counts, way in zip(ways, often, strict=True):
            alone = replace(counts, extra=counts.extra * np.sqrt(play)[:, None])
            for level, often_met in zip(LEVELS, OFTEN, strict=True):
                raised = cov.copy()
                raised[:size, :size] += level**2
                one, evidence = learn_once(Belief(np.zeros(len(cov)), raised), alone)
                found.append(one)
                weights.append(evidence + np.log(often_met) + way)
        belief, _ = mixture(found, np.array(weights))
        best = found[int(np.argmax(weights))]
        off = _off(best, ways[int(np.argmax(weights)) // len(LEVELS)])
        play = np.maximum(1.0, (ODD + off**2) / (ODD + 1))
    return belief, off


def _off(belief: Belief, counts: Counts) -> Floats:
    """Return how many standard deviations each hour, all channels together, is off what is believed. [hours]"""
    size = len(counts.exposure)
    rate = counts.exposure * np.exp(belief.mean[:size, None] + belief.mean[None, size:])
    expected = counts.mix @ rate
    use = np.isfinite(counts.count) & (expected > 0) & ~(counts.at_least & (expected >= np.nan_to_num(counts.count)))
    miss = np.where(use, np.nan_to_num(counts.count) - expected, 0.0).sum(axis=1)
    spread = np.where(use, expected + counts.extra**2 * expected**2, 0.0).sum(axis=1)
    return np.asarray(np.abs(miss) / np.sqrt(np.maximum(spread, 1.0)))


def _price(seen: Seen, grid: _Grid, overlap: Floats) -> Floats:
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
    size, cell = len(slots), _cells(market, slots)
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
