"""What one message to one customer of a segment is worth, hour of sending by hour of sending.

Of those who are written to, a share visits; a visit comes after a delay that is log-normal, and orders with the
conversion of the hour it falls into. A visit before the opening fills a cart, which comes back at the opening with a
chance that falls with the wait; a visit after the close finds the old prices and is lost. Only the incremental share of
the orders counts, since the best customers come unasked, and some people refuse further messages, which costs what
their custom is worth. A second message moves fewer people and drives more of them away.

Who can be written to stands in `audiences`; choosing hours and numbers is left to `planner.messages.sms`.
"""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.brief.providers import Provider, Span, default_provider, load_provider, parse_hours
from planner.brief.slots import hour_starts, make_slots
from planner.messages.audiences import Audience, audiences, order_margin

__all__ = [
    "allowed_span",
    "arrived",
    "conversion_shape",
    "message_gap",
    "message_values",
    "provider_of",
    "send_hours",
    "value_at",
]

Floats = NDArray[np.float64]

# Half of the replies come within about half an hour, a third within a quarter: measured for shops once, in 2013.
_MEDIAN_DELAY = 0.55
_DELAY_SD = 1.6
# A cart filled before the opening comes back in about two cases of three, fewer the longer it waits (judgement).
_KEPT = 0.68
_KEPT_HALF_LIFE = 96.0
# How a cart that comes back converts, against the promotion's mean, and the weight of that belief beside the opening
# hour's clicks (judgement: published totals of big events have a third of a day's sales in its first hour, carts filled
# before for the most part, with far less than a third of the visits).
_CART = 2.2
_CART_WEIGHT = 0.8
# How ready people are to open a shop's message, by the hour of their clock (judgement: on the way to work they are
# not; at lunch and after dinner they are).
_READY = {8: 0.8, 9: 0.9, 12: 1.1, 13: 1.05, 19: 1.15, 20: 1.15, 21: 1.1}


def provider_of(brief: Brief) -> Provider:
    """Return the provider the brief names, else the strictest rules of its currency's market."""
    named = brief.sms.provider if brief.sms else None
    return load_provider(named or default_provider(brief.promotion.currency))


def allowed_span(brief: Brief) -> Span:
    """Return the minutes of the day between which messages may be sent: the brief's hours, else the provider's."""
    stated = parse_hours(brief.sms.hours) if brief.sms and brief.sms.hours else None
    return stated or provider_of(brief).hours


def conversion_shape(brief: Brief, market: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return how well visits convert slot by slot, against the promotion's mean over visits.

    Parameters
    ----------
    brief
        The promotion.
    market
        `tables.MARKET`; without it the playbook's word is taken.

    Returns
    -------
    pandas.DataFrame
        ``start``, ``end`` and ``ratio``, in order of time. Channels are set against their own mean first, so that a
        slot is not better because a better channel is busier in it.
    """
    if market is None or not (market["clicks"] * market["conversion"]).sum() > 0:
        return _shape_of_playbook(brief)
    by_channel = market.assign(orders=market["clicks"] * market["conversion"]).groupby("channel")
    totals = by_channel[["clicks", "orders"]].sum()
    totals = totals[totals["orders"] > 0]
    rows = market[market["channel"].isin(totals.index)]
    own_mean = rows["channel"].map(totals["orders"] / totals["clicks"])
    weight = rows["channel"].map(totals["orders"] / totals["orders"].sum())
    parts = rows.assign(ratio=rows["conversion"] / own_mean * weight, weight=weight)
    shape = parts.groupby("start", as_index=False).agg({"end": "first", "ratio": "sum", "weight": "sum"})
    shape["ratio"] /= shape["weight"]
    return shape[["start", "end", "ratio"]].sort_values("start", ignore_index=True)


def _shape_of_playbook(brief: Brief) -> pd.DataFrame:
    slots = make_slots(brief.timetable)
    priors = {span.window.id: span.window.prior for span in brief.timetable.spans}
    usual = np.asarray(brief.playbook.usual_day)[slots["start"].dt.hour.to_numpy()]
    visits = slots["window"].map({key: prior.traffic for key, prior in priors.items()}).to_numpy(float)
    visits = visits * usual * slots["hours"].to_numpy()
    conversion = slots["window"].map({key: prior.conversion for key, prior in priors.items()}).to_numpy(float)
    mean = float((visits * conversion).sum() / visits.sum()) if visits.sum() > 0 else float(conversion.mean())
    return slots[["start", "end"]].assign(ratio=conversion / mean)


def message_gap(brief: Brief) -> float:
    """Return the least time between two messages to one person: the brief's, and what the provider's daily cap needs.

    Returns
    -------
    float
        [h]
    """
    stated = brief.sms.gap_hours if brief.sms else 0.0
    return max(stated, 24.0 / provider_of(brief).per_day)


def send_hours(brief: Brief) -> pd.DataFrame:
    """Return the hours in which messages may be sent, the day before the opening included.

    Returns
    -------
    pandas.DataFrame
        ``send_at`` and ``end`` in the promotion's zone: full hours of the clock, cut where the allowed span begins and
        ends.
    """
    begin, close = allowed_span(brief)
    first, last = _boundary(brief) - pd.Timedelta(days=1), pd.Timestamp(brief.timetable.ends)
    if brief.not_before is not None:
        first = max(first, pd.Timestamp(brief.not_before).tz_convert(first.tz))
    minutes = pd.date_range(first.ceil("min"), last, freq="min", inclusive="left").tz_convert(brief.zone)
    of_day = minutes.hour * 60 + minutes.minute
    inside = (of_day >= begin) & (of_day < close)
    starts = minutes[inside & ((of_day % 60 == 0) | (of_day == begin))]
    ends = (hour_starts(starts, brief.zone) + pd.Timedelta(hours=1)).tz_convert("UTC")
    ends = ends.where(ends <= last, last.tz_convert("UTC"))
    frame = pd.DataFrame({"send_at": starts, "end": ends.tz_convert(brief.zone)})
    last_minute = pd.Series([_clock(start, close) for start in starts], dtype=frame["end"].dtype)
    frame["end"] = frame["end"].where(frame["end"] <= last_minute, last_minute)
    return frame


def _clock(moment: pd.Timestamp, minutes: int) -> pd.Timestamp:
    """Return the instant of a minute of the clock on a moment's day."""
    day = dt.datetime.combine(moment.date(), dt.time()) + dt.timedelta(minutes=minutes)
    return pd.Timestamp(day.replace(tzinfo=moment.tzinfo).astimezone(dt.UTC)).tz_convert(moment.tzinfo)


def _boundary(brief: Brief) -> pd.Timestamp:
    """Return when the promotion's prices begin: visits before it fill carts."""
    timetable = brief.timetable
    inside = timetable.starts <= timetable.opening < timetable.ends
    return pd.Timestamp(timetable.opening if inside else timetable.starts)


def value_at(brief: Brief, moments: pd.DatetimeIndex, market: pd.DataFrame | None = None) -> Floats:
    """Return how well the visits of a message convert, against the promotion's mean, for each moment of sending.

    The ratio counts the delay, carts, the close and the readers' readiness; times response, conversion and the margin
    of an order it is what a message is worth. Moments at which sending is forbidden may be asked for as well.
    """
    shape = conversion_shape(brief, market)
    opening = _boundary(brief)
    start, end = (_hours_from(opening, pd.DatetimeIndex(shape[name])) for name in ("start", "end"))
    sends = _hours_from(opening, moments)[:, None]
    ratio = shape["ratio"].to_numpy() * _early(brief, (start + end) / 2)
    arriving = arrived(end - sends) - arrived(start - sends)
    open_now = start >= 0
    returning = open_now & (start < 1.0)
    # Whoever filled a cart means to buy, more than those who click in the opening hour.
    at_opening = float(ratio[returning].mean()) if returning.any() else 0.0
    back = _CART**_CART_WEIGHT * at_opening ** (1 - _CART_WEIGHT)
    worth = arriving @ (ratio * open_now) + back * _kept(sends)
    return np.asarray(worth * _readiness(moments.tz_convert(brief.zone)))


def _hours_from(opening: pd.Timestamp, moments: pd.DatetimeIndex) -> Floats:
    return np.asarray((moments.tz_convert("UTC") - opening) / pd.Timedelta(hours=1), dtype=float)


def _kept(sends: Floats) -> Floats:
    """Return the share of a send's visits that come before the opening and whose carts come back at it."""
    edges = -np.concatenate((np.arange(96.0, 24.0, -6.0), np.arange(24.0, -0.5, -0.5)))
    arriving = np.diff(arrived(edges - sends), axis=1)
    kept = _KEPT * 0.5 ** (-(edges[:-1] + edges[1:]) / 2 / _KEPT_HALF_LIFE)
    return np.asarray(arriving @ kept)


def arrived(hours: Floats) -> Floats:
    """Return the share of visits that have come this long after the message."""
    late = np.log(np.maximum(hours, 1e-12) / _MEDIAN_DELAY) / (_DELAY_SD * math.sqrt(2))
    erf = np.array([math.erf(x) for x in late.ravel()]).reshape(late.shape)
    return np.where(hours > 0, (1 + erf) / 2, 0.0)


def _early(brief: Brief, hours: Floats) -> Floats:
    """Return what an order is worth for the race for rank: more at the opening than at the close."""
    close = float(_hours_from(_boundary(brief), pd.DatetimeIndex([brief.timetable.ends]))[0])
    return np.asarray(1.0 + brief.shop.early_order_value * np.clip(1.0 - hours / close, 0.0, 1.0))


def _readiness(moments: pd.DatetimeIndex) -> Floats:
    return np.array([_READY.get(hour, 1.0) for hour in moments.hour])


def message_values(
    brief: Brief,
    market: pd.DataFrame | None = None,
    *,
    hours: pd.DataFrame | None = None,
    people: tuple[Audience, ...] | None = None,
    ratio: Floats | None = None,
    cost: float = 0.0,
) -> pd.DataFrame:
    """Return what a message is worth for every hour of sending, segment and layer.

    Parameters
    ----------
    brief
        The promotion.
    market
        `tables.MARKET`; without it the playbook's word is taken.
    hours
        As `send_hours` returns them, which is the default.
    people
        As `audiences` returns them, which is the default.
    ratio
        As `value_at` returns it for the hours, which is the default. [x mean]
    cost
        Of one message, all its parts. [currency/message]

    Returns
    -------
    pandas.DataFrame
        One row for every ``send_at``, ``segment`` and ``layer`` (1 is a person's first message): ``ratio`` [x mean],
        ``visits``, ``orders`` [per message], ``value`` (incremental margin before any cost), ``opt_out_cost`` and
        ``price`` [currency/message].
    """
    hours = send_hours(brief) if hours is None else hours
    people = audiences(brief, market) if people is None else people
    margin = order_margin(brief, market) or 0.0
    ratio = value_at(brief, pd.DatetimeIndex(hours["send_at"]), market) if ratio is None else ratio
    frames = []
    for audience in people:
        for layer in range(1, audience.most + 1):
            response, opt_out = audience.layer(layer)
            orders = response * audience.conversion * ratio
            frames.append(
                pd.DataFrame(
                    {
                        "send_at": hours["send_at"].array,
                        "segment": audience.name,
                        "layer": layer,
                        "ratio": ratio,
                        "visits": response,
                        "orders": orders,
                        "value": orders * audience.incrementality * margin,
                        "opt_out_cost": opt_out * audience.customer_value,
                        "price": cost,
                    }
                )
            )
    columns = ["send_at", "segment", "layer", "ratio", "visits", "orders", "value", "opt_out_cost", "price"]
    if not frames:
        return pd.DataFrame(columns=columns)
    return pd.concat(frames, ignore_index=True)[columns]
