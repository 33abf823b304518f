"""Flash deals: what each costs, what it brings, and whether it pays.

A deal sells the first orders from its moment on at a cut price, and lifts the conversion of everybody who visits during
the half hour after it, also of those who come too late for a place. It brings the margin of the orders that the lift
adds; it costs the cut on every order that takes a place, those included that would have been made anyway. Only the
visits of the market table are counted. The lift is a prior of the playbook for half price, judgement, and scales with
the cut: half the cut, the root of the lift.

The cost of a deal lowers the profit, not the advertising budget. A forecast knows of no deals: `Offers.lifted` puts the
lift of those that are kept into it.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief, Offer
from planner.brief.playbook import OUTSIDE, Window
from planner.brief.timetable import Span
from planner.vocabulary.wording import Lang, Message

__all__ = ["Offers", "plan_offers"]

Floats = NDArray[np.float64]

_LASTS = dt.timedelta(minutes=30)
# The cut that a playbook's lift stands for, the lift where a playbook knows none, and the log deviation of a lift.
_USUAL_CUT = 0.5
_USUAL_LIFT = 1.4
_LIFT_SD = 0.25
_TENTH = 1.2816

_COLUMNS = (
    "at", "until", "window", "name", "price_cut", "places", "lift", "lift_low", "lift_high", "orders", "cost", "gain",
    "profit", "profit_low", "profit_high", "keep", "most_places",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Offers:
    """The flash deals, kept and dropped.

    Attributes
    ----------
    table
        One row a deal: ``at``, ``until``, ``window``, ``name``, ``price_cut`` [share], ``places`` [orders], ``lift``
        with its 10 and 90 % points [x conversion], ``orders`` that take a place, ``cost``, ``gain`` before and
        ``profit`` after the cost with its 10 and 90 % points [currency], ``keep``, and ``most_places``: with how many
        it breaks even.
    cost, profit
        Of the deals kept. [currency]
    conversion_factor
        Per slot start, what the deals that are kept make of the conversion. [x]
    notes
        What was dropped and why.
    """

    table: pd.DataFrame
    cost: float
    profit: float
    conversion_factor: pd.Series
    notes: tuple[Message, ...]

    def lifted(self, market: pd.DataFrame) -> pd.DataFrame:
        """Return `tables.MARKET` with the lift of the deals that are kept."""
        factor = market["start"].map(self.conversion_factor).fillna(1.0)
        if (factor == 1.0).all():
            return market
        share = {
            name: (market[name] * factor).clip(upper=1.0)
            for name in ("conversion", "conversion_low", "conversion_high")
        }
        value = market["click_value"] * (share["conversion"] / market["conversion"]).fillna(1.0)
        return market.assign(**share, click_value=value, conversion_ratio=market["conversion_ratio"] * factor)


@dataclass(frozen=True)
class _Deal:
    at: pd.Timestamp
    window: Window
    name: str
    price_cut: float
    places: int
    lift: float
    price: float
    margin: float


def plan_offers(brief: Brief, slots: pd.DataFrame, market: pd.DataFrame, lang: Lang = "en") -> Offers:
    """Return the flash deals of the brief, else of the playbook, each judged by what it costs and brings.

    Parameters
    ----------
    brief
        The promotion.
    slots
        `tables.SLOTS`.
    market
        `tables.MARKET`, without any deal.
    lang
        Language of the deals' names.
    """
    deals = _deals(brief, market, lang)
    visits = _Visits.of(market)
    rows = [_judge(brief, deal, deals, visits) for deal in deals]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    if not rows:
        moments = pd.DatetimeIndex([], tz=brief.zone)
        table = table.assign(at=moments, until=moments, keep=np.array([], dtype=bool))
    kept = table[table["keep"].astype(bool)]
    return Offers(
        table=table,
        cost=float(kept["cost"].sum()),
        profit=float(kept["profit"].sum()),
        conversion_factor=_conversion_factor(slots, kept),
        notes=(*_notes(brief, table), *_advice(brief, table)),
    )


def _deals(brief: Brief, market: pd.DataFrame, lang: Lang) -> list[_Deal]:
    """Return the deals to judge, in order of time; an offer without times takes the playbook's."""
    timetable = brief.timetable
    told = [
        (timetable.at(moment), span.window)
        for span in timetable.spans
        if span.window.stance == "flash_deal"
        for moment in span.window.flash_deals
        if timetable.starts <= timetable.at(moment) < timetable.ends
    ]
    found: list[tuple[dt.datetime, Window, Offer]] = []
    for offer in brief.offers or (Offer(),):
        moments = [moment for moment in (_instant(brief, at) for at in offer.at) if moment is not None]
        found += [(moment, _window_at(timetable.spans, moment), offer) for moment in moments]
        if not offer.at:
            found += [(moment, window, offer) for moment, window in told]
    price, kept = _order_price(brief, _Visits.of(market)), 1.0 - brief.shop.refund_rate
    deals = []
    for at, window, offer in sorted(found, key=lambda entry: entry[0]):
        usual_lift = window.prior.flash_lift if window.prior.flash_lift != 1.0 else _USUAL_LIFT
        lift = offer.lift or usual_lift ** (offer.price_cut / _USUAL_CUT)
        name = offer.name or Message("offers.deal", {"off": 100 * offer.price_cut}).text(lang)
        margin = brief.shop.margin if offer.margin is None else offer.margin
        moment = pd.Timestamp(at).tz_convert(brief.zone)
        deals.append(
            _Deal(
                moment,
                window,
                name,
                offer.price_cut,
                offer.places,
                lift,
                price if offer.price is None else kept * offer.price,
                margin,
            )
        )
    return deals


def _instant(brief: Brief, at: dt.time) -> dt.datetime | None:
    """Return when a time of day comes in the promotion: on its main day, else on another; None where it never does."""
    timetable = brief.timetable
    for days in (0, -1, 1):
        moment = brief.instant(at, brief.promotion.date + dt.timedelta(days=days))
        if moment is not None and timetable.starts <= moment < timetable.ends:
            return moment
    return None


def _window_at(spans: tuple[Span, ...], at: dt.datetime) -> Window:
    return next((span.window for span in spans if span.start <= at < span.end), OUTSIDE)


@dataclass(frozen=True, eq=False)
class _Visits:
    """The market's rows as arrays: times in hours of the epoch, clicks, orders, revenue and margin."""

    start: Floats
    end: Floats
    clicks: Floats
    orders: Floats
    revenue: Floats
    margin: Floats

    @classmethod
    def of(cls, market: pd.DataFrame) -> _Visits:
        clicks = market["clicks"].to_numpy(dtype=float)
        orders = clicks * market["conversion"].to_numpy(dtype=float)
        revenue = orders * market["order_value"].to_numpy(dtype=float)
        margin = clicks * market["click_value"].to_numpy(dtype=float)
        return cls(_hours(market["start"]), _hours(market["end"]), clicks, orders, revenue, margin)


def _hours(moments: pd.Series) -> Floats:
    """Return times in hours of the epoch."""
    since = pd.DatetimeIndex(moments).tz_convert("UTC") - pd.Timestamp(0, tz="UTC")
    return np.asarray(since / pd.Timedelta(hours=1), dtype=float)


def _share_inside(start: Floats, end: Floats, at: pd.Timestamp, until: pd.Timestamp) -> Floats:
    """Return the share of every span's time that lies between two moments."""
    begin, close = at.timestamp() / 3600, until.timestamp() / 3600
    inside = np.clip(np.minimum(end, close) - np.maximum(start, begin), 0.0, None)
    return np.asarray(inside / (end - start), dtype=float)


def _order_price(brief: Brief, visits: _Visits) -> float:
    """Return what an order leaves after refunds. [currency/order]."""
    if visits.orders.sum() > 0:
        price = float(visits.revenue.sum() / visits.orders.sum())
    else:
        price = brief.shop.order_value or 0.0
    return price * (1.0 - brief.shop.refund_rate)


def _judge(brief: Brief, deal: _Deal, deals: list[_Deal], visits: _Visits) -> dict[str, object]:
    """Return one row of the table."""
    following = [other.at for other in deals if other.at > deal.at]
    until = min([deal.at + _LASTS, pd.Timestamp(brief.timetable.ends).tz_convert(brief.zone), *following])
    share = _share_inside(visits.start, visits.end, deal.at, until)
    orders, margin = float(share @ visits.orders), float(share @ visits.margin)
    order_price = _order_price(brief, visits)
    # An order that takes a place leaves the good's margin less the cut in place of the shop's usual margin.
    given_up = order_price * brief.shop.margin - deal.price * (deal.margin - deal.price_cut)

    def outcome(lift: float) -> tuple[float, float, float]:
        taken = min(float(deal.places), orders * lift)
        return taken, taken * given_up, margin * (lift - 1.0)

    taken, cost, gain = outcome(deal.lift)
    spread = math.exp(_TENTH * _LIFT_SD)
    low, high = max(1.0, deal.lift / spread), deal.lift * spread
    profits = [outcome(lift)[2] - outcome(lift)[1] for lift in (low, high)]
    return {
        "at": deal.at,
        "until": until,
        "window": deal.window.id,
        "name": deal.name,
        "price_cut": deal.price_cut,
        "places": deal.places,
        "lift": deal.lift,
        "lift_low": low,
        "lift_high": high,
        "orders": taken,
        "cost": cost,
        "gain": gain,
        "profit": gain - cost,
        "profit_low": min(*profits, gain - cost),
        "profit_high": max(*profits, gain - cost),
        "keep": bool(gain > cost),
        "most_places": math.floor(gain / given_up + 1e-9) if given_up > 0 else deal.places,
    }


def _conversion_factor(slots: pd.DataFrame, kept: pd.DataFrame) -> pd.Series:
    """Return, slot by slot, what the deals kept make of the conversion."""
    start, end = _hours(slots["start"]), _hours(slots["end"])
    lift = np.ones(len(slots))
    for at, until, more in zip(kept["at"], kept["until"], kept["lift"] - 1.0, strict=True):
        lift = lift + more * _share_inside(start, end, at, until)
    return pd.Series(lift, index=pd.DatetimeIndex(slots["start"], name="start"), name="conversion_factor")


def _notes(brief: Brief, table: pd.DataFrame) -> tuple[Message, ...]:
    """Return one sentence for the deals dropped and one for those kept in each window."""
    notes = []
    for (_, keep), deals in table.groupby(["window", "keep"], sort=False):
        values = {
            "times": ", ".join(f"{at:%H:%M}" for at in deals["at"]),
            "cost": float(deals["cost"].mean()),
            "gain": float(deals["gain"].mean()),
            "places": int(deals["most_places"].min()),
            "lift": float(deals["lift"].mean()),
            "currency": brief.promotion.currency,
        }
        dropped = "dropped" if values["places"] else "dropped_any"
        notes.append(Message("offers.kept" if keep else f"offers.{dropped}", values))
    return tuple(notes)


def _advice(brief: Brief, table: pd.DataFrame) -> list[Message]:
    """Return what is wrong with the offers as such: mechanics that pile up, and sums that a buyer has to work out."""
    notes = []
    if outside := sorted({at for offer in brief.offers for at in offer.at if _instant(brief, at) is None}):
        notes.append(Message("offers.outside", {"times": ", ".join(f"{at:%H:%M}" for at in outside)}))
    overlapping = table["at"].duplicated(keep=False)
    if overlapping.any():
        times = sorted({f"{at:%H:%M}" for at in table.loc[overlapping, "at"]})
        notes.append(Message("offers.stacked", {"times": ", ".join(times)}))
    told = " ".join(filter(None, (brief.sms.offer, brief.sms.text))) if brief.sms else ""
    if split := re.search(r"\d+\s*\+\s*\d+", told):
        notes.append(Message("offers.split_coupon", {"found": split.group()}))
    return notes
