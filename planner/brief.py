"""The brief: what the seller tells us about one promotion, checked and frozen.

A brief is a TOML file; the models below are its form and the objects the stages work with. Amounts are in the brief's
currency, shares are between 0 and 1. What the brief states overrules the history.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from planner.errors import InputError, Problem
from planner.playbook import Playbook, Role, Stance, load_playbook
from planner.providers import builtin_providers, parse_hours
from planner.timetable import Timetable, lay_out
from planner.toml_input import TomlSource, complaint, parse_model, read_toml, suggestion
from planner.wording import Lang, Message

__all__ = [
    "AdtoolLimits",
    "Brief",
    "Budget",
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
    "load_brief",
    "parse_amount",
    "parse_brief",
]

_UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "千": 1e3, "万": 1e4, "w": 1e4, "亿": 1e8}
_AMOUNT = re.compile(r"^(-?\d+(?:\.\d+)?)\s*([km千万w亿]?)$")


def parse_amount(text: str) -> float | None:
    """Return the number an amount such as ``30000``, ``30k``, ``3万`` or ``¥30,000`` means; None if it is none."""
    bare = re.sub(r"[¥￥$€£,，_\s元]", "", text.strip().lower())
    match = _AMOUNT.match(bare)
    return float(match.group(1)) * _UNITS[match.group(2)] if match else None


def _amount(value: object) -> object:
    """Return a number for an amount written as text; anything else is left to the number's own check."""
    if isinstance(value, str):
        number = parse_amount(value)
        if number is None:
            raise complaint("brief.bad_amount")
        return number
    return _no_flag(value)


def _share(value: object) -> object:
    """Return a share; ``"40%"`` is 0.4, and 40 is answered with 0.40."""
    if isinstance(value, str):
        match = re.match(r"^\s*(\d+(?:\.\d+)?)\s*[%％]\s*$", value)
        if match is None:
            raise complaint("brief.bad_share", advice=Message("brief.share_example"))
        value = float(match.group(1)) / 100
    value = _no_flag(value)
    if isinstance(value, int | float) and not 0 <= value <= 1:
        percent = 1 < value <= 100
        advice = (
            Message("brief.share_percent", {"share": value / 100, "percent": value})
            if percent
            else Message("brief.share_example")
        )
        raise complaint("brief.bad_share", advice=advice)
    return value


def _no_flag(value: object) -> object:
    """Return a value; true and false are no numbers."""
    if isinstance(value, bool):
        raise complaint("brief.flag_for_number")
    return value


def _local_moment(value: object) -> object:
    """Return a date and time from TOML's own form or from text such as ``2026-11-10 20:00``."""
    if isinstance(value, str):
        for pattern in ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M"):
            try:
                return dt.datetime.strptime(value.strip(), pattern)
            except ValueError:
                continue
        try:
            return dt.datetime.fromisoformat(value.strip())
        except ValueError:
            raise complaint("brief.bad_moment") from None
    if not isinstance(value, dt.datetime | dt.time):
        raise complaint("brief.bad_moment")
    return value


def _times(value: object) -> object:
    """Return a time of day from TOML's own form or from text such as ``12:30``."""
    if isinstance(value, str):
        try:
            return dt.time.fromisoformat(value.strip())
        except ValueError:
            raise complaint("brief.bad_time") from None
    return value


_Finite = Field(allow_inf_nan=False)
Amount = Annotated[float, BeforeValidator(_amount), Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, BeforeValidator(_amount), Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, BeforeValidator(_share), _Finite]
Local = Annotated[dt.datetime, BeforeValidator(_local_moment)]
Opening = Annotated[dt.datetime | dt.time, BeforeValidator(_local_moment)]
Name = Annotated[str, Field(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Promotion(_Table):
    """When and where the promotion is."""

    name: Name = "promotion"
    playbook: Name = "double11"
    date: dt.date
    opening: Opening | None = None
    starts: Local | None = None
    ends: Local | None = None
    timezone: str = "Asia/Shanghai"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    lang: Lang | None = None

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        if value not in available_timezones():
            raise complaint(
                "brief.no_such_zone",
                advice=suggestion(value, available_timezones()).values.get("meant", "Asia/Shanghai"),
            )
        return value

    @field_validator("date", mode="before")
    @classmethod
    def _plain_date(cls, value: object) -> object:
        if isinstance(value, str):
            match = re.match(r"^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\s*$", value)
            try:
                return dt.date(*map(int, match.groups())) if match else value
            except ValueError:
                return value
        return value


class Budget(_Table):
    """The money: ads and SMS together."""

    total: Positive
    reserve: Amount = 0.0
    min_return: Amount = 0.0


class Shop(_Table):
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


class Channel(_Table):
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

    @property
    def paid(self) -> bool:
        """Whether money buys traffic here."""
        return self.kind != "organic"

    @model_validator(mode="after")
    def _bids_in_order(self) -> Channel:
        if self.max_bid is not None and self.max_bid < self.min_bid:
            raise complaint("brief.bids_crossed", channel=self.name, low=self.min_bid, high=self.max_bid)
        return self


class PriorChange(_Table):
    """Multipliers of a usual day's same hour that replace the playbook's."""

    traffic: Positive | None = None
    price: Positive | None = None
    conversion: Positive | None = None
    flash_lift: Positive | None = None


class WindowChange(_Table):
    """What to overrule in one window of the playbook; `budget` caps the window's ad spend."""

    window: str | int
    stance: Stance | None = None
    budget: Amount | None = None
    priors: PriorChange = PriorChange()


class HistorySettings(_Table):
    """How to read the history files."""

    orders_at: Literal["click", "order"] | None = None
    columns: dict[str, str] = {}


class Segment(_Table):
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


class Sms(_Table):
    """Text messages: what a billed part costs, when they may be sent, and what they say."""

    price: Positive | None = None
    provider: Name | None = None
    hours: str | None = None
    throughput: Positive | None = None
    hold_out: Share = 0.05
    gap_hours: Amount = 12.0
    text: str | None = None
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


class Stock(_Table):
    """What can be shipped, and how fast."""

    units: Annotated[float, BeforeValidator(_no_flag), Field(ge=0, allow_inf_nan=False)] | None = None
    ship_per_day: Positive | None = None
    promise_hours: Positive = 48.0


class Offer(_Table):
    """Flash deals of the seller's own; without any the playbook's are planned. `price` is the good's before the cut."""

    at: tuple[Annotated[dt.time, BeforeValidator(_times)], ...] = ()
    name: Name | None = None
    price_cut: Share = 0.5
    places: Annotated[int, Field(ge=0)] = 50
    margin: Share | None = None
    price: Positive | None = None
    lift: Annotated[float, BeforeValidator(_no_flag), Field(ge=1, allow_inf_nan=False)] | None = None


class AdtoolLimits(_Table):
    """What to overrule of an ad tool's limits; numbers are per cent of the base bid, 100 leaves it as it is."""

    minimum: Positive | None = None
    maximum: Positive | None = None
    step: Positive | None = None
    off: bool | None = None
    spans_per_day: Annotated[int, Field(ge=1)] | None = None
    spans_total: Annotated[int, Field(ge=1)] | None = None
    overspend: Annotated[float, BeforeValidator(_no_flag), Field(ge=1, allow_inf_nan=False)] | None = None
    least_budget: Amount | None = None

    @model_validator(mode="after")
    def _limits_in_order(self) -> AdtoolLimits:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise complaint("adtools.limits_crossed", low=self.minimum, high=self.maximum)
        return self


class PastEvent(_Table):
    """A promotion that already happened and lies in the history."""

    name: Name | None = None
    date: dt.date
    starts: Local | None = None
    ends: Local | None = None
    opening: Opening | None = None
    playbook: Name | None = None


class Brief(_Table):
    """Everything the seller tells us."""

    promotion: Promotion
    budget: Budget
    shop: Shop
    channels: tuple[Channel, ...] = ()
    windows: tuple[WindowChange, ...] = ()
    history: HistorySettings = HistorySettings()
    sms: Sms | None = None
    stock: Stock = Stock()
    offers: tuple[Offer, ...] = ()
    past_events: tuple[PastEvent, ...] = ()
    adtools: dict[str, AdtoolLimits] = {}

    _source: TomlSource | None = PrivateAttr(default=None)
    _changed_playbook: Playbook | None = PrivateAttr(default=None)

    @property
    def folder(self) -> Path:
        """Where paths in the brief are relative to."""
        return Path(self._source.name).parent if self._source else Path()

    @property
    def zone(self) -> ZoneInfo:
        """The promotion's zone."""
        return ZoneInfo(self.promotion.timezone)

    @cached_property
    def playbook(self) -> Playbook:
        """The playbook with the brief's changes to its windows put in."""
        if self._changed_playbook is not None:
            return self._changed_playbook
        playbook = load_playbook(self.promotion.playbook, self.folder)
        changes = {window.id: change for change in self.windows if (window := playbook.window(change.window))}
        windows = []
        for window in playbook.windows:
            change = changes.get(window.id)
            if change is not None:
                priors = change.priors.model_dump(exclude_none=True)
                window = window.model_copy(
                    update={"stance": change.stance or window.stance, "prior": window.prior.model_copy(update=priors)}
                )
            windows.append(window)
        return playbook.model_copy(update={"windows": tuple(windows)})

    @cached_property
    def timetable(self) -> Timetable:
        """The playbook laid on the promotion."""
        promotion = self.promotion
        return lay_out(
            self.playbook,
            promotion.date,
            self.zone,
            opening=self.instant(promotion.opening, promotion.date),
            starts=self.instant(promotion.starts, promotion.date),
            ends=self.instant(promotion.ends, promotion.date),
            source=self._source,
        )

    def laid_on(self, playbook: Playbook) -> Brief:
        """Return the brief with a playbook at hand, its changes put in already, instead of the file it names."""
        brief = self.model_copy()
        brief._changed_playbook = playbook
        return brief

    def past_timetable(self, event: PastEvent) -> Timetable:
        """Return the playbook of a past event laid on its days; by default this promotion's playbook and opening."""
        playbook = load_playbook(event.playbook, self.folder) if event.playbook else self.playbook
        opening = self.instant(event.opening, event.date)
        if opening is None and event.playbook is None and self.promotion.opening is not None:
            wall = self.timetable.opening.astimezone(self.zone).replace(tzinfo=None)
            days = event.date - self.promotion.date
            opening = (wall + days).replace(tzinfo=self.zone)
        return lay_out(
            playbook,
            event.date,
            self.zone,
            opening=opening,
            starts=self.instant(event.starts, event.date),
            ends=self.instant(event.ends, event.date),
        )

    def instant(self, moment: dt.datetime | dt.time | None, date: dt.date) -> dt.datetime | None:
        """Return a zone-aware moment: local times are the promotion's zone's, a bare time is on `date`."""
        if moment is None:
            return None
        if isinstance(moment, dt.time):
            moment = dt.datetime.combine(date, moment)
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def problem(self, message: Message, *location: str | int) -> Problem:
        """Return a problem at a place of the brief, such as ``("sms", "price")``."""
        if self._source is None:
            return Problem(message)
        return Problem(message, self._source.name, self._source.line_of(location))

    def channel(self, name: str) -> Channel | None:
        """Return what the brief says of a channel; None if it says nothing."""
        return next((channel for channel in self.channels if channel.name == name), None)

    def with_(self, **changes: Any) -> Brief:
        """Return a brief with some values changed, checked like any other.

        Parameters
        ----------
        changes
            A table's name with a dict of keys (``shop={"margin": 0.3}``), or a whole list of tables
            (``channels=[...]``); ``budget=40_000`` is short for ``budget={"total": 40_000}``.

        Raises
        ------
        InputError
            A value that a brief may not have.
        """
        data = self.model_dump(exclude_unset=True)
        for table, value in changes.items():
            if table == "budget" and not isinstance(value, dict):
                value = {"total": value}
            data[table] = {**data.get(table, {}), **value} if isinstance(value, dict) else value
        name = self._source.name if self._source else "brief"
        same = "windows" not in changes and data["promotion"].get("playbook", "double11") == self.promotion.playbook
        return parse_brief(
            TomlSource(name, data, self._source.lines if self._source else {}),
            self._changed_playbook if same else None,
        )


def load_brief(path: str | Path) -> Brief:
    """Read a brief.

    Parameters
    ----------
    path
        A TOML file such as ``planner init`` writes.

    Raises
    ------
    InputError
        Everything wrong with it, each with its line.
    """
    return parse_brief(read_toml(path))


def parse_brief(source: TomlSource, playbook: Playbook | None = None) -> Brief:
    """Return the brief that a TOML file holds, its playbooks and moments checked too.

    Parameters
    ----------
    source
        The file.
    playbook
        The brief's playbook where it is at hand, the brief's changes put in already.

    Raises
    ------
    InputError
        Everything wrong with it, each with its line.
    """
    # What crosses tables can only be looked at in a brief whose tables hold.
    brief = parse_model(Brief, source)
    brief._source = source
    brief._changed_playbook = playbook
    problems = _cross_problems(brief, source)
    for event in (None, *brief.past_events):
        problems += [problem for problem in _layout_problems(brief, event) if problem not in problems]
    if problems:
        raise InputError(problems)
    return brief


def _layout_problems(brief: Brief, event: PastEvent | None) -> tuple[Problem, ...]:
    """Return what keeps the playbook from being laid on a past event, or on the promotion itself."""
    try:
        timetable = brief.past_timetable(event) if event else brief.timetable
    except InputError as error:
        return error.problems
    assert timetable.spans
    return ()


def _adtool_names() -> tuple[str, ...]:
    """Return the ad tools there are: a file each, so that a new one needs no list of names."""
    found = (path.name.removesuffix(".py") for path in files("planner").joinpath("adtools", "targets").iterdir())
    return tuple(sorted(name.replace("_", "-") for name in found if not name.startswith("_")))


def _cross_problems(brief: Brief, source: TomlSource) -> list[Problem]:
    """Return what is wrong between the tables of a brief."""
    problems: list[Problem] = []

    def report(location: tuple[str | int, ...], key: str, **values: object) -> None:
        problems.append(Problem(Message(f"brief.{key}", values), source.name, source.line_of(location)))

    if brief.budget.reserve >= brief.budget.total:
        report(("budget", "reserve"), "reserve_too_large", reserve=brief.budget.reserve, total=brief.budget.total)
    for table, names in (
        ("channels", [channel.name for channel in brief.channels]),
        ("segments", [segment.name for segment in brief.sms.segments] if brief.sms else []),
        ("windows", [str(change.window) for change in brief.windows]),
    ):
        for index, name in enumerate(names):
            if name in names[:index]:
                place = ("sms", table, index) if table == "segments" else (table, index)
                report(place, "named_twice", name=name)
    for target in sorted(set(brief.adtools) - set(_adtool_names())):
        advice = suggestion(target, _adtool_names())
        message = Message("adtools.unknown_target", {"found": target, "advice": advice})
        problems.append(Problem(message, source.name, source.line_of(("adtools", target))))
    try:
        playbook = load_playbook(brief.promotion.playbook, brief.folder)
    except InputError:
        return problems
    for index, change in enumerate(brief.windows):
        if playbook.window(change.window) is None:
            known = [f"{window.number} ({window.id})" for window in playbook.windows]
            report(("windows", index, "window"), "no_such_window", found=change.window, allowed=", ".join(known))
    for index, event in enumerate(brief.past_events):
        if event.date >= brief.promotion.date:
            report(("past_events", index, "date"), "past_not_past", found=event.date, date=brief.promotion.date)
    return problems
