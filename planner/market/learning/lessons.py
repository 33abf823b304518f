"""What one shop's past events show: clicks and orders beside what its usual days let expect, on a playbook's hours.

The footing is the plan's own: usual days at the reference bid, the bids of then, money that ran out, orders booked
hours after their click, channels of their own level. All of it is laid on one playbook, whatever the brief names.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.brief.playbook import Playbook
from planner.brief.slots import make_slots
from planner.history import History
from planner.market.channels import Channels, settle_channels
from planner.market.cleaning import clean_usual, mark_spent
from planner.market.evidence import PastPanel, gather, paid_channels
from planner.market.log_multipliers import Belief, Counts, learn_once
from planner.market.prior import prior_table
from planner.market.uplift import CHANNEL_TRAFFIC, click_counts, order_counts, year_kinship
from planner.market.usual_day import Usual, usual_day

__all__ = ["Cells", "Lesson", "lessons_of", "playbook_cells"]

Floats = NDArray[np.float64]
# Clicks of one event at a fixed bid before anything is heard of it: wide, for only the split of orders needs them.
OWN_SD = 0.7


@dataclass(frozen=True, eq=False)
class Cells:
    """The hours of a playbook, window by window: what is learnt is learnt of these.

    Attributes
    ----------
    table
        Columns `window`, `hour` (in the window, from 0), `since_opening` and `hours`, a row a cell.
    """

    table: pd.DataFrame

    def of(self, slots: pd.DataFrame, begins: dict[str, pd.Timestamp]) -> NDArray[np.intp]:
        """Return each slot's cell; -1 where the playbook does not speak."""
        first = self.table.groupby("window", sort=False)["hour"].agg(["size"])["size"]
        offset = dict(zip(first.index, np.r_[0, np.cumsum(first)[:-1]], strict=True))
        cells = []
        for start, window in zip(slots["start"], slots["window"], strict=True):
            if window not in offset:
                cells.append(-1)
                continue
            hour = int((start - begins[window]).total_seconds() // 3600)
            cells.append(int(offset[window] + min(max(hour, 0), first[window] - 1)))
        return np.array(cells, dtype=np.intp)


@dataclass(frozen=True, eq=False)
class Lesson:
    """What one past event of one shop shows.

    Attributes
    ----------
    shop
        Where the shop was read from, for the person who learns; nothing of it goes into a playbook.
    content
        A digest of all that was counted: the same data twice are one lesson.
    cells, kinship
        Each slot's cell, and how the slots hang together. [slots], [slots x slots]
    clicks, orders
        Counts of the event beside what was expected.
    weight
        What the playbook's factor on clicks at a fixed bid was in what was expected. [slots x channels]
    gamma
        Mean elasticity of the shop's clicks to its bids.
    """

    shop: str
    content: str
    cells: NDArray[np.intp]
    kinship: Floats
    clicks: Counts
    orders: Counts
    weight: Floats
    gamma: float

    def by_cell(self, name: str, count: int) -> Floats:
        """Return clicks or orders of the event by cell. [cells]"""
        counts: Counts = getattr(self, name)
        share = counts.mix / np.maximum(counts.mix.sum(axis=1, keepdims=True), 1e-9)
        total = np.zeros(count)
        np.add.at(total, self.cells, share.T @ np.nansum(np.nan_to_num(counts.count), axis=1))
        return total


def playbook_cells(playbook: Playbook) -> Cells:
    """Return a playbook's hours, as they lie when it opens as it is meant to."""
    zone, date = ZoneInfo("UTC"), dt.date(2001, 1, 10)
    opening = playbook.opening.at(date, dt.datetime.min.replace(tzinfo=dt.UTC), zone)
    rows = []
    for window in playbook.windows:
        start, end = window.start.at(date, opening, zone), window.end.at(date, opening, zone)
        length, since = (end - start).total_seconds() / 3600, (start - opening).total_seconds() / 3600
        for hour in range(int(np.ceil(length))):
            rows.append((window.id, hour, since + hour, min(1.0, length - hour)))
    return Cells(pd.DataFrame(rows, columns=["window", "hour", "since_opening", "hours"]))


def lessons_of(shop: str, brief: Brief, history: History, playbook: Playbook) -> list[Lesson]:
    """Return what a shop's past events show, each laid on the playbook; none where no event was counted by channel.

    Raises
    ------
    InputError
        As for a plan: no paid channel, or nothing says what a click costs or how many of them order.
    """
    laid = brief.laid_on(playbook)
    names = paid_channels(laid, history)
    evidence = gather(laid, history, names)
    usual = usual_day(clean_usual(evidence.usual, names, laid.history.orders_at)[0])
    channels = settle_channels(laid, names, evidence, usual)
    cells = playbook_cells(playbook)
    found = []
    for past in evidence.events:
        if past.event.playbook not in (None, playbook.name):
            continue  # another promotion
        panel, _ = mark_spent(past.panel, names, currency=laid.promotion.currency)
        counted = np.isfinite(panel.clicks).any() and np.isfinite(channels.clicks).all()
        if counted and (lesson := _lesson(shop, laid, replace(past, panel=panel), usual, channels, cells)):
            found.append(lesson)
    return found


def _lesson(shop: str, brief: Brief, past: PastPanel, usual: Usual, channels: Channels, cells: Cells) -> Lesson | None:
    """Return what an event shows on the slots that the playbook speaks of; None where it has none of them."""
    slots = make_slots(past.timetable)
    laid = past.timetable
    begins = {
        window.id: pd.Timestamp(window.start.at(laid.date, laid.opening, laid.zone))
        for window in brief.playbook.windows
    }
    at = cells.of(slots, begins)
    slots, at = slots[at >= 0].reset_index(drop=True), at[at >= 0]
    start = pd.DatetimeIndex(slots["start"]).tz_convert("UTC").as_unit("s").asi8
    length = slots["hours"].to_numpy(dtype=np.float64) * 3600
    first = past.panel.instant[:, None]
    overlap = np.maximum(np.minimum(first + 3600, start + length) - np.maximum(first, start), 0.0) / length
    if not overlap.any():
        return None
    told = prior_table(brief, slots, channels.names, laid=laid)
    hour = np.asarray(pd.DatetimeIndex(slots["start"]).hour)
    base = channels.clicks[hour] * slots["hours"].to_numpy(dtype=np.float64)[:, None]
    base = base * (channels.reference_bid / channels.usual_bid) ** channels.gamma
    weight = told.traffic * told.price**-channels.gamma
    chance = channels.conversion[hour] / usual.conversion_shape[hour, None] * told.conversion
    clicks = click_counts(past, overlap, start, usual, channels, base * weight)
    kinship = year_kinship(slots)
    size, count = len(slots), len(channels.names)
    wide = np.zeros((size + count, size + count))
    wide[:size, :size] = OWN_SD**2 * (0.5 + 0.5 * kinship)
    wide[size:, size:] = CHANNEL_TRAFFIC**2 * np.eye(count)
    volume = learn_once(Belief(np.zeros(size + count), wide), clicks)[0]
    orders = order_counts(brief, past, slots, overlap, volume, own=clicks, conversion=chance)
    digest = hashlib.sha256()
    for values in (past.panel.clicks, past.panel.orders, past.panel.spend, np.asarray(past.panel.hour)):
        digest.update(np.ascontiguousarray(values).tobytes())
    gamma = float(np.mean(channels.gamma))
    return Lesson(shop, digest.hexdigest(), at, kinship, clicks, orders, weight * np.ones_like(base), gamma)
