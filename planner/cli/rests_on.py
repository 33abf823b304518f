"""What a plan will rest on, in lines to read: the promotion, the money, each channel's evidence, the history."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from planner.allocate.ads import ad_problem, plan_ads
from planner.brief import Brief
from planner.brief.slots import make_slots
from planner.history import History, describe_history
from planner.market import forecast_market
from planner.vocabulary.wording import Lang, say

__all__ = ["foundations"]


def foundations(brief: Brief, history: History | None, lang: Lang) -> Iterator[str]:
    """Yield what the plan will rest on, a line each.

    Raises
    ------
    InputError
        The brief lacks what the history does not give.
    InfeasibleError
        No plan keeps all limits of the brief.
    """
    slots = make_slots(brief.timetable)
    market = forecast_market(brief, slots, history)
    plan_ads(ad_problem(brief, market.table), brief.budget.total - brief.budget.reserve)
    yield from _promotion(brief, slots, lang)
    yield from _channels(brief, market.table, history, lang)
    if history is None:
        yield say("check.no_history", lang)
    else:
        yield from _history(history, brief, lang)
    yield from (say("check.note", lang, note=note) for note in market.notes)
    yield say("check.fine", lang)


def _promotion(brief: Brief, slots: pd.DataFrame, lang: Lang) -> Iterator[str]:
    first, last = slots["start"].iloc[0], slots["end"].iloc[-1]
    yield say(
        "check.promotion",
        lang,
        name=brief.promotion.name,
        first=first,
        last=last,
        hours=slots["hours"].sum(),
        count=len(slots),
    )
    opening = pd.Timestamp(brief.timetable.opening).tz_convert(brief.zone)
    playbook = brief.playbook
    yield say(
        "check.playbook", lang, name=playbook.name, title=playbook.title, count=len(playbook.windows), opening=opening
    )
    money = brief.budget
    yield say(
        "check.money",
        lang,
        total=money.total,
        reserve=money.reserve,
        currency=brief.promotion.currency,
        margin=100 * brief.shop.margin,
    )


def _channels(brief: Brief, market: pd.DataFrame, history: History | None, lang: Lang) -> Iterator[str]:
    known = history.table.dropna(subset=["channel"]) if history is not None else None
    for name, rows in market.groupby("channel", sort=False):
        channel = brief.channel(str(name))
        label = (channel.label or channel.name) if channel else name
        mine = known[known["channel"] == name] if known is not None else None
        evidence = "check.channel_history" if mine is not None and len(mine) else "check.channel_brief"
        counts = {
            column: float(mine[column].sum()) if mine is not None and column in mine else 0.0
            for column in ("clicks", "orders")
        }
        yield say(
            evidence,
            lang,
            label=label,
            hours=0 if mine is None else mine["hour"].nunique(),
            **counts,
            currency=brief.promotion.currency,
            price=(rows["price"] * rows["clicks"]).sum() / max(rows["clicks"].sum(), 1e-12),
            conversion=100 * (rows["conversion"] * rows["clicks"]).sum() / max(rows["clicks"].sum(), 1e-12),
        )
    for channel in brief.channels:
        if not channel.paid:
            yield say("check.channel_organic", lang, label=channel.label or channel.name)


def _history(history: History, brief: Brief, lang: Lang) -> Iterator[str]:
    yield from (message.text(lang) for message in describe_history(history, brief))
    yield from (say("check.note", lang, note=note) for note in history.notes)
