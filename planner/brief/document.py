"""The brief as a whole: its tables together, checked against each other, with the playbook laid on its days."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr

from planner.brief.tables import (
    AdtoolLimits,
    BriefTable,
    Budget,
    Channel,
    HistorySettings,
    Offer,
    PastEvent,
    Promotion,
    Shop,
    Sms,
    Stock,
    WindowChange,
)
from planner.errors import InputError, Problem
from planner.playbook import Playbook, load_playbook
from planner.timetable import Timetable, lay_out
from planner.toml_input import TomlSource, parse_model, read_toml, suggestion
from planner.wording import Message

__all__ = ["Brief", "load_brief", "parse_brief"]


class Brief(BriefTable):
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
    adtools: dict[str, AdtoolLimits] = Field(default_factory=dict)

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
    def unchanged_playbook(self) -> Playbook:
        """The playbook that the brief names."""
        return load_playbook(self.promotion.playbook, self.folder)

    @cached_property
    def playbook(self) -> Playbook:
        """The playbook with the brief's changes to its windows put in."""
        if self._changed_playbook is not None:
            return self._changed_playbook
        playbook = self.unchanged_playbook
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

        Examples
        --------
        >>> import planner
        >>> brief = planner.load_brief(planner.example_folder() / "brief.toml")
        >>> changed = brief.with_(budget=40_000, shop={"margin": 0.3})
        >>> changed.budget.total, changed.shop.margin, changed.shop.refund_rate == brief.shop.refund_rate
        (40000.0, 0.3, True)
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

    Examples
    --------
    >>> import planner
    >>> brief = planner.load_brief(planner.example_folder() / "brief.toml")
    >>> brief.promotion.name, brief.budget.total
    ('Double 11 at the tea shop', 8000.0)
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
        playbook = brief.unchanged_playbook
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
