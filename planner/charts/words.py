"""How charts, page and workbook write amounts, times and names: one way in each language.

A `Words` knows one plan's language, currency, zone and names. Amounts are written with the unit after the number in
Chinese (``30,000 元``, ``3万``) and with the sign before it in English (``¥30,000``, ``¥30k``). Times are those of the
promotion's zone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, get_args
from zoneinfo import ZoneInfo

import pandas as pd

from planner.brief.playbook import Stance
from planner.vocabulary.wording import Lang, catalogue, say
from planner.vocabulary.wording.amounts import currency_unit, money_text, with_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.brief import Brief
    from planner.plan import Plan

__all__ = ["Words"]

_STANCES: tuple[str, ...] = get_args(Stance)


@dataclass(frozen=True)
class Words:
    """One plan's way of writing things."""

    lang: Lang
    currency: str = "CNY"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    channels: Mapping[str, str] = field(default_factory=dict)
    windows: Mapping[str, str] = field(default_factory=dict)
    promotion: str = ""

    @classmethod
    def of(cls, plan: Plan, lang: Lang | None = None) -> Words:
        """Return the words of a plan, by default in the plan's own language."""
        return cls.of_brief(plan.brief, lang or plan.lang)

    @classmethod
    def of_brief(cls, brief: Brief, lang: Lang) -> Words:
        """Return the words of a brief."""
        from planner.brief.playbook import OUTSIDE

        return cls(
            lang,
            brief.promotion.currency,
            brief.zone,
            {channel.name: channel.label or channel.name for channel in brief.channels},
            {window.id: window.name.text(lang) for window in (*brief.playbook.windows, OUTSIDE)},
            brief.promotion.name,
        )

    def say(self, key: str, **values: Any) -> str:
        """Return an entry of the catalogue."""
        return say(key, self.lang, **values)

    def label(self, kind: str, name: str) -> str:
        """Return the label of one of our machine words (``stance``, ``kind``, ``compared``); itself if it has none."""
        entry = catalogue("labels").get(f"{kind}_{name}")
        return entry[self.lang] if entry else name

    def stance(self, name: str) -> str:
        """Return the label of a stance."""
        return self.label("stance", name)

    def channel(self, name: str) -> str:
        """Return what the seller calls a channel."""
        return self.channels.get(name, name)

    def window(self, name: str) -> str:
        """Return the name of a window."""
        return self.windows.get(name, name)

    @cached_property
    def unit(self) -> str:
        """The currency as the unit of an axis or a column."""
        return currency_unit(self.currency, self.lang)

    def money(self, amount: float, places: int | None = None) -> str:
        """Return an amount: to the unit from 100 on, with two digits below, or with as many as asked for."""
        return money_text(amount, self.currency, self.lang, places)

    def short_money(self, amount: float) -> str:
        """Return an amount as an axis writes it: ``3万`` or ``¥30k``."""
        size = abs(amount)
        steps = ((1e8, "亿"), (1e4, "万")) if self.lang == "zh" else ((1e6, "M"), (1e3, "k"))
        scale, letter = next((step for step in steps if size >= step[0]), (1.0, ""))
        digits = f"{size / scale:.10g}" if round(size / scale, 2) == size / scale else f"{size / scale:.3g}"
        if self.lang == "zh" and self.currency == "CNY":
            return ("−" if amount < 0 else "") + digits + letter
        return with_unit(digits + letter, self.currency, self.lang, negative=amount < 0)

    def percent(self, share: float, places: int = 0) -> str:
        """Return a share in per cent."""
        return f"{100 * share:.{places}f}%".replace("-", "−")

    def times(self, ratio: float) -> str:
        """Return a multiple of the usual, such as ``2.4×`` or ``2.4 倍``."""
        digits = f"{ratio:.{2 if ratio < 0.995 else 1 if ratio < 9.95 else 0}f}"
        return f"{digits} 倍" if self.lang == "zh" else f"{digits}×"

    def local(self, moment: pd.Timestamp) -> pd.Timestamp:
        """Return a moment by the promotion's clock."""
        return pd.Timestamp(moment).tz_convert(self.zone)

    def clock(self, moment: pd.Timestamp) -> str:
        """Return the time of day."""
        return f"{self.local(moment):%H:%M}"

    def day(self, moment: pd.Timestamp) -> str:
        """Return the day with its weekday."""
        local = self.local(moment)
        weekday = say(f"labels.weekday_{local.weekday()}", self.lang)
        if self.lang == "zh":
            return f"{local.month}/{local.day} {weekday}"
        return f"{weekday} {local.day} {say(f'labels.month_{local.month}', 'en')}"

    def moment(self, moment: pd.Timestamp) -> str:
        """Return day and time."""
        return f"{self.day(moment)} {self.clock(moment)}"

    def span(self, start: pd.Timestamp, end: pd.Timestamp) -> str:
        """Return a span of time; the end of a day is 24:00."""
        first, last = self.local(start), self.local(end)
        midnight = last == last.normalize() and (last - first) <= pd.Timedelta(hours=26)
        same_day = first.date() == last.date() or (midnight and (last - pd.Timedelta(minutes=1)).date() == first.date())
        closing = "24:00" if midnight and same_day else f"{last:%H:%M}"
        return (
            f"{self.day(first)} {first:%H:%M}–{closing}" if same_day else f"{self.moment(first)} – {self.moment(last)}"
        )
