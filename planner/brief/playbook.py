"""Playbooks: what is believed of a promotion's hours before any data speak.

A playbook is a TOML file of windows that follow each other without gap or overlap. A moment in it is written either by
the clock of the promotion's days (``D 08:00``, ``D-1 20:00``) or from the opening (``T``, ``T-00:30``, ``T+02:00``);
`lay_out` turns it into instants of one promotion. Nothing in a playbook is tied to a year or a zone.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from planner.brief.profile import Profile
from planner.brief.toml_input import TomlSource, complaint, parse_model, read_toml, suggestion
from planner.brief.toml_texts import one_line
from planner.brief.trust import Trust
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Lang, Message, Text, say

__all__ = [
    "OUTSIDE",
    "Moment",
    "Playbook",
    "Prior",
    "Role",
    "Stance",
    "Window",
    "builtin_playbooks",
    "load_playbook",
    "playbook_text",
    "window_table",
]

Stance = Literal["compete", "hold", "low_bid", "notify", "flash_deal", "neutral"]
Role = Literal["search", "display", "feed", "retarget", "customers", "other"]

_MOMENT = re.compile(r"^\s*(?:D\s*([+-]\d+)?\s+(\d{1,2}):(\d{2})|T\s*(?:([+-])\s*(\d{1,3}):(\d{2}))?)\s*$")


@dataclass(frozen=True)
class Moment:
    """A moment of a promotion: by the clock of a day (`day` given) or from the opening (`day` is None)."""

    day: int | None
    minutes: int

    def __str__(self) -> str:
        sign = "-" if self.minutes < 0 else "+"
        clock = f"{abs(self.minutes) // 60:02d}:{abs(self.minutes) % 60:02d}"
        if self.day is None:
            return f"T{sign}{clock}" if self.minutes else "T"
        return f"D{self.day:+d} {clock}" if self.day else f"D {clock}"

    def at(self, date: dt.date, opening: dt.datetime, zone: ZoneInfo) -> dt.datetime:
        """Return the instant, in UTC.

        A clock time that a zone skips is moved on by as much as the clock was; one that comes twice is the first.
        """
        if self.day is None:
            return opening.astimezone(dt.UTC) + dt.timedelta(minutes=self.minutes)
        midnight = dt.datetime.combine(date + dt.timedelta(days=self.day), dt.time())
        return (midnight + dt.timedelta(minutes=self.minutes)).replace(tzinfo=zone).astimezone(dt.UTC)


def _moment(value: object) -> Moment:
    """Return the moment that a playbook's text means."""
    if isinstance(value, Moment):
        return value
    if isinstance(value, dict) and set(value) == {"day", "minutes"}:
        return Moment(**value)
    match = _MOMENT.match(value) if isinstance(value, str) else None
    if match is None:
        raise complaint("playbook.bad_moment")
    day, hour, minute, sign, more_hours, more_minutes = match.groups()
    if hour is not None:
        if int(hour) > 24 or int(minute) > 59:
            raise complaint("playbook.bad_moment")
        return Moment(int(day or 0), 60 * int(hour) + int(minute))
    minutes = 60 * int(more_hours or 0) + int(more_minutes or 0)
    return Moment(None, -minutes if sign == "-" else minutes)


def _text(value: Any) -> Any:
    """Return text in both languages from a table, or from one text that serves for both; nothing unseen in either."""
    if isinstance(value, str | dict):
        for text in [value] if isinstance(value, str) else value.values():
            if isinstance(text, str):
                one_line(text)
    return Text(value, value) if isinstance(value, str) else value


MomentField = Annotated[Moment, BeforeValidator(_moment)]
TextField = Annotated[Text, BeforeValidator(_text)]
Ratio = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
Spread = Annotated[float, Field(gt=0, le=3, allow_inf_nan=False)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Prior(_Frozen):
    """What a window stands for, as multiples of a usual day's same hour, each with a log standard deviation.

    `flash_lift` is what a flash deal adds to the conversion, a factor on top of `conversion`.
    """

    traffic: Ratio = 1.0
    price: Ratio = 1.0
    conversion: Ratio = 1.0
    flash_lift: Ratio = 1.0
    traffic_sd: Spread = 0.4
    price_sd: Spread = 0.3
    conversion_sd: Spread = 0.4


class Window(_Frozen):
    """A span of the playbook with its stance, the channels it names, its moments and the prior it stands for."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    number: Annotated[int, Field(ge=1)]
    name: TextField
    tied_to: Literal["opening", "clock"]
    start: MomentField
    end: MomentField
    stance: Stance
    channels: tuple[Role, ...] = ()
    flash_deals: tuple[MomentField, ...] = ()
    sms: tuple[MomentField, ...] = ()
    posts: tuple[MomentField, ...] = ()
    reason: TextField
    prior: Prior = Prior()
    by_hour: Profile = Profile()


# Hours of a promotion that its playbook says nothing of.
OUTSIDE = Window(
    id="outside",
    number=1,
    name=Text("手册之外", "outside the playbook"),
    tied_to="clock",
    start=Moment(0, 0),
    end=Moment(0, 0),
    stance="neutral",
    reason=Text("手册没有谈到这一段，按平日安排", "the playbook does not speak of these hours; planned as usual"),
)


class Playbook(_Frozen):
    """Windows in order, the opening they are meant for, and a usual day's rhythm for sellers who have no history.

    `trust` says how far all of it is believed where a history speaks too.
    """

    name: Annotated[str, Field(min_length=1), AfterValidator(one_line)]
    title: TextField
    about: TextField
    opening: MomentField
    usual_day: Annotated[
        tuple[Annotated[float, Field(ge=0, allow_inf_nan=False)], ...], Field(min_length=24, max_length=24)
    ]
    usual_day_sd: Spread = 0.5
    trust: Trust = Trust()
    windows: Annotated[tuple[Window, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _opening_by_clock(self) -> Playbook:
        if self.opening.day is None:
            raise complaint("playbook.opening_by_clock")
        if not sum(self.usual_day):
            raise complaint("playbook.usual_day_zero")
        return self

    def window(self, key: str | int) -> Window | None:
        """Return the window with an id, a number or a name in either language; None if there is none."""
        wanted = str(key).strip().lower()
        for window in self.windows:
            if wanted in (window.id, str(window.number), window.name.zh.lower(), window.name.en.lower()):
                return window
        return OUTSIDE if wanted == OUTSIDE.id else None


def builtin_playbooks() -> list[str]:
    """Return the names of the playbooks that come with the package, the default first."""
    names = sorted(
        entry.name.removesuffix(".toml") for entry in files("planner").joinpath("brief", "playbooks").iterdir()
    )
    return sorted((name for name in names if not name.startswith("_")), key=lambda name: (name != "double11", name))


def playbook_text(name: str) -> str:
    """Return the file of a built-in playbook.

    Raises
    ------
    InputError
        There is no such playbook; the ones there are, are named.
    """
    if name not in builtin_playbooks():
        advice = suggestion(name, builtin_playbooks())
        raise InputError([Problem(Message("playbook.unknown", {"found": name, "advice": advice}))])
    return files("planner").joinpath("brief", "playbooks", f"{name}.toml").read_text(encoding="utf-8")


def load_playbook(name_or_path: str | Path, folder: Path | None = None) -> Playbook:
    """Return a playbook by its built-in name or from a file.

    Parameters
    ----------
    name_or_path
        One of `builtin_playbooks`, or a path to a file of the same form (it ends in ``.toml`` or holds a slash).
    folder
        What a relative path is relative to; by default the working directory.

    Raises
    ------
    InputError
        Everything wrong with the file, or no such playbook.

    Examples
    --------
    >>> from planner.brief.playbook import load_playbook
    >>> [window.stance for window in load_playbook("double11").windows][:4]
    ['compete', 'notify', 'hold', 'compete']
    """
    text = str(name_or_path)
    if text.endswith(".toml") or "/" in text or "\\" in text:
        source = read_toml((folder or Path()) / text)
    else:
        source = read_toml(f"playbook {text}", text=playbook_text(text))
    playbook = parse_model(Playbook, source)
    if problems := _problems(playbook, source):
        raise InputError(problems)
    return playbook


def window_table(playbook: Playbook, lang: Lang) -> str:
    """Return a playbook's windows as lines to read, with the multiples each stands for."""
    lines = [f"{playbook.name}: {playbook.title.text(lang)}", playbook.about.text(lang), ""]
    for window in playbook.windows:
        prior = window.prior
        span = f"{window.start} - {window.end}"
        lines.append(
            f"{window.number:>2}  {span:<23}  {say(f'labels.stance_{window.stance}', lang)}  {window.name.text(lang)}"
        )
        lines.append(
            "    " + say("playbook.prior", lang, traffic=prior.traffic, price=prior.price, conversion=prior.conversion)
        )
        lines.append(f"    {window.reason.text(lang)}")
    return "\n".join(lines)


def _problems(playbook: Playbook, source: TomlSource) -> list[Problem]:
    """Return what is wrong between the windows of a playbook: gaps, overlaps, double names, moments outside."""
    zone = ZoneInfo("UTC")
    date = dt.date(2001, 1, 10)
    opening = playbook.opening.at(date, dt.datetime.min.replace(tzinfo=dt.UTC), zone)
    problems = []

    def report(index: int, place: str, entry: str, **values: object) -> None:
        line = source.line_of(("windows", index, place))
        problems.append(Problem(Message(f"playbook.{entry}", values), source.name, line))

    seen: set[object] = set()
    for index, window in enumerate(playbook.windows):
        start, end = window.start.at(date, opening, zone), window.end.at(date, opening, zone)
        if end <= start:
            report(index, "end", "ends_first", window=window.id)
        if index:
            before = playbook.windows[index - 1]
            gap = (start - before.end.at(date, opening, zone)).total_seconds() / 60
            if gap:
                entry = "gap" if gap > 0 else "overlap"
                report(index, "start", entry, window=window.id, before=before.id, minutes=abs(gap))
        for key, value in (("id", window.id), ("number", window.number)):
            if (key, value) in seen:
                report(index, key, "double", key=key, value=value)
            seen.add((key, value))
        for moment in window.flash_deals:
            if not start <= moment.at(date, opening, zone) <= end:
                report(index, "flash_deals", "moment_outside", window=window.id)
    return problems
