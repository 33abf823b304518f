"""Who can be written to, with every number settled: what the brief states, past sends, and priors for the rest.

The priors are judgement for segments by recency, frequency and money; a segment of another name gets those of anybody.
`Audience.assumed` names what was filled in, so that the plan can say so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from planner.brief import Brief, Segment

__all__ = ["PRIORS", "Audience", "SegmentPrior", "audiences", "order_margin"]

_SECOND_RESPONSE = 0.4
_SECOND_OPT_OUT = 3.0
# How many messages' worth of results a prior on response stands for.
_PRIOR_MESSAGES = 400.0
_BASE_CONVERSION = 0.03


@dataclass(frozen=True)
class SegmentPrior:
    """What to expect of a segment before its numbers are known; judgement.

    Attributes
    ----------
    response
        Visits per message. [visits/message]
    times
        Conversion of a visit, as a multiple of a paid click's.
    incrementality
        Share of the orders that would not have come without the message.
    opt_out
        Share that refuses further messages after one.
    orders_lost
        What a refusal costs, as a multiple of the margin of one order: the person can still buy, unasked.
    """

    response: float
    times: float
    incrementality: float
    opt_out: float = 0.008
    orders_lost: float = 0.15


_ANYBODY = SegmentPrior(0.03, 1.5, 0.65)

PRIORS: Mapping[str, SegmentPrior] = MappingProxyType(
    {
        "champions": SegmentPrior(0.08, 3.0, 0.40, 0.005, 0.30),
        "loyal": SegmentPrior(0.06, 2.5, 0.50, 0.006, 0.25),
        "cannot_lose": SegmentPrior(0.04, 2.0, 0.70, 0.010, 0.20),
        "potential_loyal": SegmentPrior(0.05, 2.0, 0.55, 0.007, 0.18),
        "new": SegmentPrior(0.05, 1.7, 0.55, 0.010, 0.12),
        "promising": SegmentPrior(0.04, 1.6, 0.60, 0.009, 0.10),
        "need_attention": SegmentPrior(0.035, 1.6, 0.65, 0.009, 0.12),
        "at_risk": SegmentPrior(0.03, 1.5, 0.75, 0.012, 0.10),
        "about_to_sleep": SegmentPrior(0.025, 1.4, 0.75, 0.012, 0.08),
        "hibernating": SegmentPrior(0.015, 1.2, 0.85, 0.015, 0.05),
    }
)


@dataclass(frozen=True)
class Audience:
    """A segment with every number settled.

    Attributes
    ----------
    people
        Who may be written to: the segment less its hold-out. [people]
    held_out
        Who is kept apart to learn what the messages bring. [people]
    response, conversion, incrementality, opt_out
        Visits per message, orders per visit in the promotion's mean, and shares; the prior and past sends weighed.
    customer_value
        What one refusal costs. [currency]
    most
        Most messages one person gets. [messages]
    assumed
        Keys of the brief that were filled from priors.
    """

    name: str
    people: int
    held_out: int
    response: float
    conversion: float
    incrementality: float
    opt_out: float
    customer_value: float
    most: int
    assumed: tuple[str, ...] = ()

    def layer(self, layer: int) -> tuple[float, float]:
        """Return response and opt-out of a person's first (1), second (2), ... message."""
        return (
            self.response * _SECOND_RESPONSE ** (layer - 1),
            min(1.0, self.opt_out * _SECOND_OPT_OUT ** (layer - 1)),
        )


def order_margin(brief: Brief, market: pd.DataFrame | None) -> float | None:
    """Return what an order leaves after goods, fees, shipping and refunds; None where no order value is known.

    Returns
    -------
    float or None
        [currency/order]
    """
    if brief.shop.order_value is not None:
        return brief.shop.order_value * (1.0 - brief.shop.refund_rate) * brief.shop.margin
    if market is None or not (orders := market["clicks"] * market["conversion"]).sum() > 0:
        return None
    price = float((market["order_value"] * orders).sum() / orders.sum())
    return price * (1.0 - brief.shop.refund_rate) * brief.shop.margin


def audiences(brief: Brief, market: pd.DataFrame | None = None) -> tuple[Audience, ...]:
    """Return the brief's segments with every number settled; what is missing comes from `PRIORS`."""
    if brief.sms is None:
        return ()
    margin = order_margin(brief, market) or 0.0
    usual = _mean_conversion(brief, market)
    return tuple(_audience(segment, brief.sms.hold_out, margin, usual) for segment in brief.sms.segments)


def _audience(segment: Segment, hold_out: float, margin: float, usual: float) -> Audience:
    prior = PRIORS.get(segment.name.lower(), _ANYBODY)
    defaults = {
        "response": prior.response,
        "conversion": min(0.5, prior.times * usual),
        "incrementality": prior.incrementality,
        "opt_out": prior.opt_out,
        "customer_value": prior.orders_lost * margin,
    }
    stated = {key: getattr(segment, key) for key in defaults}
    value = {key: defaults[key] if stated[key] is None else stated[key] for key in defaults}
    learnt = _PRIOR_MESSAGES + segment.past_messages
    held_out = math.ceil(segment.people * hold_out - 1e-9)
    return Audience(
        name=segment.name,
        people=segment.people - held_out,
        held_out=held_out,
        response=(value["response"] * _PRIOR_MESSAGES + segment.past_visits) / learnt,
        conversion=value["conversion"],
        incrementality=value["incrementality"],
        opt_out=(value["opt_out"] * _PRIOR_MESSAGES + segment.past_opt_outs) / learnt,
        customer_value=value["customer_value"],
        most=segment.max_messages,
        assumed=tuple(key for key in defaults if stated[key] is None),
    )


def _mean_conversion(brief: Brief, market: pd.DataFrame | None) -> float:
    """Return orders per paid click in the promotion's mean, from the best source there is."""
    if market is not None and market["clicks"].sum() > 0:
        return float((market["clicks"] * market["conversion"]).sum() / market["clicks"].sum())
    stated = [channel.conversion for channel in brief.channels if channel.conversion is not None]
    spans = brief.timetable.spans
    uplift = sum(span.window.prior.conversion for span in spans) / len(spans)
    return uplift * (sum(stated) / len(stated) if stated else _BASE_CONVERSION)
