"""One line of the run sheet, and the kinds there are."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from planner.brief import Brief
from planner.wording import Message, Text

__all__ = ["KINDS", "Action", "on_day"]

# In the order in which acts of the same moment are done.
KINDS = (
    "register", "prepare", "staff", "stock", "limit", "bid", "deal_on", "deal_off", "sms", "post", "sleep", "close",
    "ship", "after_sale",
)  # fmt: skip


@dataclass(frozen=True)
class Action:
    """One thing a person does at one time."""

    at: pd.Timestamp
    kind: str
    what: Message
    why: Message | Text
    channel: str | None = None


def on_day(brief: Brief, day: dt.date, hour: int, minute: int = 0) -> pd.Timestamp:
    """Return the instant of a clock time on a day in the promotion's zone."""
    return pd.Timestamp(dt.datetime.combine(day, dt.time(hour, minute), tzinfo=brief.zone)).tz_convert(brief.zone)
