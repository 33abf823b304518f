"""The workbook, read back: totals, text that stays text, widths for Chinese, formulas that follow edits."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from functools import cache
from typing import Any

import openpyxl
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from planner.outputs.workbook import render_workbook, write_workbook
from planner.plan import make_plan
from planner.vocabulary.wording import LANGUAGES, Lang
from tests.conftest import brief_from
from tests.plans_to_look_at import example, odd, odd_brief

SHEETS = {
    "zh": ["操作清单", "投放排期", "分时热力", "短信", "预算设置", "前提"],
    "en": ["Run sheet", "Schedule", "Grid", "SMS", "Budgets", "Assumptions"],
}


@cache
def content(lang: Lang) -> bytes:
    return render_workbook(example(lang), lang)


def rows(lang: Lang, sheet: int) -> list[list[Any]]:
    """Return a sheet's cells as a reader that does not calculate sees them."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content(lang)))
    return book.get_sheet_by_index(sheet).to_python()


def opened(data: bytes) -> openpyxl.Workbook:
    """Return a workbook with its formulas; openpyxl cannot read the bars behind numbers, and says so."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(data))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sheets_are_named_in_the_language(lang: Lang) -> None:
    assert CalamineWorkbook.from_filelike(io.BytesIO(content(lang))).sheet_names == SHEETS[lang]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_totals_are_the_plans(lang: Lang) -> None:
    plan = example(lang)
    schedule, grid, sms = rows(lang, 1), rows(lang, 2), rows(lang, 3)
    spend = schedule[0].index(next(cell for cell in schedule[0] if "花费（" in cell or "planned spend" in cell))
    assert len(schedule) == len(plan.schedule) + 2
    assert [row[spend] for row in schedule[1:-1]] == pytest.approx(plan.schedule["spend"].tolist())
    total = plan.schedule["spend"].sum()
    assert schedule[-1][spend] == pytest.approx(total)
    assert grid[-1][25] == pytest.approx(total)
    assert sum(sum(row[1:25]) for row in grid[2:-1]) == pytest.approx(total)
    assert sms[-1][3] == pytest.approx(plan.sms["messages"].sum())


def test_the_run_sheet_has_every_action_in_order_of_time() -> None:
    sheet = rows("en", 0)
    actions = example("en").actions.sort_values("at", kind="stable")
    assert [row[4] for row in sheet[1:]] == actions["what"].tolist()
    assert [pd.Timestamp(row[1]) for row in sheet[1:]] == [moment.tz_localize(None) for moment in actions["at"]]


def test_the_grid_follows_the_schedule_by_formulas_that_carry_their_value() -> None:
    sheet = opened(content("en"))["Grid"]
    formulas = [cell.value for row in sheet.iter_rows(min_row=3, min_col=2, max_col=25) for cell in row]
    assert all(str(formula).startswith("=S") for formula in formulas)
    assert "'Schedule'!$H$2" in sheet["B3"].value
    shown = rows("en", 2)
    by_hour = example("en").schedule.groupby(example("en").schedule["start"].dt.hour)["spend"].sum()
    assert shown[-1][1:25] == pytest.approx([by_hour.get(hour, 0.0) for hour in range(24)])


@pytest.mark.parametrize("name", ["a shop, of all things, with a very long name" * 6, "=1+1", "50% * off?"])
def test_the_grids_choice_takes_any_names_of_channels(name: str) -> None:
    text = odd_brief(2, "2026-11-11T00:00:00", "2026-11-11T04:00:00", "en").replace("channel 1", name)
    sheet = opened(render_workbook(make_plan(brief_from(text))))["Grid"]
    (rule,) = sheet.data_validations.dataValidation
    cells = sheet[rule.formula1.replace("$", "")][0]
    assert [cell.value for cell in cells] == [sheet["A2"].value, name, "channel 2"]
    assert sheet.column_dimensions[cells[0].column_letter].hidden
    wild = 'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE($A$2,"~","~~"),"*","~*"),"?","~?")'
    assert f'"*","="&{wild})' in sheet["B3"].value


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "+86 shop", "-cmd", "https://example.org", "'quoted"])
def test_no_text_becomes_a_formula_or_a_link(name: str) -> None:
    text = odd_brief(1, "2026-11-11T00:00:00", "2026-11-11T04:00:00", "en").replace("channel 1", name)
    data = render_workbook(make_plan(brief_from(text)))
    cells = [cell for row in opened(data)["Schedule"].iter_rows(min_row=2, max_row=5) for cell in row]
    named = [cell for cell in cells if cell.value == name]
    assert len(named) == 4
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in named)


def test_columns_are_wide_enough_for_chinese_and_panes_and_filters_are_set() -> None:
    book = opened(content("zh"))
    sheet = book["投放排期"]
    widths = {
        sheet.cell(1, at).value: sheet.column_dimensions[sheet.cell(1, at).column_letter].width for at in range(1, 9)
    }
    assert widths["渠道"] >= 2 * len("老访客定向")
    assert sheet.freeze_panes == "F2"
    assert sheet.auto_filter.ref.startswith("A1:")
    assert sheet.page_setup.orientation == "landscape"
    assert any(
        validation.formula1 and "竞争" in validation.formula1 for validation in sheet.data_validations.dataValidation
    )


def test_stances_have_our_colours() -> None:
    with zipfile.ZipFile(io.BytesIO(content("en"))) as archive:
        styles = archive.read("xl/styles.xml").decode()
    for tint in ("F6CDB4", "CFE4F5", "FBF0BE", "E9CFDC"):
        assert tint in styles


def test_the_same_plan_gives_the_same_bytes(tmp_path: Any) -> None:
    write_workbook(example("en"), tmp_path / "plan.xlsx", "en")
    assert (tmp_path / "plan.xlsx").read_bytes() == content("en")


def test_a_plan_without_messages_has_an_empty_sheet_and_an_odd_plan_is_written() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(render_workbook(odd(1, 7, "en"))))
    assert len(book.get_sheet_by_name("SMS").to_python()) == 1
    assert len(book.get_sheet_by_name("Grid").to_python()) == 2 + 7 + 1


def test_assumptions_hold_the_summary_and_the_certificate() -> None:
    sheet = rows("en", 5)
    values = {row[0]: row[1] for row in sheet if isinstance(row[1], float)}
    assert values["expected profit"] == pytest.approx(example("en").summary.profit)
    assert values["budget"] == 8000
    assert any(re.match(r"Every limit is kept", str(row[0])) for row in sheet)
