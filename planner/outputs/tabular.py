"""The plan's tables as people read them: local headings with units, names instead of machine words, local times.

Workbook and spreadsheet CSV show the same columns in the same order; both take them from here.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from planner.allocate.schedule import percent_of_mean_bid
from planner.charts.words import Words

if TYPE_CHECKING:
    from planner.plan import Plan

__all__ = [
    "Shown",
    "campaign_names",
    "shown_actions",
    "shown_limits",
    "shown_schedule",
    "shown_sends",
    "shown_width",
    "unit_names",
]

Kind = Literal["text", "date", "time", "money", "number", "percent", "factor"]

_MONEY = {"spend", "spend_cap", "revenue", "profit", "profit_low", "profit_high", "bid", "limit", "cost"}


@dataclass(frozen=True)
class Shown:
    """One column for people: the machine name it comes from, its heading, its kind and its cells."""

    name: str
    heading: str
    kind: Kind
    cells: list[Any]


def shown_schedule(plan: Plan, words: Words) -> list[Shown]:
    """Return the schedule's columns."""
    table = plan.schedule
    starts = [words.local(moment) for moment in table["start"]]
    columns = [
        _column("date", words, "date", [moment.tz_localize(None).normalize() for moment in starts]),
        _column("weekday", words, "text", [words.say(f"labels.weekday_{moment.weekday()}") for moment in starts]),
        _column("start", words, "time", [moment.tz_localize(None) for moment in starts]),
        _column("end", words, "time", _times(table["end"], words)),
        _column("channel", words, "text", [words.channel(name) for name in table["channel"]]),
        *_campaigns(table, words),
        _column("window", words, "text", [words.window(name) for name in table["window"]]),
        _column("stance", words, "text", [words.stance(name) for name in table["stance"]]),
    ]
    table = table.assign(mean_percent=percent_of_mean_bid(table))
    columns += [
        _column(name, words, _kind(name), table[name].tolist())
        for name in (
            "spend", "bid", "bid_percent", "mean_percent", "spend_cap", "clicks", "clicks_low", "clicks_high", "orders",
            "revenue", "profit", "profit_low", "profit_high", "next_yuan",
        )
    ]  # fmt: skip
    return [*columns, _column("reason", words, "text", table["reason"].tolist())]


def shown_actions(plan: Plan, words: Words) -> list[Shown]:
    """Return the run sheet's columns, in order of time, with room for what was done."""
    table = plan.actions.sort_values("at", kind="stable")
    channels = ["" if pd.isna(name) else words.channel(str(name)) for name in table["channel"]]
    return [
        _column("date", words, "text", [words.day(moment) for moment in table["at"]]),
        _column("at", words, "time", _times(table["at"], words)),
        _column("kind", words, "text", [words.label("kind", str(kind)) for kind in table["kind"]]),
        _column("channel", words, "text", channels),
        _column("what", words, "text", table["what"].tolist()),
        _column("why", words, "text", table["why"].tolist()),
        _column("done", words, "text", [words.say("workbook.done_no")] * len(table)),
        _column("actual", words, "text", [""] * len(table)),
    ]


def shown_sends(plan: Plan, words: Words) -> list[Shown]:
    """Return the messages' columns."""
    table = plan.sms
    return [
        _column("date", words, "text", [words.day(moment) for moment in table["send_at"]]),
        _column("send_at", words, "time", _times(table["send_at"], words)),
        *(
            _column(name, words, _kind(name), table[name].tolist())
            for name in ("segment", "messages", "parts", "cost", "visits", "orders", "profit", "text", "reason")
        ),
    ]


def shown_limits(plan: Plan, words: Words) -> list[Shown]:
    """Return the columns of the budgets to set."""
    table = plan.limits
    dates = [words.say("report.whole_promotion") if date == "total" else date for date in table["date"]]
    channels = [
        words.say("report.all_channels") if name in ("", "total", "all") else words.channel(name)
        for name in table["channel"]
    ]
    return [
        _column("date", words, "text", dates),
        _column("channel", words, "text", channels),
        *_campaigns(table, words),
        _column("limit", words, "money", table["limit"].tolist()),
        _column("why", words, "text", table["why"].tolist()),
    ]


def _campaigns(table: pd.DataFrame, words: Words) -> list[Shown]:
    """Return the campaign's column of a plan by campaign; none in a plan by channel."""
    return [_column("campaign", words, "text", campaign_names(table, words))] if "campaign" in table else []


def campaign_names(table: pd.DataFrame, words: Words) -> list[str]:
    """Return what a person reads as each row's campaign: empty for a whole channel, a word for all others of one."""
    divided = set(table.loc[table["campaign"].notna(), "channel"])
    others = words.say("labels.other_campaigns")
    return [
        str(name) if pd.notna(name) else others if channel in divided else ""
        for channel, name in zip(table["channel"], table["campaign"], strict=True)
    ]


def unit_names(table: pd.DataFrame, words: Words) -> pd.Series:
    """Return what a person reads as each row's channel, and its campaign where the plan has such."""
    names = table["channel"].map(words.channel)
    if "campaign" not in table:
        return names
    campaigns = pd.Series(campaign_names(table, words), index=table.index)
    return names.where(campaigns == "", names + " / " + campaigns)


def shown_width(text: str) -> int:
    """Return how many columns of a spreadsheet a text takes: a wide character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _column(name: str, words: Words, kind: Kind, cells: list[Any]) -> Shown:
    """Return a column with its heading."""
    heading = words.say(f"columns.{name}")
    if kind == "money":
        heading = words.say("workbook.unit", name=heading, unit=words.unit)
    return Shown(name, heading, kind, cells)


def _kind(name: str) -> Kind:
    """Return the kind of a number's column."""
    if name in _MONEY:
        return "money"
    if name in ("segment", "text", "reason"):
        return "text"
    return {"bid_percent": "percent", "mean_percent": "percent", "next_yuan": "factor"}.get(name, "number")  # type: ignore[return-value]


def _times(moments: pd.Series, words: Words) -> list[pd.Timestamp]:
    """Return moments by the promotion's clock, without a zone: spreadsheets know none."""
    return [words.local(moment).tz_localize(None) for moment in moments]
