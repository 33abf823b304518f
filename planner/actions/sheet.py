"""One line of the run sheet, and the kinds there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from planner.brief import Brief
from planner.vocabulary.wording import Message, Text

__all__ = ["KINDS", "Action", "expected_orders", "listed", "on_day"]

# In the order in which acts of the same moment are done.
KINDS = (
    "register", "prepare", "staff", "stock", "limit", "bid", "deal_on", "deal_off", "sms", "post", "sleep", "close",
    "ship", "after_sale",
)  # fmt: skip


# So many campaigns are named in one line; a person sets more of them from a file.
_LISTED = 5


@dataclass(frozen=True)
class Action:
    """One thing a person does at one time."""

    at: pd.Timestamp
    kind: str
    what: Message
    why: Message | Text
    channel: str | None = None


def listed(parts: Sequence[Message], file: str) -> Message:
    """Return several messages as one list; of more than a line takes only the first, and the file with all of them."""
    message = parts[0]
    for part in parts[1:_LISTED]:
        message = Message("actions.listed", {"before": message, "one": part})
    if len(parts) > _LISTED:
        values = {"before": message, "count": len(parts) - _LISTED, "file": file}
        message = Message("actions.listed_more", values)
    return message


def on_day(brief: Brief, day: dt.date, hour: int, minute: int = 0) -> pd.Timestamp:
    """Return the instant of a clock time on a day in the promotion's zone."""
    return pd.Timestamp(dt.datetime.combine(day, dt.time(hour, minute), tzinfo=brief.zone)).tz_convert(brief.zone)


def expected_orders(brief: Brief, schedule: pd.DataFrame, sms: pd.DataFrame) -> pd.DataFrame:
    """Return when how many orders are expected from ads and messages: ``at`` and ``orders``, in order of time.

    A message before the opening fills carts, which become orders at the opening.
    """
    timetable = brief.timetable
    begins = pd.Timestamp(
        timetable.opening if timetable.starts <= timetable.opening < timetable.ends else timetable.starts
    )
    ads = schedule[["start", "orders"]].set_axis(["at", "orders"], axis=1)
    sends = sms[["send_at", "orders"]].set_axis(["at", "orders"], axis=1)
    sends = sends.assign(at=sends["at"].where(sends["at"] >= begins, begins.tz_convert(brief.zone)))
    joined = pd.concat([frame for frame in (ads, sends) if len(frame)], ignore_index=True)
    return joined.sort_values("at", kind="stable", ignore_index=True)
