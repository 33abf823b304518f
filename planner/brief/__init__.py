"""The brief: what the seller tells us about one promotion, checked and frozen.

A brief is a TOML file; `tables` has its form and the objects the stages work with, `document` the whole and how it is
read, `crossing` what may not clash between its tables. Amounts are in the brief's currency, shares are between 0 and 1.
What the brief states overrules the history.
"""

from planner.brief.document import Brief, load_brief, parse_brief, read_brief
from planner.brief.tables import (
    AdtoolLimits,
    Budget,
    Campaign,
    Channel,
    HistorySettings,
    Offer,
    PastEvent,
    Promotion,
    Segment,
    Shop,
    Sms,
    Stock,
    WindowChange,
    campaign_key,
)
from planner.brief.values import meant_encoding, parse_amount

__all__ = [
    "AdtoolLimits",
    "Brief",
    "Budget",
    "Campaign",
    "Channel",
    "HistorySettings",
    "Offer",
    "PastEvent",
    "Promotion",
    "Segment",
    "Shop",
    "Sms",
    "Stock",
    "WindowChange",
    "campaign_key",
    "load_brief",
    "meant_encoding",
    "parse_amount",
    "parse_brief",
    "read_brief",
]
