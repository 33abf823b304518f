"""What the reader has to know beforehand: zone, channels, the seller's own headers; from a brief or without one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pandas as pd

from planner.brief import Brief

__all__ = ["MOST_CAMPAIGNS", "CampaignChoice", "KnownChannel", "ReadingSettings", "settings_of"]


# Of a channel. Each is a row a slot of the plan, with a bid that a person or a file has to set.
MOST_CAMPAIGNS = 100


@dataclass(frozen=True)
class CampaignChoice:
    """The campaigns to carry through: those listed by channel, and where `everything` the largest of the others."""

    listed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    everything: bool = False

    def kept(self, sizes: pd.DataFrame) -> pd.DataFrame:
        """Return ``channel`` and ``campaign`` of those to carry through.

        Parameters
        ----------
        sizes
            ``channel``, ``campaign`` and ``size``, a row a campaign.
        """
        listed = {(channel, name) for channel, names in self.listed.items() for name in names}
        named = [unit in listed for unit in zip(sizes["channel"], sizes["campaign"], strict=True)]
        ordered = sizes.assign(named=named).sort_values(["named", "size", "campaign"], ascending=[False, False, True])
        place = ordered.groupby("channel", dropna=False).cumcount()
        kept = ordered["named"] | (self.everything & (place < MOST_CAMPAIGNS))
        return ordered.loc[kept, ["channel", "campaign"]].reset_index(drop=True)


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
