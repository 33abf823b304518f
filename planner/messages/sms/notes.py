"""What the plan says of its messages: why each is sent, what was assumed, and where the playbook was not followed."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from planner.brief import Brief
from planner.brief.providers import Provider
from planner.messages.audiences import Audience
from planner.messages.sms.texts import text_remarks
from planner.messages.sms_value import allowed_span, message_gap
from planner.vocabulary.wording import Message

__all__ = [
    "asked_moments",
    "best_hours",
    "notes_beforehand",
    "notes_of_plan",
    "notes_without_sends",
    "reason_of",
    "shown_moment",
]

# A segment's best hour: a row of `message_values`.
Best = Mapping[Hashable, Any]


def shown_moment(brief: Brief, moment: pd.Timestamp) -> str:
    """Return a moment as people write it: month, day and clock of the promotion's zone."""
    return f"{moment.tz_convert(brief.zone):%m-%d %H:%M}"


def _shown_hours(brief: Brief) -> str:
    begin, end = allowed_span(brief)
    return f"{begin // 60:02d}:{begin % 60:02d}-{end // 60:02d}:{end % 60:02d}"


def asked_moments(brief: Brief) -> list[pd.Timestamp]:
    """Return the moments at which the playbook asks for messages, inside the promotion or on the day before it."""
    timetable = brief.timetable
    moments = [timetable.at(moment) for span in timetable.spans for moment in span.window.sms]
    return [pd.Timestamp(moment).tz_convert(brief.zone) for moment in moments]


def notes_without_sends(brief: Brief) -> tuple[Message, ...]:
    """Return why nothing is sent at all."""
    if brief.sms is None:
        moments = [shown_moment(brief, moment) for moment in asked_moments(brief)]
        return (Message("sms.not_asked", {"moments": ", ".join(moments)}),) if moments else ()
    if not brief.sms.segments:
        return (Message("sms.no_segments"),)
    return (Message("sms.no_margin"),)


def notes_beforehand(brief: Brief, provider: Provider, people: Sequence[Audience], text: str) -> tuple[Message, ...]:
    """Return what was assumed for want of better, and what may be wrong with the text."""
    sms, currency = brief.sms, brief.promotion.currency
    notes: list[Message] = []
    if sms is not None and sms.price is None:
        notes.append(
            Message("sms.price_assumed", {"provider": provider.title, "price": provider.price, "currency": currency})
        )
    if sms is not None and sms.hours is None:
        notes.append(Message("sms.hours_assumed", {"provider": provider.title, "hours": _shown_hours(brief)}))
    gap = message_gap(brief)
    if sms is not None and gap > sms.gap_hours and any(audience.most > 1 for audience in people):
        values = {"provider": provider.title, "most": provider.per_day, "hours": gap}
        notes.append(Message("sms.gap_raised", values))
    for audience in people:
        if audience.assumed:
            numbers = ", ".join(f"{key} {getattr(audience, key):.3g}" for key in audience.assumed)
            keys = ", ".join(audience.assumed)
            notes.append(Message("sms.assumed", {"segment": audience.name, "keys": keys, "values": numbers}))
    held_out = sum(audience.held_out for audience in people)
    if held_out:
        notes.append(Message("sms.held_out", {"people": held_out}))
    return (*notes, *text_remarks(text, provider))


def notes_of_plan(
    brief: Brief,
    values: pd.DataFrame,
    people: Iterable[Audience],
    sends: pd.DataFrame,
    *,
    asked: Mapping[pd.Timestamp, float],
    within: bool,
) -> tuple[Message, ...]:
    """Return where the playbook's moments went, and who gets nothing and why.

    Parameters
    ----------
    brief, values, people, sends
        The promotion, `message_values`, the segments, and the sends planned.
    asked
        The moments at which the playbook asks for messages, with `sms_value.value_at` of each.
    within
        Whether money was no object, so that who gets nothing is not worth a message or found no room.
    """
    best = {} if values.empty else best_hours(values)
    return (*_moments_not_kept(brief, best, sends, asked), *_left_out(brief, best, people, sends, within=within))


def _moments_not_kept(
    brief: Brief, best: Mapping[str, Best], sends: pd.DataFrame, asked: Mapping[pd.Timestamp, float]
) -> list[Message]:
    if not best or sends.empty:
        return []
    begin, end = allowed_span(brief)
    sent = sends.groupby("segment")["messages"].sum()
    own = best[str(sent.idxmax())]
    # Value per unit of the ratio is the same at every moment, so the moment's own ratio prices it.
    unit = float(own["value"] / own["ratio"]) if own["ratio"] > 0 else 0.0
    notes = []
    for moment, ratio in asked.items():
        of_day = moment.tz_convert(brief.zone).hour * 60 + moment.tz_convert(brief.zone).minute
        lost = 1000 * unit * (ratio - float(own["ratio"]))
        wording = {
            "wanted": shown_moment(brief, moment),
            "best": shown_moment(brief, own["send_at"]),
            "currency": brief.promotion.currency,
        }
        if not begin <= of_day < end:
            notes.append(
                Message("sms.moved", {**wording, "lost": lost}) if lost > 0 else Message("sms.moved_free", wording)
            )
        elif not (sends["send_at"] == moment.tz_convert(brief.zone).floor("h")).any():
            notes.append(Message("sms.not_there", {**wording, "gained": max(0.0, -lost)}))
    return notes


def _left_out(
    brief: Brief, best_of: Mapping[str, Best], people: Iterable[Audience], sends: pd.DataFrame, *, within: bool
) -> list[Message]:
    notes: list[Message] = []
    written_to = set(sends["segment"])
    for audience in people:
        best = best_of.get(audience.name)
        if best is None or not audience.people or audience.name in written_to:
            continue
        worth = float(best["value"] - best["opt_out_cost"])
        wording = {
            "segment": audience.name,
            "best": shown_moment(brief, best["send_at"]),
            "value": worth,
            "cost": float(best["price"]),
            "currency": brief.promotion.currency,
        }
        pays = worth > best["price"]
        entry = "not_worth" if not pays else "no_room" if within else "better_elsewhere"
        notes.append(Message(f"sms.{entry}", wording))
    return notes


def best_hours(values: pd.DataFrame) -> dict[str, Best]:
    """Return the row of `message_values` with each segment's best first message."""
    first = values[values["layer"] == 1].reset_index(drop=True)
    best = first.loc[first.groupby("segment")["value"].idxmax()]
    return {str(row["segment"]): row for row in best.to_dict("records")}


def reason_of(brief: Brief, send: Mapping[Hashable, Any], best: Best, price: float) -> Message:
    """Return why a send is where it is, from numbers; `best` is its segment's best hour."""
    wording = {
        "value": float(send["profit"]) / float(send["messages"]) + price,
        "cost": price,
        "currency": brief.promotion.currency,
    }
    if send["again"] > 0:
        first = Message("sms.reason_again", {**wording, "again": int(send["again"])})
    elif best["send_at"] == send["send_at"]:
        first = Message("sms.reason_best", {**wording, "ratio": float(best["ratio"])})
    else:
        first = Message("sms.reason_full", {**wording, "best": shown_moment(brief, best["send_at"])})
    if send["send_at"] + pd.Timedelta(hours=1) <= brief.timetable.opening:
        return Message("sms.joined", {"first": first, "second": Message("sms.reason_cart")})
    return first
