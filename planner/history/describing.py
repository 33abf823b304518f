"""What a history is, for a person: what each file was taken for, what is odd in it, what a plan can learn from it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from planner.brief import Brief
from planner.history.inspection import channel_word, odd_hours
from planner.history.tidy import OTHERS, History, SourceFile
from planner.vocabulary.wording import Message, first_of

__all__ = ["describe_history"]

_LESSONS = {
    "price": ("clicks", "spend"),
    "conversion": ("clicks", "orders"),
    "order_value": ("orders", "revenue"),
    "click_through": ("impressions", "clicks"),
    "response": ("bid", "clicks"),
}


def describe_history(history: History, brief: Brief) -> tuple[Message, ...]:
    """Return what there is to know of a history before a plan is made from it, a sentence each.

    The notes of reading it (`History.notes`) are not repeated.

    Parameters
    ----------
    history
        The history.
    brief
        The brief it is for.
    """
    return (
        *(message for source in history.sources for message in _of_file(source, brief)),
        *_lessons(history.table),
        *_unknown_channels(history.table, brief),
        *odd_hours(history.table),
        *_past_events(history.table, brief),
        *_growing(history),
    )


def _of_file(source: SourceFile, brief: Brief) -> Iterator[Message]:
    """Yield what a file was taken for, its span, and what became of its rows."""

    def shown(moment: str) -> str:
        return f"{pd.Timestamp(moment).tz_convert(brief.zone):%Y-%m-%d %H:%M}" if moment else "-"

    values = {
        "where": source.name,
        "label": source.label or "?",
        "first": shown(source.first),
        "last": shown(source.last),
        "read": source.rows_read,
        "used": source.rows_used,
        "dropped": sum(source.dropped.values()),
        "refused": source.refused,
    }
    yield Message("history.file", values)
    renamed = [f"{name} = {own}" for name, own in source.columns.items() if name != own]
    if renamed:
        yield Message("history.file_columns", {"where": source.name, "columns": ", ".join(renamed)})
    if not source.sure:
        yield Message("history.file_unsure", {"where": source.name, "label": source.label or "?"})


def _lessons(table: pd.DataFrame) -> Iterator[Message]:
    """Yield for each channel what can be learned from its numbers and what cannot."""
    for channel, rows in table.groupby("channel", dropna=False, sort=True):
        there = {name for name in rows.columns if rows[name].notna().any()}
        # Rows of the whole shop can teach what an order is worth, and nothing about a channel.
        lessons = _LESSONS if isinstance(channel, str) else {"order_value": _LESSONS["order_value"]}
        learned = [lesson for lesson, columns in lessons.items() if there.issuperset(columns)]
        missing = sorted({name for columns in lessons.values() for name in columns if name not in there})
        hours = rows["hour"].nunique()
        values = {"channel": channel_word(channel), "hours": hours, "days": rows["hour"].dt.date.nunique()}
        campaigns = sorted({str(name) for name in rows["campaign"].dropna()} - {OTHERS}) if "campaign" in rows else []
        if campaigns:
            shown = first_of(campaigns, 8)
            yield Message("history.campaigns", {"channel": channel, "count": len(campaigns), "names": shown})
        if learned:
            yield Message("history.learned", {**values, "what": _listed(learned)})
        if missing:
            yield Message("history.not_learned", {**values, "columns": ", ".join(missing)})
    if table["channel"].isna().all():
        yield Message("history.only_shop", {})


def _listed(lessons: list[str]) -> Message:
    """Return the words for several things learned."""
    message = Message(f"history.lesson_{lessons[0]}")
    for lesson in lessons[1:]:
        message = Message("history.listed", {"before": message, "one": Message(f"history.lesson_{lesson}")})
    return message


def _unknown_channels(table: pd.DataFrame, brief: Brief) -> Iterator[Message]:
    """Yield the channels that only one of history and brief knows."""
    known = set(table["channel"].dropna())
    for name in sorted(known - {channel.name for channel in brief.channels}):
        if brief.channels:
            yield Message("history.channel_not_in_brief", {"channel": name})
    for channel in brief.channels:
        if known and channel.paid and channel.name not in known:
            yield Message("history.channel_not_in_history", {"channel": channel.name})


def _past_events(table: pd.DataFrame, brief: Brief) -> Iterator[Message]:
    """Yield how much of each past event the history covers."""
    for event in brief.past_events:
        timetable = brief.past_timetable(event)
        starts, ends = pd.Timestamp(timetable.starts), pd.Timestamp(timetable.ends)
        inside = table.loc[(table["hour"] >= starts) & (table["hour"] < ends), "hour"].nunique()
        values = {
            "event": event.name or event.date.isoformat(),
            "count": inside,
            "of": round((ends - starts) / pd.Timedelta(hours=1)),
        }
        yield Message("history.event_covered" if inside else "history.event_missing", values)


def _growing(history: History) -> Iterator[Message]:
    """Yield from when on orders may still be booked."""
    if history.growing_since is not None:
        yield Message("history.growing", {"since": f"{history.growing_since:%Y-%m-%d}"})
