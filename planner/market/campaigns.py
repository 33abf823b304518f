"""The forecast of a channel split over its campaigns.

What a campaign has of its channel's clicks, what its clicks cost and what they are worth are ratios to the channel,
learnt from the same usual days and past events as the channel itself. Each leans on the channel by how little it says
(Gamma-Poisson with mean 1), and the campaigns of a channel answer money as the channel does. Together they are the
channel: at the reference bids their clicks, spend and orders add up to its own, so that campaigns that do not differ
are planned as the channel would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.history import History
from planner.market.cleaning import clean_usual
from planner.market.draws import LEAST_CLICKS, MOST_CONVERSION, OUT_80, Market
from planner.market.evidence import HOUR, SETTLED_ORDERS, Evidence, Panel, gather
from planner.market.uplift import CHANNEL_TRAFFIC, YEAR_TRAFFIC
from planner.market.usual import RECENT_DAYS, usual_day
from planner.tables import MARKET
from planner.toml_input import suggestion
from planner.wording import Message

__all__ = ["split_campaigns"]

Floats = NDArray[np.float64]
# The label of all campaigns of a channel that are not planned by themselves; no campaign is called nothing.
_REST = ""
# A campaign without a row in so many days before the promotion is taken to have ended.
_ALIVE_DAYS = 14
# How much of its channel a campaign is taken for beforehand: clicks paid for, orders (campaigns of one shop differ in
# conversion by about half, which three orders tell apart) and orders whose value is known (campaigns for single goods
# differ by as much, single orders by twice that).
_FEW_CLICKS, _FEW_ORDERS, _FEW_VALUES = 10.0, 3.0, 5.0


@dataclass(frozen=True, eq=False)
class _Split:
    """One channel's campaigns against the channel.

    Attributes
    ----------
    names
        The campaigns, last None for all others together where there are any.
    share
        Part of the channel's clicks at the reference bids; sums to 1. [slots x campaigns]
    price, conversion, value
        Price of a click, orders a click and value of an order, over the channel's before they are brought to a mean
        of 1. [campaigns]
    volume_sd, conversion_sd
        Log standard deviation of a campaign's part. [campaigns]
    """

    names: tuple[str | None, ...]
    share: Floats
    price: Floats
    conversion: Floats
    value: Floats
    volume_sd: Floats
    conversion_sd: Floats


def split_campaigns(market: Market, brief: Brief, slots: pd.DataFrame, history: History | None) -> Market:
    """Return the market with a row a campaign where the brief plans by campaign; the same one where it does not.

    Parameters
    ----------
    market
        The forecast by channel.
    brief
        Which channels are planned by campaign, and which of their campaigns it names.
    slots
        `tables.SLOTS` of the promotion.
    history
        What happened, campaigns carried through.
    """
    if not brief.plans_campaigns:
        return market
    notes: list[Message] = []
    splits = {name: split for name in market.channels if (split := _split(brief, slots, history, name, notes))}
    notes = [*market.notes, *notes]
    if not splits:
        return replace(market, notes=tuple(notes))
    one, none = np.ones(1), np.zeros(1)
    whole = _Split((None,), np.ones((len(slots), 1)), one, one, one, none, none)
    every = [splits.get(name, whole) for name in market.channels]
    frames = [
        _rows(market.table[market.table["channel"] == name], split)
        for name, split in zip(market.channels, every, strict=True)
    ]
    # Slot by slot, channels in their order, campaigns in theirs.
    table = pd.concat(frames, ignore_index=True)
    slot = np.concatenate([np.repeat(np.arange(len(slots)), len(split.names)) for split in every])
    table = table.iloc[np.argsort(slot, kind="stable")].reset_index(drop=True)
    return replace(
        market,
        table=MARKET.check(table),
        notes=tuple(notes),
        volume_spread=np.concatenate([split.volume_sd for split in every]),
        conversion_spread=np.concatenate([split.conversion_sd for split in every]),
    )


def _split(
    brief: Brief, slots: pd.DataFrame, history: History | None, channel: str, notes: list[Message]
) -> _Split | None:
    """Return how a channel falls into campaigns; None where it is planned as a whole."""
    described = brief.channel(channel)
    listed = tuple(campaign.name for campaign in described.campaigns) if described else ()
    everything = brief.promotion.plan_by == "campaign"
    if not listed and not everything:
        return None
    table = _divided(history, channel)
    found = tuple(sorted(map(str, table["campaign"].dropna().unique()))) if len(table) else ()
    if not listed and not found:
        notes.append(Message("market.no_campaigns", {"channel": channel}))
        return None
    alive = _alive(brief, history, table, found)
    if ended := [name for name in found if name not in alive and name not in listed]:
        values = {"channel": channel, "count": len(ended), "days": _ALIVE_DAYS, "names": _some(ended)}
        notes.append(Message("market.campaigns_ended", values))
    for name in listed:
        if name not in found:
            values = {"channel": channel, "name": name, "advice": _advice(name, found)}
            notes.append(Message("market.campaign_unknown", values))
    own = sorted({*listed, *(alive if everything else ())})
    others = bool(len(table)) and (bool(table["campaign"].isna().any()) or bool(set(alive) - set(own)))
    labels = (*own, *([_REST] if others else []))
    kept = table[table["campaign"].isna() | table["campaign"].isin([*own, *alive])]
    evidence = _evidence(brief, history, kept, labels)
    return _against_channel(brief, slots, evidence, history)


def _advice(name: str, found: tuple[str, ...]) -> Message:
    """Return what may have been meant by a campaign that the history does not have."""
    near = suggestion(name, found)
    if near.key == "input.did_you_mean":
        return near
    return Message("market.campaigns_are", {"names": _some(found)}) if found else Message("market.campaigns_none")


def _divided(history: History | None, channel: str) -> pd.DataFrame:
    """Return a channel's rows in the hours that show campaigns; none where the history shows none."""
    if history is None or "campaign" not in history.table:
        return pd.DataFrame(columns=["hour", "channel", "campaign"])
    rows = history.table[history.table["channel"] == channel]
    return rows[rows["hour"].isin(rows.loc[rows["campaign"].notna(), "hour"])]


def _alive(brief: Brief, history: History | None, table: pd.DataFrame, found: tuple[str, ...]) -> tuple[str, ...]:
    """Return the campaigns that still ran of late; those of the latest hours known where no usual day is."""
    if not found:
        return ()
    usual = _evidence(brief, history, table, found).usual
    before = table[table["hour"] < pd.Timestamp(brief.timetable.starts)]
    last = pd.Timestamp(int(usual.instant[-1]), unit="s", tz="UTC") if len(usual.instant) else before["hour"].max()
    late = before[(before["hour"] <= last) & (before["hour"] > last - pd.Timedelta(days=_ALIVE_DAYS))]
    return tuple(sorted(map(str, late["campaign"].dropna().unique())))


def _evidence(brief: Brief, history: History | None, table: pd.DataFrame, labels: Sequence[str]) -> Evidence:
    """Return what campaigns did as `gather` returns it for channels; what is none of the labels goes to the rest.

    Orders that are not all in are left in: they grow alike in all campaigns, and only ratios are looked at.
    """
    names = table["campaign"].astype(object)
    relabelled = table.assign(channel=names.where(names.isin(list(labels)), _REST)).drop(columns="campaign")
    described = brief.channel(str(table["channel"].iloc[0])) if len(table) else None
    if described is not None and described.kind == "cpm":
        # Only how bids differ counts, and by the thousand impressions they say nothing of a click's price.
        relabelled = relabelled.drop(columns="bid", errors="ignore")
    rest = None if history is None else replace(history, table=relabelled, growing_since=None)
    evidence = gather(brief.by_channel(), rest, tuple(labels))
    events = tuple(replace(past, panel=_filled(past.panel)) for past in evidence.events)
    return replace(evidence, usual=_filled(evidence.usual), events=events)


def _filled(panel: Panel) -> Panel:
    """Return a panel in which a campaign without a row beside others that have one counted nothing.

    Reports leave such rows out. Before its first row a campaign was not there.
    """
    changed = {}
    for name in ("impressions", "clicks", "spend", "orders", "revenue"):
        values = getattr(panel, name)
        known = np.isfinite(values)
        there = np.maximum.accumulate(known, axis=0) & known.any(axis=1, keepdims=True)
        changed[name] = np.where(there & ~known, 0.0, values)
    return replace(panel, **changed)


def _against_channel(brief: Brief, slots: pd.DataFrame, evidence: Evidence, history: History | None) -> _Split:
    """Return campaigns against their channel, from what they did."""
    names, usual = evidence.channels, evidence.usual
    cleaned, _ = clean_usual(usual, names, brief.history.orders_at)
    rates = usual_day(cleaned).clicks
    factor, precision = _of_events(evidence, rates)
    share = _shares(rates, factor, slots, evidence)
    recent = cleaned.pick(cleaned.day > cleaned.day.max(initial=0) - RECENT_DAYS)
    panels = [recent, *(past.panel for past in evidence.events)]
    settled = [_settled(recent, brief, history), *panels[1:]]
    mean = share.mean(axis=0)
    ratio = {
        "price": _leaning(panels, "spend", "clicks", _FEW_CLICKS)[0],
        "value": _leaning(settled, "revenue", "orders", _FEW_VALUES)[0],
    }
    orders = sum(float(np.nansum(panel.orders)) for panel in settled)
    clicks = sum(float(np.nansum(panel.clicks)) for panel in settled)
    conversion, seen = _leaning(settled, "orders", "clicks", _FEW_ORDERS * clicks / orders if orders > 0 else np.inf)
    alone = 1 - mean if len(names) > 1 else np.zeros(1)
    return _Split(
        tuple(name if name != _REST else None for name in names),
        share,
        ratio["price"],
        conversion,
        ratio["value"],
        # The parts of a channel sum to 1: the larger one is, the less it can move by itself.
        np.sqrt((1 / precision + YEAR_TRAFFIC**2) * alone),
        np.sqrt(alone / (seen + _FEW_ORDERS)),
    )


def _settled(panel: Panel, brief: Brief, history: History | None) -> Panel:
    """Return a panel without the orders that may still grow, if enough others are there."""
    since = history.growing_since if history is not None else None
    if since is None or brief.history.orders_at == "order":
        return panel
    growing = panel.instant + HOUR > since.timestamp()
    if np.nansum(panel.orders[~growing]) < SETTLED_ORDERS:
        return panel
    return panel.without(growing, ("orders", "revenue"))


def _leaning(panels: Sequence[Panel], amount: str, count: str, few: float) -> tuple[Floats, Floats]:
    """Return each campaign's amount a count over that of all together, and the amounts seen.

    Every panel has a level of its own, against which its campaigns are held. Beside a campaign's own counts stand
    `few` at the level of all: one that shows nothing is 1.
    """
    size = panels[0].clicks.shape[1]
    brought, expected, seen = np.zeros(size), np.zeros(size), np.zeros(size)
    for panel in panels:
        above, below = getattr(panel, amount), getattr(panel, count)
        both = np.isfinite(above) & np.isfinite(below)
        amounts, counts = np.where(both, above, 0.0).sum(axis=0), np.where(both, below, 0.0).sum(axis=0)
        if amounts.sum() > 0 and counts.sum() > 0:
            brought += amounts * counts.sum() / amounts.sum()
            expected += counts
            seen += amounts
    if not np.isfinite(few):
        return np.ones(size), seen
    return (brought + few) / (expected + few), seen


def _of_events(evidence: Evidence, rates: Floats) -> tuple[Floats, Floats]:
    """Return by what the events moved each campaign against its channel, and the precision of the log of it.

    What an event moved by chance and by its year is told from what campaigns share by the same spreads as channels'.
    """
    size = rates.shape[1]
    precision, total = np.full(size, CHANNEL_TRAFFIC**-2), np.zeros(size)
    for past in evidence.events:
        panel = past.panel
        expected = np.where(np.isfinite(panel.clicks), rates[panel.hour], np.nan)
        known = np.isfinite(expected).any(axis=0)
        clicks = np.where(np.isfinite(expected), panel.clicks, 0.0).sum(axis=0)
        expected = np.nan_to_num(expected).sum(axis=0)
        if clicks.sum() <= 0 or expected.sum() <= 0:
            continue
        expected = expected * clicks.sum() / expected.sum()
        said = known / (YEAR_TRAFFIC**2 + 1 / (clicks + 0.5))
        total += said * np.log((clicks + 0.5) / (expected + 0.5))
        precision += said
    return np.exp(total / precision), precision


def _shares(rates: Floats, factor: Floats, slots: pd.DataFrame, evidence: Evidence) -> Floats:
    """Return each campaign's part of the channel's clicks at the reference bids. [slots x campaigns]"""
    level = rates.mean(axis=0)
    known = np.isfinite(level) & (level > 0)
    rhythm = rates[:, known].sum(axis=1) if known.any() else np.ones(24)
    rhythm = rhythm / rhythm.mean() if rhythm.mean() > 0 else np.ones(24)
    for past in evidence.events:
        # Ran in a past event alone: as large against the others as it was then.
        clicks = np.nansum(past.panel.clicks, axis=0)
        others = clicks[known].sum()
        then = ~known & (clicks > 0)
        level = np.where(then, clicks / others * level[known].sum() if others > 0 else clicks, level)
    # Nothing is known of it: as large as the others are on the mean.
    seen = np.isfinite(level) & (level > 0)
    guess = float(level[seen].mean()) if seen.any() else 1.0
    hourly = np.where(known, np.nan_to_num(rates), np.where(seen, level, guess) * rhythm[:, None]) * factor
    hour = np.asarray(pd.DatetimeIndex(slots["start"]).hour)
    total = hourly.sum(axis=1, keepdims=True)
    parts = np.where(total > 0, hourly / np.where(total > 0, total, 1.0), 1 / len(factor))
    return np.asarray(parts[hour], dtype=np.float64)


def _rows(rows: pd.DataFrame, split: _Split) -> pd.DataFrame:
    """Return a channel's rows of `tables.MARKET`, one a slot and campaign.

    Ratios to a usual day and how sure they are stay the channel's: campaigns share them.
    """
    size = len(split.names)
    table = rows.iloc[np.repeat(np.arange(len(rows)), size)].reset_index(drop=True)
    table.insert(3, "campaign", np.tile(np.array(split.names, dtype=object), len(rows)))
    if size == 1:
        return table
    mean = split.share.mean(axis=0)
    price = np.tile(split.price / (mean @ split.price), len(rows))
    value = np.tile(split.value / ((mean * split.conversion) @ split.value / (mean @ split.conversion)), len(rows))
    conversion = (split.conversion / (split.share @ split.conversion)[:, None]).ravel()
    share, volume_sd, conversion_sd = (
        split.share.ravel(),
        *(np.tile(sd, len(rows)) for sd in (split.volume_sd, split.conversion_sd)),
    )
    whole, clicks = table["clicks"].to_numpy(), table["clicks"].to_numpy() * share
    # The count of a few clicks varies more than that of many: the channel's own chance is taken out, the campaign's in.
    spread = table["traffic_sd"] ** 2 + volume_sd**2
    spread += 1 / np.maximum(clicks, LEAST_CLICKS) - 1 / np.maximum(whole, LEAST_CLICKS)
    traffic_sd, order_sd = np.sqrt(spread), np.hypot(table["conversion_sd"], conversion_sd)
    rate = np.minimum(table["conversion"] * conversion, MOST_CONVERSION)
    changed = rate / table["conversion"].where(table["conversion"] > 0, 1.0)
    return table.assign(
        reference_bid=table["reference_bid"] * price,
        clicks=clicks,
        clicks_low=clicks * np.exp(-OUT_80 * traffic_sd),
        clicks_high=clicks * np.exp(OUT_80 * traffic_sd),
        price=table["price"] * price,
        conversion=rate,
        conversion_low=rate * np.exp(-OUT_80 * order_sd),
        conversion_high=np.minimum(rate * np.exp(OUT_80 * order_sd), 1.0),
        order_value=table["order_value"] * value,
        click_value=table["click_value"] * changed * value,
        reach=table["reach"] * share,
        evidence_clicks=table["evidence_clicks"] * share,
        evidence_orders=table["evidence_orders"] * share,
    )


def _some(names: Sequence[str]) -> str:
    """Return the first of several names as a sentence lists them."""
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
