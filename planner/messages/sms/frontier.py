"""The best use of every amount of money for messages: prepared once, whatever the budget turns out to be."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.brief import Brief
from planner.brief.providers import Provider
from planner.messages.audiences import Audience, audiences, order_margin
from planner.messages.sms.assignment import Corner, SendProblem, best_plan, frontier
from planner.messages.sms.notes import asked_moments, notes_beforehand
from planner.messages.sms.texts import compose, count_parts
from planner.messages.sms_value import message_gap, message_values, provider_of, send_hours, value_at
from planner.vocabulary.errors import InputError
from planner.vocabulary.wording import Lang, Message

__all__ = ["SmsFrontier", "sms_cells", "sms_frontier"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SmsFrontier:
    """The best use of every amount of money for messages.

    Attributes
    ----------
    corners
        Best plans of rising cost; between two, the return on money is the same.
    worth
        `sms_value.message_values`.
    arrays
        The columns of `worth` by segment, layer and hour.
    people
        The segments, every number settled.
    text, parts
        What a message says and how many parts it is billed as.
    price
        Of one message, all its parts. [currency/message]
    revenue
        Of an order, after refunds. [currency/order]
    asked
        Moments at which the playbook asks for messages, with how well visits of such a message would convert. [x mean]
    notes
        What was assumed.
    """

    brief: Brief
    corners: tuple[Corner, ...]
    worth: pd.DataFrame
    arrays: dict[str, Floats]
    people: tuple[Audience, ...]
    text: str
    parts: int
    price: float
    revenue: float
    asked: dict[pd.Timestamp, float]
    notes: tuple[Message, ...]

    def cells(self) -> pd.DataFrame:
        """Return linear cells for the allocator, one for each piece of the frontier, the returns falling.

        Returns
        -------
        pandas.DataFrame
            The columns of an allocator's cells, ``channel`` being ``sms`` and a click one message; what is spent on
            them in all is the `budget` of `settle_sms`.
        """
        orders = [self._orders(corner) for corner in self.corners]
        rows = []
        for place in range(1, len(self.corners)):
            low, high = self.corners[place - 1], self.corners[place]
            messages = (high.cost - low.cost) / self.price
            per_message = max((orders[place] - orders[place - 1]) / messages, 1e-9)
            rows.append(
                {
                    "channel": "sms",
                    "clicks_scale": 1.0 / self.price,
                    "elasticity": 1.0,
                    "max_clicks": messages,
                    "orders_per_click": per_message,
                    "revenue_per_order": self.revenue,
                    "profit_per_order": (high.value - low.value) / messages / per_message,
                    "floor": 0.0,
                    "cap": high.cost - low.cost,
                }
            )
        columns = (
            "channel clicks_scale elasticity max_clicks orders_per_click revenue_per_order profit_per_order floor cap"
        )
        index = pd.Index([f"sms {place}" for place in range(1, len(rows) + 1)], dtype=object)
        return pd.DataFrame(rows, columns=columns.split(), index=index)

    def cost_at(self, money_price: float) -> float:
        """Return what is spent when the next unit of money earns `money_price` elsewhere, in the currency."""
        people = best_plan(self.corners, math.inf, money_price)
        return self.price * sum(len(pattern.hours) * number for pattern, number in people.items())

    def _orders(self, corner: Corner) -> float:
        return sum(
            number * float(self.arrays["orders"][pattern.segment, layer, hour])
            for pattern, number in corner.people.items()
            for layer, hour in enumerate(pattern.hours)
        )


def _arrays(values: pd.DataFrame, people: tuple[Audience, ...]) -> dict[str, Floats]:
    """Return visits, orders, value and opt-out cost by segment, layer and hour; no value where there is no layer."""
    hours = pd.Index(values["send_at"].unique())
    layers = max((audience.most for audience in people), default=0)
    segment = values["segment"].map({audience.name: place for place, audience in enumerate(people)}).to_numpy(int)
    place = (segment, values["layer"].to_numpy(int) - 1, hours.get_indexer(values["send_at"]))
    arrays = {}
    for name in ("visits", "orders", "value", "opt_out_cost"):
        arrays[name] = np.full((len(people), layers, len(hours)), -np.inf if name == "value" else 0.0)
        arrays[name][place] = values[name].to_numpy(float)
    return arrays


def sms_frontier(brief: Brief, market: pd.DataFrame | None = None, lang: Lang = "en") -> SmsFrontier | None:
    """Return the best use of every amount of money for messages; None where there is nobody to write to.

    Parameters
    ----------
    brief
        The promotion.
    market
        `tables.MARKET`; without it the playbook's word is taken.
    lang
        Language of the message, where the brief has none of its own.

    Raises
    ------
    InputError
        The price of a message is not known, or its text is longer than the provider takes.
    """
    margin = order_margin(brief, market)
    if brief.sms is None or not brief.sms.segments or margin is None:
        return None
    hours = send_hours(brief)
    if hours.empty:
        return None  # on the day, when the last hour for sending is over
    provider = provider_of(brief)
    text = compose(brief, provider, lang)
    length = count_parts(text, provider)
    if length.characters > provider.longest:
        values = {"characters": length.characters, "longest": provider.longest, "provider": provider.title}
        raise InputError([brief.problem(Message("sms.too_long", values), "sms", "text")])
    parts = length.parts
    price = parts * _part_price(brief, provider)
    people = audiences(brief, market)
    asked = asked_moments(brief)
    ratio = value_at(brief, pd.DatetimeIndex([*hours["send_at"], *asked]), market)
    values = message_values(brief, market, hours=hours, people=people, ratio=ratio[: len(hours)], cost=price)
    corners: tuple[Corner, ...] = (Corner({}, 0.0, 0.0),)
    arrays = _arrays(values, people)
    if not values.empty:
        room = (brief.sms.throughput or provider.throughput or math.inf) * _length(hours)
        problem = SendProblem(
            people=np.array([audience.people for audience in people], dtype=float),
            value=arrays["value"] - arrays["opt_out_cost"],
            cost=price,
            room=room,
            at=np.asarray(
                (pd.DatetimeIndex(hours["send_at"]) - hours["send_at"].iloc[0]) / pd.Timedelta(hours=1), dtype=float
            ),
            gap=message_gap(brief),
        )
        corners = frontier(problem)
    return SmsFrontier(
        brief=brief,
        corners=corners,
        worth=values,
        arrays=arrays,
        people=people,
        text=text,
        parts=parts,
        price=price,
        revenue=margin / brief.shop.margin,
        asked=dict(zip(asked, ratio[len(hours) :].tolist(), strict=True)),
        notes=notes_beforehand(brief, provider, people, text),
    )


def _length(hours: pd.DataFrame) -> Floats:
    length = pd.DatetimeIndex(hours["end"]) - pd.DatetimeIndex(hours["send_at"])
    return np.asarray(length / pd.Timedelta(hours=1), dtype=float)


def _part_price(brief: Brief, provider: Provider) -> float:
    """Return the price of one billed part: the brief's, else the provider's own in the same currency."""
    assert brief.sms is not None
    if brief.sms.price is not None:
        return brief.sms.price
    if provider.price is not None and provider.currency == brief.promotion.currency:
        return provider.price
    raise InputError([brief.problem(Message("sms.no_price", {"currency": brief.promotion.currency}), "sms", "price")])


def sms_cells(brief: Brief, market: pd.DataFrame | None = None, lang: Lang = "en") -> pd.DataFrame:
    """Return linear cells for the allocator; see `SmsFrontier.cells`."""
    prepared = sms_frontier(brief, market, lang)
    empty = SmsFrontier(brief, (), pd.DataFrame(), {}, (), "", 1, 1.0, 0.0, {}, ())
    return (prepared or empty).cells()
