"""Past events hidden and forecast from what was known before them.

Clicks, spend and orders are forecast at the bids that were really set, hour by hour and channel by channel, and laid
beside what happened. What the brief states is taken as known already then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.backtest.replay import Replay, replay
from planner.backtest.scores import score_draws
from planner.brief import Brief
from planner.brief.slots import make_slots
from planner.history import History
from planner.market import Market, forecast_market
from planner.market.evidence import Evidence, Panel, PastPanel, gather, paid_channels
from planner.market.usual_day import by_hour
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Message

__all__ = ["Backtest", "backtest", "brief_of"]

Floats = NDArray[np.float64]
QUANTITIES = ("clicks", "spend", "orders")


@dataclass(frozen=True, eq=False)
class Backtest:
    """How past events would have been forecast and planned.

    Attributes
    ----------
    scores
        A row for every event and quantity, with the columns of `scores.SCORES`; the rows of ``event`` "all" are means.
    hours
        A row for every event, quantity and hour over all channels: ``event``, ``quantity``, ``start``, ``end``,
        ``actual``, ``forecast``, ``low``, ``high``.
    replays
        A row for every event and plan: ``event``, ``plan`` (``actual``, ``bids_of_then``, ``planned``), ``spend``,
        ``orders``, ``profit`` [currency].
    notes
        What was decided.
    """

    scores: pd.DataFrame
    hours: pd.DataFrame
    replays: pd.DataFrame
    notes: tuple[Message, ...]


def backtest(brief: Brief, history: History, *, draws: int = 400, seed: int = 0) -> Backtest:
    """Hide every past event in turn, forecast it from what was known before, and say how good that was.

    Parameters
    ----------
    brief
        Its past events are the ones looked at; without any, the same date a year before if the history holds it.
        Channels are looked at as wholes.
    history
        What happened.
    draws, seed
        Of the drawn markets.

    Raises
    ------
    InputError
        The history holds no past event by channel.
    """
    # A forecast by campaign divides that of the channel, and only channels can be held against it hour by hour.
    brief = brief.by_channel()
    names = paid_channels(brief, history)
    evidence = gather(brief, history, names)
    events = [past for past in evidence.events if np.nansum(past.panel.clicks) > 0]
    if not events:
        raise InputError([Problem(Message("backtest.no_event"))])
    scores, hours, replays = [], [], []
    notes = [*evidence.notes, Message("backtest.replay_is_a_model")]
    for place, past in enumerate(events):
        then = brief_of(brief, past, events[:place])
        known = _known_before(history, past, evidence)
        if known is not history:
            notes.append(Message("backtest.later_days", {"event": past.event.date}))
        market = forecast_market(then, make_slots(then.timetable), known)
        drawn = _drawn(market, past.panel, draws, seed)
        usual = _usual(gather(then, known, names).usual, past.panel)
        label = past.event.name or str(past.event.date)
        for quantity in QUANTITIES:
            actual = np.where(past.panel.spent, np.nan, getattr(past.panel, quantity))
            found = score_draws(actual.ravel(), drawn[quantity].reshape(draws, -1), usual[quantity].ravel())
            scores.append({"event": label, "quantity": quantity, **found})
            hours.append(_by_hour(past.panel, actual, drawn[quantity], then).assign(event=label, quantity=quantity))
        replays += [(label, one) for one in replay(then, past.panel, known, market, drawn)]
    return Backtest(
        _with_means(pd.DataFrame(scores)),
        pd.concat(hours, ignore_index=True),
        _replays(replays),
        tuple(notes),
    )


def _known_before(history: History, past: PastPanel, evidence: Evidence) -> History:
    """Return what was known before an event; where no usual day is, later ones moved back by years of 52 weeks."""
    starts = past.timetable.starts.timestamp()
    usual = evidence.usual.instant
    if (usual < starts).any() or not len(usual):
        return history
    years = int(np.ceil((usual[-1] + 3600 - starts) / (364 * 86400)))
    table = history.table
    instant = pd.DatetimeIndex(table["hour"]).tz_convert("UTC").as_unit("s").asi8
    moved = table[np.isin(instant, usual)]
    return replace(history, table=moved.assign(hour=moved["hour"] - pd.Timedelta(days=364 * years)))


def brief_of(brief: Brief, past: PastPanel, before: list[PastPanel]) -> Brief:
    """Return the brief as it would have been for a past event: its days, what it spent, the events before it."""
    event = past.event
    promotion = {
        "date": event.date,
        "starts": past.timetable.starts.astimezone(brief.zone).replace(tzinfo=None),
        "ends": past.timetable.ends.astimezone(brief.zone).replace(tzinfo=None),
        "opening": past.timetable.opening.astimezone(brief.zone).replace(tzinfo=None),
        **({"playbook": event.playbook} if event.playbook else {}),
    }
    spent = float(np.nansum(past.panel.spend))
    earlier = [one.event.model_dump(exclude_unset=True) for one in before]
    money = {"total": spent, "reserve": 0.0} if spent > 0 else {}
    return brief.with_(promotion=promotion, budget=money, past_events=earlier)


def _drawn(market: Market, panel: Panel, count: int, seed: int) -> dict[str, Floats]:
    """Return drawn clicks, spend and orders of an event at the bids really set. [draws x hours x channels]"""
    table, channels = market.table, len(market.channels)
    start = pd.DatetimeIndex(table["start"]).tz_convert("UTC").as_unit("s").asi8
    hour = np.searchsorted(panel.instant, start, side="right") - 1
    inside = (hour >= 0) & (start < panel.instant[np.maximum(hour, 0)] + 3600)
    at = np.maximum(hour, 0)
    place = np.tile(np.arange(channels), len(table) // channels)
    bid = panel.bid[at, place]
    reference, eta = table["reference_bid"].to_numpy(dtype=float), table["elasticity"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        change = np.where(bid > 0, bid / reference, 1.0)
    change = np.where(np.isfinite(change), change, 1.0)
    worlds = market.draw(count, seed)
    volume = table["clicks"].to_numpy(dtype=float) * change ** (eta / (1 - eta)) * inside
    clicks = volume * worlds.traffic
    rate = clicks * table["conversion"].to_numpy(dtype=float) * worlds.value
    cell = at * channels + place

    def hourly(values: Floats) -> Floats:
        total = np.zeros((len(panel.instant) * channels, count))
        np.add.at(total, cell, values.T)
        return total.T

    rng = np.random.default_rng(seed + 1)
    counted = rng.poisson(hourly(clicks)).astype(np.float64)
    price = np.zeros(len(panel.instant) * channels)
    price[cell] = table["price"].to_numpy(dtype=float) * change
    orders = rng.poisson(hourly(rate)).astype(np.float64)
    shape = (count, len(panel.instant), channels)
    values = {"clicks": counted, "spend": counted * price, "orders": orders}
    return {name: each.reshape(shape) for name, each in values.items()}


def _usual(usual: Panel, panel: Panel) -> dict[str, Floats]:
    """Return what the same hours of a usual day brought, on the mean. [hours x channels]"""
    means = {}
    for name in QUANTITIES:
        values = getattr(usual, name)
        days = by_hour(usual, np.where(np.isfinite(values), 1.0, np.nan))
        means[name] = (by_hour(usual, values) / np.maximum(days, 1))[panel.hour]
    return means


def _by_hour(panel: Panel, actual: Floats, drawn: Floats, brief: Brief) -> pd.DataFrame:
    """Return an event's hours over all channels: truth, forecast and its 80 % interval."""
    start = pd.DatetimeIndex(panel.instant.astype("M8[s]"), tz="UTC").tz_convert(brief.zone)
    total = drawn.sum(axis=2)
    low, high = np.quantile(total, (0.1, 0.9), axis=0)
    whole = np.isfinite(actual).any(axis=1)
    return pd.DataFrame(
        {
            "start": start,
            "end": start + pd.Timedelta(hours=1),
            "actual": np.where(whole, np.nansum(actual, axis=1), np.nan),
            "forecast": total.mean(axis=0),
            "low": low,
            "high": high,
        }
    )


def _with_means(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the scores, with their means over events where there are several."""
    if scores["event"].nunique() < 2:
        return scores
    means = scores.drop(columns="event").groupby("quantity", sort=False).mean().reset_index()
    return pd.concat([scores, means.assign(event="all")], ignore_index=True)


def _replays(found: list[tuple[str, Replay]]) -> pd.DataFrame:
    """Return the replays as a table."""
    rows = [(event, one.plan, one.spend, one.orders, one.profit) for event, one in found]
    return pd.DataFrame(rows, columns=["event", "plan", "spend", "orders", "profit"])
