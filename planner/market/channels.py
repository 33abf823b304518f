"""What is known of every paid channel before the event comes in: the brief first, then the history, then a guess.

Everything is per click, in a channel paid by impressions too. Where a number had to be guessed a note says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief, Channel
from planner.market.elasticity import KAPPA_PRIOR, Elasticity, learn_elasticity
from planner.market.evidence import Evidence
from planner.market.usual_day import Usual
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Message

__all__ = ["Channels", "guessed_clicks", "settle_channels", "source_of"]

Floats = NDArray[np.float64]
GUESSED_CLICK_THROUGH = 0.01


@dataclass(frozen=True, eq=False)
class Channels:
    """The paid channels in order.

    Attributes
    ----------
    names
        As in brief and history.
    elasticity
        Answer to money.
    reference_bid
        Bid at which clicks are forecast: the last event's, where the market is known best. [currency/click]
    usual_bid
        Bid of a usual day. [currency/click]
    click_through
        Clicks an impression.
    clicks
        Clicks an hour of a usual day at the usual bid; NaN where nothing says. [24 x channels]
    price
        Price of a usual click. [currency/click]
    conversion
        Orders a click on a usual day, at every hour. [24 x channels]
    incrementality
        Share of the orders that would not have come anyway.
    notes
        What was guessed.
    """

    names: tuple[str, ...]
    elasticity: tuple[Elasticity, ...]
    reference_bid: Floats
    usual_bid: Floats
    click_through: Floats
    clicks: Floats
    price: Floats
    conversion: Floats
    incrementality: Floats
    notes: tuple[Message, ...]

    @property
    def eta(self) -> Floats:
        """Elasticity of clicks to spend."""
        return np.array([each.eta for each in self.elasticity])

    @property
    def gamma(self) -> Floats:
        """Elasticity of clicks to the bid."""
        return np.array([each.gamma for each in self.elasticity])

    @property
    def kappa(self) -> Floats:
        """Marginal cost of a click over the bid."""
        return np.array([each.kappa for each in self.elasticity])


def settle_channels(brief: Brief, names: tuple[str, ...], evidence: Evidence, usual: Usual) -> Channels:
    """Return what is known of the channels.

    Raises
    ------
    InputError
        There is no paid channel, or neither brief nor history gives a channel's price or conversion.
    """
    notes: list[Message] = []
    problems = [] if names else [Problem(Message("market.no_channel"), source_of(brief))]
    described = [brief.channel(name) or Channel(name=name) for name in names]
    through, price, conversion = np.empty(len(names)), np.empty(len(names)), usual.conversion.copy()
    for place, channel in enumerate(described):
        through[place] = _click_through(channel, usual.click_through[place], notes)
        price[place] = _price(channel, through[place], usual.price[place])
        if channel.conversion is not None:
            conversion[:, place] = channel.conversion * usual.conversion_shape
        missing = [
            name
            for name, value in (("price", price[place]), ("conversion", conversion[0, place]))
            if not np.isfinite(value)
        ]
        if missing:
            values = {"channel": channel.name, "missing": ", ".join(missing)}
            problems.append(Problem(Message("market.channel_unknown", values), source_of(brief)))
    if problems:
        # Why the history does not show it stands first.
        unused = [note for note in evidence.notes if note.key == "history.no_channel_matches"]
        problems = [*(Problem(note, source_of(brief)) for note in unused), *problems]
        raise InputError(problems)
    elasticity, usual_bid = _bids(described, usual, price, through)
    notes += [
        Message("market.curve_guessed", {"channel": name})
        for name, each in zip(names, elasticity, strict=True)
        if not each.from_bids
    ]
    return Channels(
        names,
        elasticity,
        _reference_bid(evidence, usual_bid),
        usual_bid,
        through,
        _usual_clicks(brief, described, usual),
        price,
        conversion,
        np.array([channel.incrementality for channel in described]),
        tuple(notes),
    )


def source_of(brief: Brief) -> str:
    """Return the name of the brief's file."""
    return brief._source.name if brief._source else "brief"


def _click_through(channel: Channel, seen: float, notes: list[Message]) -> float:
    """Return clicks an impression: as stated, as seen, or a guess that matters only where money buys impressions."""
    if channel.click_through:
        return channel.click_through
    if np.isfinite(seen) and seen > 0:
        return float(seen)
    if channel.kind == "cpm":
        notes.append(Message("market.click_through_guessed", {"channel": channel.name, "guess": GUESSED_CLICK_THROUGH}))
    return GUESSED_CLICK_THROUGH


def _price(channel: Channel, through: float, seen: float) -> float:
    """Return a usual click's price; the brief gives it per thousand impressions in a cpm channel."""
    if channel.price is None:
        return seen
    return channel.price / 1000 / through if channel.kind == "cpm" else channel.price


def _bids(
    described: list[Channel], usual: Usual, price: Floats, through: Floats
) -> tuple[tuple[Elasticity, ...], Floats]:
    """Return the channels' answers to money and their usual bids, from the brief's base bid where no bids are known."""
    elasticity, bids = list(usual.elasticity), usual.reference_bid.copy()
    for place, channel in enumerate(described):
        if np.isfinite(bids[place]):
            continue
        bids[place] = price[place] / elasticity[place].price_per_bid
        if channel.base_bid is not None:
            base = channel.base_bid / 1000 / through[place] if channel.kind == "cpm" else channel.base_bid
            # A base bid far from the price is a starting point of the tool, not what bought these clicks.
            if 0.4 < price[place] / base / KAPPA_PRIOR < 0.9:
                elasticity[place], bids[place] = learn_elasticity(price[place] / base, None), base
    return tuple(elasticity), bids


def _reference_bid(evidence: Evidence, usual_bid: Floats) -> Floats:
    """Return the bids of the last event that knows them; the usual ones where none does."""
    reference = usual_bid.copy()
    for past in evidence.events:
        weight = np.where(past.panel.bid > 0, np.nan_to_num(past.panel.clicks) + 0.1, 0.0)
        total = (weight * np.log(np.where(past.panel.bid > 0, past.panel.bid, 1.0))).sum(axis=0)
        known = weight.sum(axis=0) > 0
        reference = np.where(known, np.exp(total / np.where(known, weight.sum(axis=0), 1.0)), reference)
    return reference


def _usual_clicks(brief: Brief, described: list[Channel], usual: Usual) -> Floats:
    """Return clicks an hour by the history, at the level the brief states; NaN where neither says anything."""
    rhythm = _day_rhythm(brief, usual)
    clicks = usual.clicks.copy()
    for place, channel in enumerate(described):
        known = bool(np.isfinite(clicks[:, place]).all()) and clicks[:, place].sum() > 0
        if channel.clicks_per_day is not None:
            shape = clicks[:, place] / clicks[:, place].mean() if known else rhythm
            clicks[:, place] = shape * channel.clicks_per_day / 24
    return clicks


def _day_rhythm(brief: Brief, usual: Usual) -> Floats:
    """Return the shop's rhythm over a usual day, mean 1; the playbook's where it is not known. [24]"""
    if usual.rhythm is not None:
        return usual.rhythm
    told = np.asarray(brief.playbook.usual_day, dtype=np.float64)
    rhythm: Floats = told / told.mean()
    return rhythm


def guessed_clicks(
    brief: Brief, channels: Channels, slots: pd.DataFrame, weight: Floats, usual: Usual
) -> tuple[Floats, list[Message]]:
    """Return clicks a slot at the usual bid where nothing says: the channel's share of the budget bought at its price.

    Parameters
    ----------
    weight
        The event's factor on clicks at a fixed bid. [slots x channels]
    """
    rhythm = _day_rhythm(brief, usual)[np.asarray(pd.DatetimeIndex(slots["start"]).hour)]
    rhythm = rhythm * slots["hours"].to_numpy(dtype=np.float64)
    share = brief.budget.total / len(channels.names)
    clicks = rhythm[:, None] * (share / channels.price / (rhythm[:, None] * weight).sum(axis=0))
    notes = []
    for place, name in enumerate(channels.names):
        if not np.isfinite(channels.clicks[0, place]):
            notes.append(Message("market.scale_guessed", {"channel": name, "clicks": float(clicks[:, place].sum())}))
    return clicks, notes
