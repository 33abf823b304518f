"""The brief as a whole: its tables together, checked against each other, with the playbook laid on its days."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr

from planner.brief.crossing import cross_problems
from planner.brief.playbook import Playbook, load_playbook
from planner.brief.tables import (
    AdtoolLimits,
    BriefTable,
    Budget,
    Channel,
    HistorySettings,
    Live,
    Offer,
    PastEvent,
    Promotion,
    Shop,
    Sms,
    Stock,
    WindowChange,
)
from planner.brief.timetable import Timetable, lay_out
from planner.brief.toml_input import TomlSource, parse_model, read_toml, suggestion
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Message

__all__ = ["Brief", "load_brief", "parse_brief", "read_brief"]

_TABLE_SUFFIXES = (".csv", ".tsv", ".xls", ".xlsx", ".xlsm", ".parquet", ".zip")
_TABLE_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1")


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
    live: Live = Live()

    _source: TomlSource | None = PrivateAttr(default=None)
    _not_before: dt.datetime | None = PrivateAttr(default=None)
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
        # A copy takes along what was worked out from the playbook before.
        for worked_out in ("playbook", "timetable"):
            brief.__dict__.pop(worked_out, None)
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

    @property
    def plans_campaigns(self) -> bool:
        """Whether campaigns are planned one by one, in any channel."""
        return self.promotion.plan_by == "campaign" or any(channel.campaigns for channel in self.channels)

    def by_channel(self) -> Brief:
        """Return the brief of the same promotion with every channel planned as a whole."""
        whole = tuple(channel.model_copy(update={"campaigns": ()}) for channel in self.channels)
        promotion = self.promotion.model_copy(update={"plan_by": "channel"})
        return self.model_copy(update={"promotion": promotion, "channels": whole})

    @property
    def not_before(self) -> dt.datetime | None:
        """The moment before which nothing can be done any more: that of a plan made on the day."""
        return self._not_before

    def from_now(self, now: dt.datetime) -> Brief:
        """Return the brief of the same promotion of which only what comes after a moment can be planned."""
        later = self.model_copy()
        later._not_before = now
        return later

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
        if homeless := [_home(name) for name in changes if name not in Brief.model_fields]:
            raise InputError(Problem(message) for message in homeless)
        data = self.model_dump(exclude_unset=True)
        for table, value in changes.items():
            if table == "budget" and not isinstance(value, dict):
                value = {"total": value}
            # A list of tables given as one table is for the brief's own check to refuse.
            inside = data.get(table, {}) if isinstance(value, dict) else None
            data[table] = {**inside, **value} if isinstance(inside, dict) else value
        name = self._source.name if self._source else "brief"
        same = "windows" not in changes and data["promotion"].get("playbook", "double11") == self.promotion.playbook
        return parse_brief(
            TomlSource(name, data, self._source.lines if self._source else {}),
            self._changed_playbook if same else None,
        )


def _home(name: str) -> Message:
    """Say what to write for a change that names no table of the brief."""
    for table, model in (("promotion", Promotion), ("budget", Budget), ("shop", Shop), ("stock", Stock), ("sms", Sms)):
        if name in model.model_fields:
            return Message("brief.key_of_a_table", {"name": name, "meant": f'{table}={{"{name}": ...}}'})
    return Message("input.unknown_key", {"name": name, "advice": suggestion(name, Brief.model_fields)})


def read_brief(path: str | Path) -> TomlSource:
    """Return the file of a brief, not yet looked at.

    Raises
    ------
    InputError
        There is no such file, or it is a table of numbers.
    """
    start = b""
    if Path(path).is_file():
        with Path(path).open("rb") as file:
            start = file.read(4)
    if start and (Path(path).suffix.lower() in _TABLE_SUFFIXES or start in _TABLE_STARTS):
        raise InputError([Problem(Message("brief.a_table"), str(path))])
    return read_toml(path)


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
    return parse_brief(read_brief(path))


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
    problems = cross_problems(source, Path(source.name).parent, playbook)
    try:
        brief = parse_model(Brief, source)
    except InputError as error:
        raise InputError([*error.problems, *problems]) from error
    brief._source = source
    brief._changed_playbook = playbook
    if problems:
        raise InputError(problems)
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
