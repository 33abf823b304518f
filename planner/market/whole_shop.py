"""A past event that only the whole shop's visits and orders tell of.

Visits speak of traffic, orders over visits of conversion. Orders alone speak of both at once; what they differ from the
expected by is shared between the two as much as each is unsure.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.market.evidence import Panel, PastPanel
from planner.market.log_multipliers import Belief, Counts, learn
from planner.market.usual_day import by_hour

__all__ = ["hear_shop", "shop_day"]

Floats = NDArray[np.float64]
EXTRA = 0.2


def shop_day(panel: Panel) -> tuple[Floats, Floats]:
    """Return the whole shop's visits and orders an hour of a usual day; NaN where they are not known. [24], [24]"""
    means = []
    for values in (panel.shop_visits[:, None], panel.shop_orders[:, None]):
        seen = by_hour(panel, np.where(np.isfinite(values), 1.0, np.nan))[:, 0]
        total = by_hour(panel, values)[:, 0]
        # An hour without a single order still has a chance of one.
        means.append(np.where(seen > 0, (total + 0.5) / np.maximum(seen, 1), np.nan))
    return means[0], means[1]


def hear_shop(
    volume: Belief,
    chance: Belief,
    past: PastPanel,
    day: tuple[Floats, Floats],
    *,
    years: tuple[Floats, Floats],
    slots: pd.DataFrame,
    overlap: Floats,
    starts: NDArray[np.int64],
    expected: tuple[Floats, Floats],
) -> tuple[Belief, Belief]:
    """Return what is believed of clicks at a fixed bid and of conversion after a past event of the whole shop.

    Parameters
    ----------
    volume, chance
        What is believed before.
    past
        The event.
    day
        Visits and orders an hour of a usual day.
    years
        Covariances of one event's own deviation, slots first.
    slots, overlap, starts
        The slots, which share of each every past hour holds, and when their counterparts began. [s since 1970]
    expected
        Factors on traffic and conversion expected of every slot. [slots], [slots]
    """
    size = len(slots)
    hour = np.asarray(pd.DatetimeIndex(starts.astype("M8[s]"), tz="UTC").tz_convert(past.timetable.zone).hour)
    hours = slots["hours"].to_numpy(dtype=np.float64)
    visits, orders = (values[hour] * hours for values in day)
    came, bought = past.panel.shop_visits, past.panel.shop_orders
    if np.isfinite(came).any() and np.isfinite(visits).all():
        volume = _heard(volume, years[0], came, visits * expected[0], overlap)
        if np.isfinite(bought).any() and np.isfinite(orders).all():
            people = visits * expected[0] * np.exp(volume.mean[:size])
            chance = _heard(chance, years[1], bought, people * orders / visits * expected[1], overlap)
        return volume, chance
    if not np.isfinite(bought).any() or not np.isfinite(orders).all():
        return volume, chance
    before = (_slots_of(volume, size), _slots_of(chance, size))
    both = Belief(before[0].mean + before[1].mean, before[0].cov + before[1].cov)
    year = years[0][:size, :size] + years[1][:size, :size]
    reckoned = (orders * expected[0] * expected[1])[:, None]
    counts = Counts(bought[:, None], reckoned, overlap, np.zeros((len(bought), 1), dtype=bool), EXTRA)
    after = _learn_slots(both, year, counts)
    parts = []
    for belief, own in zip((volume, chance), before, strict=True):
        gain = np.linalg.solve(both.cov + 1e-9 * np.eye(size), own.cov).T
        cov = own.cov - gain @ (both.cov - after.cov) @ gain.T
        parts.append(_with_slots(belief, Belief(own.mean + gain @ (after.mean - both.mean), (cov + cov.T) / 2)))
    return parts[0], parts[1]


def _heard(belief: Belief, year: Floats, count: Floats, exposure: Floats, overlap: Floats) -> Belief:
    """Return a belief after one series of the whole shop."""
    size = len(exposure)
    counts = Counts(count[:, None], exposure[:, None], overlap, np.zeros((len(count), 1), dtype=bool), EXTRA)
    return _with_slots(belief, _learn_slots(_slots_of(belief, size), year[:size, :size], counts))


def _slots_of(belief: Belief, size: int) -> Belief:
    """Return the part of a belief that speaks of slots."""
    return Belief(belief.mean[:size], belief.cov[:size, :size])


def _learn_slots(belief: Belief, year: Floats, counts: Counts) -> Belief:
    """Return a belief of slots after counts of one series, which has no channel of its own."""
    size = len(belief.mean)

    def widened(cov: Floats) -> Floats:
        wide = np.zeros((size + 1, size + 1))
        wide[:size, :size] = cov
        wide[size, size] = 1e-8
        return wide

    found = learn(Belief(np.r_[belief.mean, 0.0], widened(belief.cov)), widened(year), counts)
    return _slots_of(found, size)


def _with_slots(belief: Belief, slots: Belief) -> Belief:
    """Return a belief whose slots are now believed otherwise; the channels follow as far as they hang together."""
    size = len(slots.mean)
    before, cross = belief.cov[:size, :size], belief.cov[size:, :size]
    gain = np.linalg.solve(before + 1e-9 * np.eye(size), cross.T).T
    mean = np.r_[slots.mean, belief.mean[size:] + gain @ (slots.mean - belief.mean[:size])]
    cov = belief.cov.copy()
    cov[:size, :size] = slots.cov
    cov[size:, :size] = gain @ slots.cov
    cov[:size, size:] = cov[size:, :size].T
    cov[size:, size:] = belief.cov[size:, size:] - gain @ (before - slots.cov) @ gain.T
    return Belief(mean, cov)
