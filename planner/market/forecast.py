"""The forecast of every slot and channel, or campaign of it: a usual day, times what the event makes of it.

Clicks hold at the reference bid of their channel; the price is that bid's average price of a click.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.history import History
from planner.market.booking import kept, worn
from planner.market.campaigns import split_campaigns
from planner.market.channels import Channels, guessed_clicks, settle_channels, source_of
from planner.market.cleaning import clean_usual
from planner.market.draws import LEAST_CLICKS, MOST_CONVERSION, OUT_80, Market
from planner.market.evidence import gather, paid_channels
from planner.market.prior import PriorTable, prior_table
from planner.market.uplift import CELL_CONVERSION, CELL_TRAFFIC, Uplift, expected_conversion, learn_uplift
from planner.market.usual_day import Usual, usual_day
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.tables import MARKET
from planner.vocabulary.wording import Message

__all__ = ["forecast_market"]

Floats = NDArray[np.float64]
# Nobody knows how many clicks there are: the curve is believed up to the clicks of so many times the reference bid.
REACH_BID, REACH = 2.2, (5.0, 15.0)
MOST_VARIANCE = 0.2


@dataclass(frozen=True, eq=False)
class _Parts:
    """The parts of the forecast. [slots x channels]"""

    clicks: Floats
    clicks_sd: Floats
    conversion: Floats
    conversion_sd: Floats
    ratios: dict[str, Floats]


def forecast_market(brief: Brief, slots: pd.DataFrame, history: History | None) -> Market:
    """Return the market that playbook, brief and history together let expect.

    Parameters
    ----------
    brief
        What the seller says; it overrules the history.
    slots
        `tables.SLOTS` of the promotion.
    history
        What happened; nothing at or after the promotion's start is looked at.

    Raises
    ------
    InputError
        There is no paid channel, or neither brief nor history gives a price, a conversion or the value of an order.
    """
    names = paid_channels(brief, history)
    evidence = gather(brief, history, names)
    cleaned, notes = clean_usual(evidence.usual, names, brief.history.orders_at)
    usual = usual_day(cleaned)
    channels = settle_channels(brief, names, evidence, usual)
    prior = prior_table(brief, slots, names)
    notes = [*evidence.notes, *notes, *channels.notes]
    weight = prior.traffic * prior.price**-channels.gamma
    guessed, guesses = guessed_clicks(brief, channels, slots, weight, usual)
    hour = np.asarray(pd.DatetimeIndex(slots["start"]).hour)
    base = channels.clicks[hour] * slots["hours"].to_numpy(dtype=np.float64)[:, None]
    base = np.where(np.isfinite(base), base, guessed) * (channels.reference_bid / channels.usual_bid) ** channels.gamma
    chance = expected_conversion(channels.conversion, usual.conversion_shape, hour, prior, known=evidence.known)
    uplift = learn_uplift(
        brief, slots, evidence, usual, prior, channels=channels, clicks=base * weight, conversion=chance
    )
    notes += [*guesses, *uplift.notes]
    parts = _parts(brief, slots, usual, prior, uplift=uplift, clicks=base * weight, chance=chance, channels=channels)
    table = _table(brief, slots, usual, prior, uplift=uplift, channels=channels, parts=parts)
    market = Market(
        MARKET.check(table),
        tuple(notes),
        names,
        uplift.volume_cov,
        uplift.conversion_cov,
        CELL_TRAFFIC,
        CELL_CONVERSION,
    )
    return split_campaigns(market, brief, slots, history)


def _parts(
    brief: Brief,
    slots: pd.DataFrame,
    usual: Usual,
    prior: PriorTable,
    *,
    uplift: Uplift,
    clicks: Floats,
    chance: Floats,
    channels: Channels,
) -> _Parts:
    """Return clicks and conversion with their spreads, and the ratios to a usual day."""
    size, gamma = len(slots), channels.gamma
    volume, conversion = uplift.volume.mean, uplift.conversion.mean
    moved, turned = volume[:size, None] + volume[None, size:], conversion[:size, None] + conversion[None, size:]
    spread_v = np.sqrt(_variance(uplift.volume_cov, size) + CELL_TRAFFIC**2)
    spread_c = np.sqrt(_variance(uplift.conversion_cov, size) + CELL_CONVERSION**2)
    weekday = usual.weekday[np.asarray(pd.DatetimeIndex(slots["start"]).day_of_week)][:, None]
    # Orders by their mean, for money is earned on the mean; clicks by their median, for a mean would grow with our
    # ignorance of the event's level, and too high a level is what costs most.
    clicks = clicks * weekday * np.exp(moved)
    certain = np.exp(turned + np.minimum(spread_c**2, MOST_VARIANCE) / 2)
    rate = np.minimum(chance * certain * kept(slots)[:, None] * worn(brief, clicks), MOST_CONVERSION)
    # What the event moved clicks by at a fixed bid is part traffic, part price, as much as each is unsure beforehand.
    traffic, price = prior.traffic_sd[:, None] ** 2, (gamma * prior.price_sd[:, None]) ** 2
    ratios = {
        "traffic_ratio": prior.traffic * np.exp(moved * traffic / (traffic + price)),
        "price_ratio": prior.price * np.exp(-moved / gamma * price / (traffic + price)),
        "conversion_ratio": chance
        * np.exp(turned)
        / channels.conversion[np.asarray(pd.DatetimeIndex(slots["start"]).hour)],
    }
    return _Parts(clicks, np.sqrt(spread_v**2 + 1 / np.maximum(clicks, LEAST_CLICKS)), rate, spread_c, ratios)


def _variance(cov: Floats, size: int) -> Floats:
    """Return the variance of the sum of a slot's and a channel's part. [slots x channels]"""
    own = np.diag(cov)
    return own[:size, None] + own[None, size:] + 2 * cov[:size, size:]


def _table(
    brief: Brief,
    slots: pd.DataFrame,
    usual: Usual,
    prior: PriorTable,
    *,
    uplift: Uplift,
    channels: Channels,
    parts: _Parts,
) -> pd.DataFrame:
    """Return `tables.MARKET`."""
    order_value = _order_value(brief, usual)
    worth = (
        brief.shop.margin
        * order_value
        * (1 - brief.shop.refund_rate)
        * early_worth(brief, slots)[:, None]
        * channels.incrementality
    )
    whole = np.ones_like(parts.clicks)
    columns = {
        "reference_bid": channels.reference_bid * whole,
        "clicks": parts.clicks,
        "clicks_low": parts.clicks * np.exp(-OUT_80 * parts.clicks_sd),
        "clicks_high": parts.clicks * np.exp(OUT_80 * parts.clicks_sd),
        "price": channels.eta * channels.kappa * channels.reference_bid * whole,
        "click_through": channels.click_through * whole,
        "conversion": parts.conversion,
        "conversion_low": parts.conversion * np.exp(-OUT_80 * parts.conversion_sd),
        "conversion_high": np.minimum(parts.conversion * np.exp(OUT_80 * parts.conversion_sd), 1.0),
        "order_value": order_value * whole,
        "click_value": parts.conversion * worth,
        "elasticity": channels.eta * whole,
        "kappa": channels.kappa * whole,
        "reach": parts.clicks * np.clip(REACH_BID**channels.gamma, *REACH),
        **parts.ratios,
        "traffic_prior": prior.traffic,
        "price_prior": prior.price,
        "conversion_prior": prior.conversion,
        "traffic_sd": parts.clicks_sd,
        "price_sd": prior.price_sd[:, None] * whole,
        "conversion_sd": parts.conversion_sd,
        "evidence_clicks": uplift.clicks,
        "evidence_orders": uplift.orders,
    }
    count = len(channels.names)
    table = (
        slots[["start", "end", "window", "stance"]].iloc[np.repeat(np.arange(len(slots)), count)].reset_index(drop=True)
    )
    table.insert(2, "channel", np.tile(np.array(channels.names, dtype=object), len(slots)))
    return pd.concat([table, pd.DataFrame({name: values.ravel() for name, values in columns.items()})], axis=1)


def _order_value(brief: Brief, usual: Usual) -> float:
    """Return what an order brings: as stated, else as the usual days show."""
    if brief.shop.order_value is not None:
        return brief.shop.order_value
    if not np.isfinite(usual.order_value):
        raise InputError([Problem(Message("market.no_order_value"), source_of(brief))])
    return usual.order_value


def early_worth(brief: Brief, slots: pd.DataFrame) -> Floats:
    """Return the factor on an order's margin: highest at the opening, falling to 1 at the close. [slots]"""
    since = (slots["since_opening"] + slots["hours"] / 2).to_numpy(dtype=np.float64)
    close = float(slots["since_opening"].iloc[-1] + slots["hours"].iloc[-1])
    left = np.clip(1 - np.maximum(since, 0) / close, 0, 1) if close > 0 else np.zeros(len(since))
    return 1 + brief.shop.early_order_value * left
