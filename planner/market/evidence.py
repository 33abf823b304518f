"""The history as arrays: hours by channels, money and bids per click, past events set apart from usual days.

Arrays have one row for every hour that the history knows and one column for every paid channel, NaN where a number was
not measured; rows of the whole shop stand apart. What the numbers mean for the promotion is for the other modules.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief, PastEvent
from planner.brief.timetable import Timetable
from planner.history import History
from planner.vocabulary.wording import Message, first_of

__all__ = ["Evidence", "Panel", "PastPanel", "gather", "own_hours", "paid_channels"]

Floats = NDArray[np.float64]
HOUR = 3600
# A channel with fewer settled orders than this keeps those that may still grow: some say more than none.
SETTLED_ORDERS = 20
NUMBERS = ("impressions", "clicks", "spend", "orders", "revenue")


@dataclass(frozen=True, eq=False)
class Panel:
    """Hours of history.

    Attributes
    ----------
    instant
        Start of the hour. [s since 1970, UTC]
    hour
        Hour of the local day, 0 to 23.
    day
        Local day. [days since 1970]
    impressions, clicks, spend, orders, revenue, bid
        Per channel; the bid is per click. [hours x channels]
    spent
        Money had run out. [hours x channels]
    shop_orders, shop_visits, shop_revenue
        The whole shop's. [hours]
    """

    instant: NDArray[np.int64]
    hour: NDArray[np.intp]
    day: NDArray[np.int64]
    impressions: Floats
    clicks: Floats
    spend: Floats
    orders: Floats
    revenue: Floats
    bid: Floats
    spent: NDArray[np.bool_]
    shop_orders: Floats
    shop_visits: Floats
    shop_revenue: Floats

    def pick(self, rows: NDArray[np.bool_]) -> Panel:
        """Return some of the hours."""
        return replace(self, **{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})

    def without(self, rows: NDArray[np.bool_], names: tuple[str, ...]) -> Panel:
        """Return the panel with some numbers of some hours, or of some hours and channels, taken for unknown."""
        changed = {}
        for name in names:
            changed[name] = getattr(self, name).copy()
            changed[name][rows] = np.nan
        return replace(self, **changed)

    def with_spent(self, spent: NDArray[np.bool_]) -> Panel:
        """Return the panel with other marks of money that had run out."""
        return replace(self, spent=spent)


@dataclass(frozen=True, eq=False)
class PastPanel:
    """One past event: what the brief says of it, its timetable and its hours."""

    event: PastEvent
    timetable: Timetable
    panel: Panel


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the history holds for one promotion: usual days, and past events from the oldest to the newest."""

    channels: tuple[str, ...]
    usual: Panel
    events: tuple[PastPanel, ...]
    notes: tuple[Message, ...] = ()

    @property
    def known(self) -> bool:
        """Whether any hour is known."""
        return bool(len(self.usual.instant) or self.events)


def paid_channels(brief: Brief, history: History | None) -> tuple[str, ...]:
    """Return the paid channels: those of the brief, or those of the history where the brief names none."""
    named = tuple(channel.name for channel in brief.channels if channel.paid)
    if named or history is None:
        return named
    organic = {channel.name for channel in brief.channels}
    found = pd.unique(history.table["channel"].dropna()) if "channel" in history.table else []
    return tuple(sorted(str(name) for name in found if name not in organic))


def gather(brief: Brief, history: History | None, channels: tuple[str, ...]) -> Evidence:
    """Return the history's evidence for a promotion: nothing of it lies at or after the promotion's start.

    Hours of the promotion itself before a start that the brief sets later are no usual ones.
    """
    panel = _panel(brief, history, channels)
    before = panel.instant + HOUR <= brief.timetable.starts.timestamp()
    panel = panel.pick(before)
    own = _within(panel, brief.timetable.whole)
    events, usual = [], ~own & (panel.day != _day(brief.promotion.date))
    named, notes = _named_or_found(brief, panel)
    for event in sorted(named, key=lambda event: event.date):
        timetable = brief.past_timetable(event)
        # Days that an event touches are no usual days, whatever part of them it covers or is said to.
        days = np.unique(panel.day[_within(panel, timetable.whole)])
        usual &= ~np.isin(panel.day, days) & (panel.day != _day(event.date))
        inside = _within(panel, (timetable.starts, timetable.ends))
        if inside.any():
            events.append(PastPanel(event, timetable, panel.pick(inside)))
    if own.any():
        notes = (*notes, Message("market.own_hours", {"hours": int(own.sum())}))
    settled, said = _settled(panel.pick(usual), brief, history)
    return Evidence(channels, settled, tuple(events), (*_unmatched(history, channels), *notes, *said))


def own_hours(brief: Brief, history: History, channels: tuple[str, ...]) -> Panel:
    """Return the hours of the promotion itself that a history holds: what `gather` leaves out."""
    panel = _panel(brief, history, channels)
    starts, ends = brief.timetable.starts.timestamp(), brief.timetable.ends.timestamp()
    return panel.pick(np.asarray((panel.instant + HOUR > starts) & (panel.instant < ends)))


def _within(panel: Panel, span: tuple[dt.datetime, dt.datetime]) -> NDArray[np.bool_]:
    """Return the hours that a span of time touches."""
    start, end = (moment.timestamp() for moment in span)
    return np.asarray((panel.instant + HOUR > start) & (panel.instant < end))


def _day(date: dt.date) -> int:
    """Return a date as a panel counts days."""
    return (date - dt.date(1970, 1, 1)).days


def _unmatched(history: History | None, channels: tuple[str, ...]) -> tuple[Message, ...]:
    """Return what to say of a history by channel none of whose channels is planned: nothing of it is used."""
    table = history.table if history is not None else pd.DataFrame()
    found = [str(name) for name in pd.unique(table["channel"].dropna())] if "channel" in table else []
    if not found or not channels or set(found) & set(channels):
        return ()
    values = {"found": first_of(sorted(found), 8), "planned": ", ".join(channels)}
    return (Message("history.no_channel_matches", values),)


def _settled(usual: Panel, brief: Brief, history: History | None) -> tuple[Panel, tuple[Message, ...]]:
    """Return usual days without the orders that are not all in yet, and what was left out; clicks and spend stay."""
    since = history.growing_since if history is not None else None
    # Orders booked when they are placed are all in.
    if since is None or brief.history.orders_at == "order":
        return usual, ()
    growing = usual.instant + HOUR > since.timestamp()
    counted = np.nan_to_num(usual.orders)
    enough = counted[~growing].sum(axis=0) >= SETTLED_ORDERS
    waiting = np.isfinite(usual.orders[growing]).any(axis=0)
    notes = []
    if (waiting & enough).any():
        usual = usual.without(growing[:, None] & enough, ("orders", "revenue"))
        notes.append(Message("market.orders_growing", {"since": since.tz_convert(brief.zone).date()}))
    if (waiting & ~enough).any():
        notes.append(Message("market.orders_growing_kept", {"since": since.tz_convert(brief.zone).date()}))
    return usual, tuple(notes)


def _named_or_found(brief: Brief, panel: Panel) -> tuple[tuple[PastEvent, ...], tuple[Message, ...]]:
    """Return the brief's past events; where it names none, the same date a year before if the history has that day."""
    if brief.past_events:
        return brief.past_events, ()
    date = brief.promotion.date
    try:
        before = date.replace(year=date.year - 1)
    except ValueError:  # 29 February
        return (), ()
    if (panel.day == _day(before)).sum() < 12:
        return (), ()
    return (PastEvent(date=before),), (Message("market.event_found", {"date": before}),)


class _Grid:
    """The history's numbers on a grid of hours and channels, the last column the whole shop's."""

    def __init__(self, table: pd.DataFrame, row: NDArray[np.intp], hours: int, channels: tuple[str, ...]) -> None:
        places = {name: place for place, name in enumerate(channels)}
        codes, names = pd.factorize(table["channel"]) if "channel" in table else (np.full(len(table), -1), [])
        # Channels that are not planned fall out; rows without a channel, of code -1, go into the last column.
        column = np.array([*(places.get(str(name), -1) for name in names), len(channels)], dtype=np.intp)[codes]
        self._keep = column >= 0
        self._shape = (hours, len(channels) + 1)
        self._cell = row[self._keep] * self._shape[1] + column[self._keep]
        self._table = table

    def sum(self, name: str) -> Floats:
        """Return a number's sum over campaigns; NaN where it is not known."""
        return self._mean_or_sum(name, None)

    def mean(self, name: str, weight: Floats) -> Floats:
        """Return a number's weighted mean over campaigns; NaN where it is not known."""
        return self._mean_or_sum(name, weight)

    def _mean_or_sum(self, name: str, weight: Floats | None) -> Floats:
        if name not in self._table:
            return np.full(self._shape, np.nan)
        values = self._table[name].to_numpy(dtype=np.float64, na_value=np.nan)[self._keep]
        known = np.isfinite(values)
        weights = np.where(known, 1.0 if weight is None else weight[self._keep], 0.0)
        size = self._shape[0] * self._shape[1]
        count = np.bincount(self._cell, weights, minlength=size)
        total = np.bincount(
            self._cell, np.where(known, values, 0.0) * (1.0 if weight is None else weights), minlength=size
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            cells: Floats = np.where(count > 0, total / (1.0 if weight is None else count), np.nan)
        return cells.reshape(self._shape)


def _panel(brief: Brief, history: History | None, channels: tuple[str, ...]) -> Panel:
    """Return every hour of the history as arrays."""
    if history is None or not len(history.table):
        columns = {name: np.empty((0, len(channels))) for name in (*NUMBERS, "bid")}
        hours = np.empty(0, dtype=np.int64)
        shop = dict.fromkeys(("shop_orders", "shop_visits", "shop_revenue"), np.empty(0))
        spent = np.empty((0, len(channels)), dtype=bool)
        return Panel(instant=hours, hour=hours.astype(np.intp), day=hours, spent=spent, **columns, **shop)
    table = _with_spend(history.table)
    stamp = pd.DatetimeIndex(table["hour"]).tz_convert(brief.zone).as_unit("s")
    instants, row = np.unique(stamp.asi8, return_inverse=True)
    local = np.empty(len(instants), dtype=np.int64)
    local[row] = stamp.tz_localize(None).asi8
    grid = _Grid(table, row, len(instants), channels)
    numbers = {name: grid.sum(name) for name in (*NUMBERS, "visits")}
    # Campaigns of one channel may bid differently: their mean, by clicks.
    clicks = table["clicks"].to_numpy(dtype=np.float64, na_value=np.nan) if "clicks" in table else np.zeros(len(table))
    bid = grid.mean("bid", np.nan_to_num(clicks) + 0.1)[:, :-1]
    for place, name in enumerate(channels):
        described = brief.channel(name)
        if described is not None and described.kind == "cpm":
            shown = float(np.nansum(numbers["impressions"][:, place]))
            rate = described.click_through or float(np.nansum(numbers["clicks"][:, place])) / max(shown, 1.0)
            bid[:, place] = bid[:, place] / 1000 / rate if rate > 0 else np.nan
    spent = np.nan_to_num(grid.sum("budget_spent")) > 0
    return Panel(
        instant=instants,
        hour=(local // HOUR % 24).astype(np.intp),
        day=local // (24 * HOUR),
        bid=bid,
        spent=spent[:, :-1] | spent[:, -1:],
        shop_orders=numbers["orders"][:, -1],
        shop_visits=numbers["visits"][:, -1],
        shop_revenue=numbers["revenue"][:, -1],
        **{name: numbers[name][:, :-1] for name in NUMBERS},
    )


def _with_spend(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows with their spend, from price and volume where it was not reported itself."""
    spend = table["spend"] if "spend" in table else pd.Series(np.nan, index=table.index)
    for price, volume, size in (("cpc", "clicks", 1), ("cpm", "impressions", 1000)):
        if price in table and volume in table:
            spend = spend.fillna(table[price] * table[volume] / size)
    return table.assign(spend=spend.astype(np.float64))
