"""The CSV for spreadsheets: BOM, local headings, local times, totals, and no text that calculates."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.outputs.excel_csv import harmless, render_excel_csv
from planner.plan import make_plan
from planner.vocabulary.wording import LANGUAGES, Lang
from tests.conftest import brief_from
from tests.plans_to_look_at import example, odd_brief


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_opens_well_and_sums_to_the_plan(lang: Lang) -> None:
    plan = example(lang)
    content = render_excel_csv(plan, lang)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    table = rows(content)
    assert table[0][:5] == (
        ["日期", "星期", "开始", "结束", "渠道"] if lang == "zh" else ["date", "weekday", "start", "end", "channel"]
    )
    assert len(table) == len(plan.schedule) + 1
    spend = table[0].index("计划花费（元）" if lang == "zh" else "planned spend (¥)")
    assert sum(float(row[spend]) for row in table[1:]) == pytest.approx(plan.schedule["spend"].sum())
    assert table[1][2] == "2026-11-10 20:00"


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@x", "\t=1", "\r=1", "＝1+1", "  =1"])
def test_what_would_calculate_is_made_harmless(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["search", "1+1", "直通车", "", "a=b"])
def test_what_would_not_calculate_is_left_as_it_is(text: str) -> None:
    assert harmless(text) == text


@given(st.text())
def test_nothing_harmless_begins_a_formula(text: str) -> None:
    assert not harmless(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_names_from_outside_are_made_harmless_and_negative_numbers_stay_numbers() -> None:
    text = odd_brief(1, "2026-11-11T00:00:00", "2026-11-11T04:00:00", "en").replace("channel 1", "=cmd|calc")
    table = rows(render_excel_csv(make_plan(brief_from(text))))
    assert {row[4] for row in table[1:]} == {"'=cmd|calc"}
    low = table[0].index("profit, low (¥)")
    assert all(float(row[low]) == float(row[low]) for row in table[1:])
