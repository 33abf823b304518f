"""SMS providers: when they deliver, how they count, what they charge and forbid.

A provider is a TOML file of this package. Each file says under ``[sources]`` where its numbers were read and how far to
trust them; a seller's own contract may differ, and what the brief states overrules it. Hours are by the clock of the
promotion's zone. Prices are per billed part, in the provider's currency.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from planner.brief.toml_input import complaint, parse_model, read_toml, suggestion
from planner.vocabulary.errors import InputError, Problem
from planner.vocabulary.wording import Message, Text

__all__ = ["Provider", "Span", "Upload", "builtin_providers", "default_provider", "load_provider", "parse_hours"]

Span = tuple[int, int]
_HOURS = re.compile(r"^\s*(\d{1,2}):(\d{2})\s*[-–~]\s*(\d{1,2}):(\d{2})\s*$")


def parse_hours(text: str) -> Span | None:
    """Return the minutes of the day at which a span such as ``08:00-20:00`` begins and ends; None if it is none."""
    match = _HOURS.match(text)
    if match is None:
        return None
    start_hour, start_minute, end_hour, end_minute = map(int, match.groups())
    start, end = 60 * start_hour + start_minute, 60 * end_hour + end_minute
    return (start, end) if max(start_minute, end_minute) < 60 and start < end <= 1440 else None


def _span(value: Any) -> Any:
    """Return a span of minutes from its text."""
    if isinstance(value, str):
        span = parse_hours(value)
        if span is None:
            raise complaint("brief.bad_hours")
        return span
    return value


def _text(value: Any) -> Any:
    """Return text in both languages from a table, or from one text that serves for both."""
    return Text(value, value) if isinstance(value, str) else value


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Upload(_Frozen):
    """The recipient file a provider takes: its form, the heading of the number's column, and the most rows."""

    form: Literal["csv", "xlsx"] = "csv"
    heading: str = ""
    rows: Annotated[int, Field(ge=1)] = 1_000_000


class Provider(_Frozen):
    """One provider's rules.

    Attributes
    ----------
    hours
        When promotional messages are delivered. [minutes of the day]
    counting
        ``characters``: a text of up to `single` characters is one part, beyond it every `joined` characters are one.
        ``gsm``: the same with the larger numbers for texts of the GSM alphabet and 70 and 67 for all others.
    keeps_whole
        What is not cut in two where a text goes on in the next part: ``characters``, or the ``clusters`` that a reader
        takes for one character, such as a family of emoji.
    longest
        Most characters a text may have, signature and opt-out included. [characters]
    price
        Of one billed part. [currency]
    per_day
        Most messages one person may get within 24 hours. [messages]
    throughput
        Messages the provider carries in an hour. [messages/hour]
    lead_days
        Working days that registering a signature and a template takes. [days]
    """

    name: Annotated[str, Field(min_length=1)]
    title: Annotated[Text, BeforeValidator(_text)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    hours: Annotated[Span, BeforeValidator(_span)]
    counting: Literal["characters", "gsm"] = "characters"
    single: Annotated[int, Field(ge=1)] = 70
    joined: Annotated[int, Field(ge=1)] = 67
    keeps_whole: Literal["characters", "clusters"] = "characters"
    longest: Annotated[int, Field(ge=1)] = 500
    price: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    signature: Annotated[str, Field(pattern=r"^[^{}]*\{name\}[^{}]*$")] = "【{name}】"
    opt_out: Annotated[Text, BeforeValidator(_text)] = Text("", "")
    per_day: Annotated[int, Field(ge=1)] = 2
    throughput: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    lead_days: Annotated[int, Field(ge=0)] = 0
    cancel_minutes: Annotated[int, Field(ge=0)] = 0
    banned: tuple[str, ...] = ()
    upload: Upload = Upload()
    sources: dict[str, str] = {}

    @property
    def opens(self) -> dt.time:
        """The first minute of the day at which it delivers."""
        return dt.time(self.hours[0] // 60, self.hours[0] % 60)


def builtin_providers() -> list[str]:
    """Return the names of the providers that come with the package, the default for China first."""
    names = sorted(
        entry.name.removesuffix(".toml") for entry in files(__name__).iterdir() if entry.name.endswith(".toml")
    )
    return sorted(names, key=lambda name: (name != "china", name))


def default_provider(currency: str) -> str:
    """Return the provider to assume where none is named: the strictest common rules of the currency's market."""
    return "china" if currency == "CNY" else "international"


@cache
def load_provider(name: str) -> Provider:
    """Return a provider by its name.

    Raises
    ------
    InputError
        No such provider; the ones there are, are named.

    Examples
    --------
    >>> from planner.brief.providers import load_provider
    >>> load_provider("china").hours
    (480, 1200)
    """
    if name not in builtin_providers():
        advice = suggestion(name, builtin_providers())
        raise InputError([Problem(Message("providers.unknown", {"found": name, "advice": advice}))])
    text = (files(__name__) / f"{name}.toml").read_text(encoding="utf-8")
    return parse_model(Provider, read_toml(f"provider {name}", text=text))
