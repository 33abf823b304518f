"""What the reader has to know beforehand: zone, channels, the seller's own headers; from a brief or without one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from planner.brief import Brief
from planner.history.campaigns import CampaignChoice

__all__ = ["KnownChannel", "Progress", "ReadingSettings", "settings_of"]

# Told the step and the share of it that is done, between 0 and 1.
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class KnownChannel:
    """A channel the brief names."""

    name: str
    label: str = ""
    role: str = "other"
    paid: bool = True


@dataclass(frozen=True)
class ReadingSettings:
    """How to read.

    `zone` is the promotion's; `columns` maps our names to the seller's headers; `campaigns` carries campaigns through
    instead of summing them, all of them or those of `choice`; `encoding` is that of the text files, None where it is to
    be found; `currency` is the promotion's, None where it is not known.
    """

    zone: dt.tzinfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    columns: Mapping[str, str] = field(default_factory=dict)
    channels: tuple[KnownChannel, ...] = ()
    campaigns: bool = False
    encoding: str | None = None
    choice: CampaignChoice | None = None
    currency: str | None = None


def settings_of(brief: Brief, *, campaigns: bool | None = None) -> ReadingSettings:
    """Return how to read the files that go with a brief.

    Parameters
    ----------
    brief
        The brief.
    campaigns
        Whether every campaign is carried through; by default those that the brief plans one by one are.
    """
    channels = tuple(KnownChannel(entry.name, entry.label or "", entry.role, entry.paid) for entry in brief.channels)
    choice = None
    if campaigns is None:
        listed = {channel.name: tuple(each.name for each in channel.campaigns) for channel in brief.channels}
        campaigns = brief.plans_campaigns
        choice = CampaignChoice(listed, everything=brief.promotion.plan_by == "campaign")
    return ReadingSettings(
        brief.zone,
        dict(brief.history.columns),
        channels,
        campaigns,
        brief.history.encoding,
        choice,
        brief.promotion.currency,
    )
