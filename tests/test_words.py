"""How amounts, times and names are written in both languages."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from planner.actions import KINDS
from planner.brief.playbook import Stance
from planner.charts.palette import ACTUAL_INK, FAINT, GREY, INK, PLAN, STANCE_INK, STANCES, TINTS
from planner.charts.words import Words
from planner.vocabulary.wording import catalogue

ZH, EN = Words("zh"), Words("en")


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        (30000, "30,000 元", "¥30,000"),
        (99.994, "99.99 元", "¥99.99"),
        (100.4, "100 元", "¥100"),
        (0, "0 元", "¥0"),
        (-2342.6, "−2,343 元", "−¥2,343"),
        (-0.001, "0.00 元", "¥0.00"),
        (float("nan"), "–", "–"),
    ],
)
def test_money(amount: float, zh: str, en: str) -> None:
    assert (ZH.money(amount), EN.money(amount)) == (zh, en)


def test_money_of_other_currencies_keeps_its_name() -> None:
    assert Words("en", "CHF").money(1234.5, 2) == "CHF 1,234.50"
    assert Words("zh", "USD").money(1234.5, 2) == "1,234.50 USD"
    assert Words("en", "USD").money(1234.5, 2) == "$1,234.50"


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        (30000, "3万", "¥30k"),
        (1500, "1500", "¥1.5k"),
        (29235, "2.92万", "¥29.2k"),
        (-250, "−250", "−¥250"),
        (0, "0", "¥0"),
    ],
)
def test_short_money(amount: float, zh: str, en: str) -> None:
    assert (ZH.short_money(amount), EN.short_money(amount)) == (zh, en)


def test_moments_are_of_the_promotions_zone() -> None:
    moment = pd.Timestamp("2026-11-10 12:00", tz="UTC")
    assert ZH.moment(moment) == "11/10 周二 20:00"
    assert EN.moment(moment) == "Tue 10 Nov 20:00"
    assert Words("en", zone=ZoneInfo("America/New_York")).moment(moment) == "Tue 10 Nov 07:00"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2026-11-10 20:00", "2026-11-10 23:30", "Tue 10 Nov 20:00–23:30"),
        ("2026-11-11 20:00", "2026-11-12 00:00", "Wed 11 Nov 20:00–24:00"),
        ("2026-11-11 00:00", "2026-11-12 00:00", "Wed 11 Nov 00:00–24:00"),
        ("2026-11-10 20:00", "2026-11-12 00:00", "Tue 10 Nov 20:00 – Thu 12 Nov 00:00"),
    ],
)
def test_spans(start: str, end: str, text: str) -> None:
    zone = "Asia/Shanghai"
    assert EN.span(pd.Timestamp(start, tz=zone), pd.Timestamp(end, tz=zone)) == text


def test_multiples_and_shares() -> None:
    assert (EN.times(0.9), EN.times(2), EN.times(12.3), ZH.times(2.44)) == ("0.90×", "2.0×", "12×", "2.4 倍")
    assert (EN.percent(0.445), EN.percent(-0.05)) == ("44%", "−5%")


def test_every_stance_and_kind_of_action_has_a_label_and_a_colour() -> None:
    labels = catalogue("labels")
    stances = set(Stance.__args__)  # type: ignore[attr-defined]
    assert stances == set(STANCES) == set(STANCE_INK) == set(TINTS)
    assert {f"{kind}_{name}" for kind in ("stance", "short") for name in stances} <= set(labels)
    assert {f"kind_{name}" for name in KINDS} <= set(labels)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("stance", sorted(STANCES))
def test_what_is_written_on_a_stance_can_be_read(stance: str) -> None:
    assert contrast(STANCES[stance], STANCE_INK[stance]) >= 3.8
    assert contrast(TINTS[stance], "#222222") >= 7


@pytest.mark.parametrize("colour", [INK, GREY, FAINT, PLAN, ACTUAL_INK])
def test_words_on_white_can_be_read(colour: str) -> None:
    assert contrast(colour, "#FFFFFF") >= 4.5
