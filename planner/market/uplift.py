"""The event against a usual day: the playbook's multipliers, overruled by past events as far as they speak.

Traffic is looked at at a fixed bid, where it moves with ``traffic * price**-gamma``: one number a slot and channel that
clicks alone can tell. Conversion is learnt from orders, which may be booked hours after the click.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.brief.slots import match_past
from planner.market.booking import booked, worn
from planner.market.channels import Channels
from planner.market.cleaning import mark_spent
from planner.market.evidence import Evidence, PastPanel
from planner.market.log_multipliers import Belief, Counts, learn
from planner.market.prior import PriorTable, kinship
from planner.market.usual_day import Usual
from planner.market.whole_shop import hear_shop, shop_day
from planner.vocabulary.wording import Message

__all__ = [
    "CHANNEL_CONVERSION",
    "CHANNEL_TRAFFIC",
    "Uplift",
    "click_counts",
    "conversion_belief",
    "expected_conversion",
    "expected_lift",
    "learn_uplift",
    "order_counts",
    "volume_belief",
    "year_kinship",
]

Floats = NDArray[np.float64]
# Log standard deviations of a single hour and channel, and of a channel. What sets one event off from what events
# share, and how much of its story holds beside a history, the playbook says itself (`brief.trust`).
CELL_TRAFFIC, CELL_CONVERSION = 0.36, 0.15
CHANNEL_TRAFFIC, CHANNEL_CONVERSION = 0.30, 0.10
# Of what an event's deviation from others is, the part that all of its hours share; and what no past event can tell of
# this one beside how big it is: how dear, how eager its buyers. Clicks grow dearer from year to year.
YEAR_SHARED = 0.1
YEAR_PRICE, LEVEL_CONVERSION = 0.05, 0.08
PRICE_DRIFT = 0.05
# Parts of the playbook's own variance: of the whole event, a window, neighbouring hours, a slot alone.
TRAFFIC_PARTS = {"event": 0.35, "window": 0.25, "near": 0.35, "alone": 0.05}
CONVERSION_PARTS = {"event": 0.35, "window": 0.02, "near": 0.06, "alone": 0.02}
# How much of a usual day's rhythm of conversion holds (event buyers come to buy, at whatever hour), and its standard
# deviation; in how many hours a rush at the opening dies down; and how unsure it is what the deals of then did.
FLASH_SD = 0.15
RHYTHM, RHYTHM_SD = 0.0, 0.1
RUSH_HOURS = 1.5


@dataclass(frozen=True, eq=False)
class Uplift:
    """Log multipliers on the prior's, by slot then channel, what this event's may differ by, and the evidence.

    Attributes
    ----------
    volume, conversion
        What events share.
    volume_cov, conversion_cov
        Covariance of this event's.
    clicks, orders
        Counts of past events behind each slot and channel. [slots x channels]
    notes
        What was decided.
    """

    volume: Belief
    conversion: Belief
    volume_cov: Floats
    conversion_cov: Floats
    clicks: Floats
    orders: Floats
    notes: tuple[Message, ...]


def expected_conversion(
    conversion: Floats, shape: Floats, hour: NDArray[np.intp], prior: PriorTable, *, known: bool
) -> Floats:
    """Return orders a click before past events are heard. [slots x channels]

    Parameters
    ----------
    conversion, shape
        Of a usual day, and the rhythm in it that the channels share. [24 x channels], [24]
    hour
        Hour of the day of every slot.
    prior
        What the playbook says.
    known
        Whether there is any history.
    """
    expected: Floats = conversion[hour] / shape[hour, None] ** (1 - RHYTHM) * expected_lift(prior, known=known)
    return expected


def expected_lift(prior: PriorTable, *, known: bool) -> Floats:
    """Return the playbook's factor on conversion as far as it is believed. [slots x channels]

    Without any history the playbook is all there is, and is taken at its word. Deals are not in it: what those that are
    kept add comes later.
    """
    if not known:
        return prior.conversion
    story = np.log(prior.conversion)
    lift: Floats = np.exp(story.mean() + prior.trust.story * (story - story.mean()))
    return lift


def learn_uplift(
    brief: Brief,
    slots: pd.DataFrame,
    evidence: Evidence,
    usual: Usual,
    prior: PriorTable,
    *,
    channels: Channels,
    clicks: Floats,
    conversion: Floats,
) -> Uplift:
    """Return what past events say of this one.

    Parameters
    ----------
    clicks, conversion
        What is expected before past events are heard: clicks at the reference bid on a mean weekday, orders a click.
        [slots x channels]
    """
    count, trust = len(channels.names), prior.trust
    volume = volume_belief(slots, prior, float(np.mean(channels.gamma)), count)
    hour = np.asarray(pd.DatetimeIndex(slots["start"]).hour)
    chance = conversion_belief(slots, usual.conversion_shape[hour], prior, count, known=evidence.known)
    year_level = np.hypot(trust.year_level, YEAR_PRICE * float(np.mean(channels.gamma)))
    volume_year = _raised(_joined(_year(slots, trust.year_traffic), 0.1, count), len(slots), year_level)
    chance_year = _joined(_year(slots, trust.year_conversion), 0.05, count)
    seen_clicks, seen_orders = np.zeros(clicks.shape), np.zeros(clicks.shape)
    notes = [] if evidence.events else [Message("market.no_event")]
    for past in evidence.events:
        overlap, matched = _overlap(brief, slots, past)
        panel, found = mark_spent(past.panel, channels.names, currency=brief.promotion.currency)
        past, notes = replace(past, panel=panel), [*notes, *found]
        if not np.isfinite(past.panel.clicks).any():
            volume, chance = hear_shop(
                volume,
                chance,
                past,
                shop_day(evidence.usual),
                years=(volume_year, chance_year),
                slots=slots,
                overlap=overlap,
                starts=matched,
                expected=(prior.traffic.mean(axis=1), expected_lift(prior, known=True).mean(axis=1)),
            )
            continue
        own = click_counts(past, overlap, matched, usual, channels, clicks)
        volume = learn(volume, volume_year, own)
        chance = learn(
            chance, chance_year, order_counts(brief, past, slots, overlap, volume, own=own, conversion=conversion)
        )
        share = overlap / np.maximum(overlap.sum(axis=1, keepdims=True), 1e-9)
        seen_clicks += share.T @ np.nan_to_num(past.panel.clicks)
        seen_orders += share.T @ np.nan_to_num(past.panel.orders)
    if evidence.events and brief.history.orders_at is None:
        notes.append(Message("market.orders_at_order"))
    size = len(slots)
    return Uplift(
        volume,
        chance,
        volume.cov + volume_year,
        _raised(chance.cov + chance_year, size, LEVEL_CONVERSION),
        seen_clicks,
        seen_orders,
        tuple(notes),
    )


def volume_belief(slots: pd.DataFrame, prior: PriorTable, gamma: float, channels: int) -> Belief:
    """Return what is believed of clicks at a fixed bid, around the playbook's."""
    # The spread of clicks at a fixed bid, where price counts several times over, is held to what events have shown.
    spread = np.minimum(np.sqrt(prior.traffic_sd**2 + (gamma * prior.price_sd) ** 2), prior.trust.most_spread)
    story = np.log(prior.traffic).mean(axis=1) - gamma * np.log(prior.price).mean(axis=1)
    cov = kinship(slots, **TRAFFIC_PARTS) * np.outer(spread, spread) + prior.trust.story_traffic_sd**2 * _along(story)
    return Belief(np.zeros(len(slots) + channels), _joined(cov, CHANNEL_TRAFFIC, channels))


def conversion_belief(slots: pd.DataFrame, rhythm: Floats, prior: PriorTable, channels: int, *, known: bool) -> Belief:
    """Return what is believed of conversion, around the playbook's; `rhythm` is a usual day's, by slot."""
    since = (slots["since_opening"] + slots["hours"] / 2).to_numpy(dtype=np.float64)
    rush = np.where(since > 0, np.exp(-np.maximum(since, 0) / RUSH_HOURS), 0.0)
    cov = (
        kinship(slots, **CONVERSION_PARTS) * np.outer(prior.conversion_sd, prior.conversion_sd)
        + prior.trust.story_sd**2 * _along(np.log(prior.conversion).mean(axis=1))
        + RHYTHM_SD**2 * _along(np.log(rhythm))
        + FLASH_SD**2 * np.outer(prior.flash, prior.flash)
        + prior.trust.rush_sd**2 * np.outer(rush, rush)
    )
    mean = np.r_[prior.trust.rush * rush * known, np.zeros(channels)]
    return Belief(mean, _joined(cov, CHANNEL_CONVERSION, channels))


def _along(log: Floats) -> Floats:
    """Return the covariance of one pattern of unknown strength: its deviations from its own mean."""
    return np.outer(log - log.mean(), log - log.mean())


def _raised(cov: Floats, slots: int, sd: float) -> Floats:
    """Return a covariance with a level added that all slots share."""
    raised = cov.copy()
    raised[:slots, :slots] += sd**2
    return raised


def _year(slots: pd.DataFrame, sd: float) -> Floats:
    """Return the covariance of one event's deviation from what events share. [slots x slots]"""
    return year_kinship(slots) * sd**2


def year_kinship(slots: pd.DataFrame) -> Floats:
    """Return how one event's deviations of its hours hang together. [slots x slots]"""
    return kinship(slots, event=YEAR_SHARED, window=0.0, near=1 - YEAR_SHARED)


def _joined(slots: Floats, channel_sd: float, channels: int) -> Floats:
    """Return the covariance of slots and, apart from them, channels."""
    size = len(slots)
    joined = np.zeros((size + channels, size + channels))
    joined[:size, :size] = slots
    joined[size:, size:] = channel_sd**2 * np.eye(channels)
    return joined


def _overlap(brief: Brief, slots: pd.DataFrame, past: PastPanel) -> tuple[Floats, NDArray[np.int64]]:
    """Return which share of each slot's past counterpart every past hour holds, and when the counterparts begin."""
    start = match_past(slots, brief.timetable, past.timetable).tz_convert("UTC").as_unit("s").asi8
    length = slots["hours"].to_numpy(dtype=np.float64) * 3600
    first = past.panel.instant[:, None]
    within = np.minimum(first + 3600, start + length) - np.maximum(first, start)
    return np.maximum(within, 0.0) / length, start


def click_counts(
    past: PastPanel, overlap: Floats, start: NDArray[np.int64], usual: Usual, channels: Channels, clicks: Floats
) -> Counts:
    """Return a past event's clicks beside what was expected at the bids of then."""
    with np.errstate(invalid="ignore", divide="ignore"):
        change = np.where(past.panel.bid > 0, (past.panel.bid / channels.reference_bid) ** channels.gamma, 1.0)
    covered = overlap.sum(axis=0)
    share = overlap / np.maximum(covered, 1e-9)
    change = np.where(covered[:, None] > 0, share.T @ change, 1.0)
    local = pd.DatetimeIndex(start.astype("M8[s]"), tz="UTC").tz_convert(past.timetable.zone)
    expected = (
        clicks * usual.weekday[np.asarray(local.day_of_week)][:, None] * change * np.exp(PRICE_DRIFT * channels.gamma)
    )
    return Counts(past.panel.clicks, expected, overlap, past.panel.spent, CELL_TRAFFIC)


def order_counts(
    brief: Brief, past: PastPanel, slots: pd.DataFrame, overlap: Floats, volume: Belief, own: Counts, conversion: Floats
) -> Counts:
    """Return a past event's orders beside what its clicks let expect in the hours that book them."""
    size = len(slots)
    weight = own.exposure * np.exp(volume.mean[:size, None] + volume.mean[None, size:])
    # An hour's clicks are split over the slots it covers as the volumes expect.
    total = overlap @ weight
    with np.errstate(invalid="ignore", divide="ignore"):
        per = np.where(total > 0, np.nan_to_num(past.panel.clicks) / total, 0.0)
    clicks = weight * (overlap.T @ per)
    mix = overlap if brief.history.orders_at == "click" else booked(slots, overlap)
    known = np.isfinite(past.panel.orders) & np.isfinite(past.panel.clicks)
    orders = np.where(known, past.panel.orders, np.nan)
    expected = clicks * conversion * worn(brief, clicks)
    return Counts(orders, expected, mix, np.zeros(known.shape, dtype=bool), CELL_CONVERSION)
