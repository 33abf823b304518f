"""The tables of a brief, each a frozen model: what may stand in it and within what bounds."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from planner.brief.playbook import Role, Stance
from planner.brief.providers import builtin_providers, parse_hours
from planner.brief.toml_input import complaint, suggestion
from planner.brief.values import Amount, Day, Encoding, Lines, Local, Name, Number, Opening, Positive, Share, TimeOfDay
from planner.vocabulary.wording import Lang, Message

__all__ = [
    "AdtoolLimits",
    "BriefTable",
    "Budget",
    "Campaign",
    "Channel",
    "HistorySettings",
    "Live",
    "Offer",
    "PastEvent",
    "Promotion",
    "Segment",
    "Shop",
    "Sms",
    "Stock",
    "WindowChange",
    "campaign_key",
]


_BIDS = {"base_bid", "min_bid", "max_bid"}


def campaign_key(channel: str, campaign: str) -> str:
    """Return what limits and prices call a campaign; a stroke in its channel's name is doubled, so no two are alike."""
    return f"{channel.replace('/', '//')} / {campaign}"


def _is_zone(name: str) -> bool:
    """Return whether there is a zone of this name; listing all of them reads hundreds of files."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    # what lies beside the zones counts the seconds otherwise, or is a link to this machine's own zone
    return ("/" in name and not name.startswith(("posix/", "right/"))) or name in available_timezones()


class BriefTable(BaseModel):
    """A table of the brief: frozen, and of known keys only."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Promotion(BriefTable):
    """When and where the promotion is."""

    name: Name = "promotion"
    playbook: Name = "double11"
    date: Day
    opening: Opening | None = None
    starts: Local | None = None
    ends: Local | None = None
    timezone: str = "Asia/Shanghai"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    lang: Lang | None = None
    plan_by: Literal["channel", "campaign"] = "channel"

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        if not _is_zone(value):
            raise complaint(
                "brief.no_such_zone",
                advice=suggestion(value, available_timezones()).values.get("meant", "Asia/Shanghai"),
            )
        return value


class Budget(BriefTable):
    """The money: ads and SMS together; `least_gain` is what the last unit of ad money has to earn, net of itself."""

    total: Positive
    reserve: Amount = 0.0
    min_return: Amount = 0.0
    least_gain: Annotated[Number, Field(ge=0)] = 0.04


class Shop(BriefTable):
    """What an order is worth to the seller."""

    platform: Literal["tmall", "taobao", "other"] = "other"
    margin: Share
    order_value: Positive | None = None
    refund_rate: Share = 0.0
    early_order_value: Amount = 0.0

    @field_validator("margin")
    @classmethod
    def _some_margin(cls, value: float) -> float:
        if not 0 < value < 1:
            raise complaint("brief.bad_share", advice=Message("brief.share_example"))
        return value


class Campaign(BriefTable):
    """A campaign of a channel that is planned by itself; what it does not state is its channel's.

    A base bid that it does not state is the channel's in proportion to what the campaign bids against it.
    """

    name: Name
    base_bid: Positive | None = None
    min_bid: Amount | None = None
    max_bid: Positive | None = None
    budget: Amount | None = None


class Channel(BriefTable):
    """A channel of traffic; prices and bids are per click, in a cpm channel per thousand impressions."""

    name: Name
    label: Name | None = None
    role: Role = "other"
    kind: Literal["cpc", "cpm", "organic"] = "cpc"
    base_bid: Positive | None = None
    min_bid: Amount = 0.0
    max_bid: Positive | None = None
    budget: Amount | None = None
    daily_minimum: Amount = 0.0
    conversion: Share | None = None
    price: Positive | None = None
    click_through: Share | None = None
    clicks_per_day: Positive | None = None
    audience: Positive | None = None
    incrementality: Share = 1.0
    campaigns: tuple[Campaign, ...] = ()

    @property
    def paid(self) -> bool:
        """Whether money buys traffic here."""
        return self.kind != "organic"

    def campaign(self, name: object) -> Campaign | None:
        """Return what is said of one of its campaigns; None if nothing is."""
        return next((campaign for campaign in self.campaigns if campaign.name == name), None)

    def with_bids_of(self, campaign: object) -> Channel:
        """Return the channel with the bids that one of its campaigns states in place of its own."""
        stated = self.campaign(campaign)
        if stated is None:
            return self
        return self.model_copy(update=stated.model_dump(include=_BIDS, exclude_none=True))

    @model_validator(mode="after")
    def _bids_in_order(self) -> Channel:
        if self.max_bid is not None and self.max_bid < self.min_bid:
            raise complaint("brief.bids_crossed", channel=self.name, low=self.min_bid, high=self.max_bid)
        for campaign in self.campaigns:
            own = self.with_bids_of(campaign.name)
            if own.max_bid is not None and own.max_bid < own.min_bid:
                values = {"campaign": campaign.name, "low": own.min_bid, "high": own.max_bid}
                raise complaint("brief.campaign_bids_crossed", **values)
        return self

    @model_validator(mode="after")
    def _campaigns_are_paid(self) -> Channel:
        if self.campaigns and not self.paid:
            raise complaint("brief.campaigns_organic", channel=self.name)
        return self


class PriorChange(BriefTable):
    """Multipliers of a usual day's same hour that replace the playbook's."""

    traffic: Positive | None = None
    price: Positive | None = None
    conversion: Positive | None = None
    flash_lift: Positive | None = None


class WindowChange(BriefTable):
    """What to overrule in one window of the playbook; `budget` caps the window's ad spend."""

    window: str | int
    stance: Stance | None = None
    budget: Amount | None = None
    priors: PriorChange = PriorChange()


class HistorySettings(BriefTable):
    """How to read the history files; `encoding` is that of the text files where it is not found rightly."""

    orders_at: Literal["click", "order"] | None = None
    encoding: Encoding | None = None
    columns: dict[str, str] = {}


class Segment(BriefTable):
    """A group of customers who can be written to, and what past sends to them brought."""

    name: Name
    people: Annotated[int, Field(ge=0)]
    response: Share | None = None
    conversion: Share | None = None
    incrementality: Share | None = None
    opt_out: Share | None = None
    customer_value: Amount | None = None
    max_messages: Annotated[int, Field(ge=0, le=10)] = 1
    past_messages: Annotated[int, Field(ge=0)] = 0
    past_visits: Annotated[int, Field(ge=0)] = 0
    past_opt_outs: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _results_in_order(self) -> Segment:
        if not max(self.past_visits, self.past_opt_outs) <= self.past_messages:
            raise complaint("brief.past_results", segment=self.name)
        return self


class Sms(BriefTable):
    """Text messages: what a billed part costs, when they may be sent, and what they say."""

    price: Positive | None = None
    provider: Name | None = None
    hours: str | None = None
    throughput: Positive | None = None
    hold_out: Share = 0.05
    gap_hours: Amount = 12.0
    text: Lines | None = None
    signature: Name | None = None
    offer: Name | None = None
    link: Name | None = None
    segments: tuple[Segment, ...] = ()

    @field_validator("provider")
    @classmethod
    def _provider_exists(cls, value: str | None) -> str | None:
        if value is not None and value not in builtin_providers():
            raise complaint("providers.unknown", found=value, advice=suggestion(value, builtin_providers()))
        return value

    @field_validator("hours")
    @classmethod
    def _hours_in_order(cls, value: str | None) -> str | None:
        if value is not None and parse_hours(value) is None:
            raise complaint("brief.bad_hours")
        return value


class Live(BriefTable):
    """How much an operator changes on the day: changes an hour, and what one has to earn of the profit that is left."""

    most_changes: Annotated[int, Field(ge=1)] = 6
    least_change: Share = 0.005


class Stock(BriefTable):
    """What can be shipped, and how fast."""

    units: Annotated[Number, Field(ge=0)] | None = None
    ship_per_day: Positive | None = None
    promise_hours: Positive = 48.0


class Offer(BriefTable):
    """Flash deals of the seller's own; without `at` at the playbook's times. `price` is the good's before the cut."""

    at: tuple[TimeOfDay, ...] = ()
    name: Name | None = None
    price_cut: Share = 0.5
    places: Annotated[int, Field(ge=0)] = 50
    margin: Share | None = None
    price: Positive | None = None
    lift: Annotated[Number, Field(ge=1)] | None = None


class AdtoolLimits(BriefTable):
    """What to overrule of an ad tool's limits; numbers are per cent of the base bid, 100 leaves it as it is."""

    minimum: Positive | None = None
    maximum: Positive | None = None
    step: Positive | None = None
    off: bool | None = None
    spans_per_day: Annotated[int, Field(ge=1)] | None = None
    spans_total: Annotated[int, Field(ge=1)] | None = None
    overspend: Annotated[Number, Field(ge=1)] | None = None
    least_budget: Amount | None = None

    @model_validator(mode="after")
    def _limits_in_order(self) -> AdtoolLimits:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise complaint("adtools.limits_crossed", low=self.minimum, high=self.maximum)
        return self


class PastEvent(BriefTable):
    """A promotion that already happened and lies in the history."""

    name: Name | None = None
    date: Day
    starts: Local | None = None
    ends: Local | None = None
    opening: Opening | None = None
    playbook: Name | None = None
