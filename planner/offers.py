"""Flash deals: what each costs, what it brings, and whether it pays.

A deal sells the first orders from its moment on at a cut price, and lifts the conversion of everybody who visits during
the half hour after it, also of those who come too late for a place. It brings the margin of the orders that the lift
adds; it costs the cut on every order that takes a place, those included that would have been made anyway. Only the
visits of the market table are counted. The lift is a prior of the playbook for half price, judgement, and scales with
the cut: half the cut, the root of the lift.

The cost of a deal lowers the profit, not the advertising budget. A forecast takes the deals of the playbook as run;
`with_deals_kept` gives the brief for one that takes only those as run that are kept.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief, Offer
from planner.playbook import OUTSIDE, Window
from planner.timetable import Span
from planner.wording import Lang, Message

__all__ = ["Offers", "plan_offers", "with_deals_kept"]

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
        Per slot start, what the market table's conversion, which takes the playbook's deals as run, is to be multiplied
        with for the deals that are kept. [x]
    notes
        What was dropped and why.
    """

    table: pd.DataFrame
    cost: float
    profit: float
    conversion_factor: pd.Series
    notes: tuple[Message, ...]


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
        `tables.MARKET`; its conversion takes the deals of the playbook's flash-deal windows as run.
    lang
        Language of the deals' names.
    """
    deals = _deals(brief, market, lang)
    rows = [_judge(brief, deal, deals, market) for deal in deals]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    if not rows:
        moments = pd.DatetimeIndex([], tz=brief.zone)
        table = table.assign(at=moments, until=moments, keep=np.array([], dtype=bool))
    kept = table[table["keep"].astype(bool)]
    return Offers(
        table=table,
        cost=float(kept["cost"].sum()),
        profit=float(kept["profit"].sum()),
        conversion_factor=_conversion_factor(brief, slots, kept),
        notes=_notes(brief, table),
    )


def with_deals_kept(brief: Brief, slots: pd.DataFrame, offers: Offers) -> Brief:
    """Return the brief with the lift of each window's deals as it is with those that are kept.

    Parameters
    ----------
    brief, slots, offers
        The promotion, `tables.SLOTS`, and what `plan_offers` made of them.

    Returns
    -------
    Brief
        The same object where all the deals are kept as the playbook has them.
    """
    told: dict[str, dict[str, Any]] = {}
    for stated in brief.windows:
        window = brief.playbook.window(stated.window)
        told[window.id if window else str(stated.window)] = stated.model_dump(exclude_unset=True)
    factor, hours = offers.conversion_factor.to_numpy(), slots["hours"].to_numpy()
    changed = False
    for window in {span.window.id: span.window for span in brief.timetable.spans}.values():
        inside = (slots["window"] == window.id).to_numpy()
        mean = float(np.average(factor[inside], weights=hours[inside])) if inside.any() else 1.0
        if window.id == OUTSIDE.id or abs(mean - 1.0) < 1e-9:
            continue
        key = "flash_lift" if _included_lift(window) != 1.0 else "conversion"
        change = told.setdefault(window.id, {"window": window.id})
        change["priors"] = {**change.get("priors", {}), key: getattr(window.prior, key) * mean}
        changed = True
    return brief.with_(windows=list(told.values())) if changed else brief


def _deals(brief: Brief, market: pd.DataFrame, lang: Lang) -> list[_Deal]:
    """Return the deals to judge, in order of time."""
    timetable = brief.timetable
    usual = Offer(at=())
    found: list[tuple[dt.datetime, Window, Offer]] = []
    if brief.offers:
        for offer in brief.offers:
            for moment in (_instant(brief, at) for at in offer.at):
                if moment is not None:
                    found.append((moment, _window_at(timetable.spans, moment), offer))
    else:
        for span in timetable.spans:
            if span.window.stance == "flash_deal":
                moments = [timetable.at(moment) for moment in span.window.flash_deals]
                found += [(at, span.window, usual) for at in moments if timetable.starts <= at < timetable.ends]
    price = _order_price(brief, market)
    deals = []
    for at, window, offer in sorted(found, key=lambda entry: entry[0]):
        lift = offer.lift or _included_lift(window) ** (offer.price_cut / _USUAL_CUT)
        if lift == 1.0:
            lift = _USUAL_LIFT ** (offer.price_cut / _USUAL_CUT)
        name = offer.name or Message("offers.deal", {"off": 100 * offer.price_cut}).text(lang)
        margin = brief.shop.margin if offer.margin is None else offer.margin
        moment = pd.Timestamp(at).tz_convert(brief.zone)
        deals.append(_Deal(moment, window, name, offer.price_cut, offer.places, lift, offer.price or price, margin))
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


def _included_lift(window: Window) -> float:
    """Return the lift that the market's conversion of a window already holds."""
    return window.prior.flash_lift if window.stance == "flash_deal" and window.flash_deals else 1.0


def _order_price(brief: Brief, market: pd.DataFrame) -> float:
    """Return what an order leaves after refunds. [currency/order]."""
    orders = market["clicks"] * market["conversion"]
    if orders.sum() > 0:
        return float((market["order_value"] * orders).sum() / orders.sum())
    return (brief.shop.order_value or 0.0) * (1.0 - brief.shop.refund_rate)


def _judge(brief: Brief, deal: _Deal, deals: list[_Deal], market: pd.DataFrame) -> dict[str, object]:
    """Return one row of the table."""
    following = [other.at for other in deals if other.at > deal.at]
    until = min([deal.at + _LASTS, pd.Timestamp(brief.timetable.ends).tz_convert(brief.zone), *following])
    orders, margin = _without_deal(brief, market, deal.at, until)
    order_price = _order_price(brief, market)
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


def _without_deal(brief: Brief, market: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> tuple[float, float]:
    """Return the orders that the market brings in a span, and their margin, if no deal is run."""
    included = {span.window.id: _included_lift(span.window) for span in brief.timetable.spans}
    share = _share_inside(market, start, end)
    clicks = share * market["clicks"].to_numpy() / market["window"].map(included).fillna(1.0).to_numpy()
    return float(clicks @ market["conversion"].to_numpy()), float(clicks @ market["click_value"].to_numpy())


def _share_inside(table: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> Floats:
    """Return the share of every row's time that lies in a span."""
    begins, ends = pd.DatetimeIndex(table["start"]), pd.DatetimeIndex(table["end"])
    inside = ends.where(ends < end, end) - begins.where(begins > start, start)
    share = np.asarray(inside / pd.Timedelta(hours=1), dtype=float) / np.asarray(
        (ends - begins) / pd.Timedelta(hours=1)
    )
    return np.asarray(np.clip(share, 0.0, 1.0))


def _conversion_factor(brief: Brief, slots: pd.DataFrame, kept: pd.DataFrame) -> pd.Series:
    """Return, slot by slot, the lift of the deals kept over the lift that the market took for granted."""
    included = {span.window.id: _included_lift(span.window) for span in brief.timetable.spans}
    lift = np.ones(len(slots))
    for at, until, more in zip(kept["at"], kept["until"], kept["lift"] - 1.0, strict=True):
        lift = lift + more * _share_inside(slots, at, until)
    factor = lift / slots["window"].map(included).fillna(1.0).to_numpy(dtype=float)
    return pd.Series(factor, index=pd.DatetimeIndex(slots["start"], name="start"), name="conversion_factor")


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
        notes.append(Message("offers.kept" if keep else "offers.dropped", values))
    return tuple(notes)
