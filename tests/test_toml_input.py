from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.brief import load_brief
from planner.brief.toml_input import read_toml
from planner.vocabulary.errors import InputError

TEN_MISTAKES = """[promotion]
name = “双11”
date = 2026-11-11
timezone = "Asia/Shangai"
foo = 3

[budget]
total = "three"
reserve = -4

[shop]
platform = "tmal"
margin = 40

[[channels]]
name = "search"
base_bidd = 3
conversion = nan

[[channels]]
name = 搜索
kind = true
"""


def _lines(text: str, folder: Path) -> list[str]:
    path = folder / "brief.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_brief(path)
    return str(caught.value).replace(f"{path}:", "").splitlines()


def test_ten_mistakes_give_ten_lines_each_with_its_number_and_a_way_out(tmp_path: Path) -> None:
    assert _lines(TEN_MISTAKES, tmp_path) == [
        '2: full-width or curly punctuation “; write it in plain ASCII: name = "双11"',
        '4: timezone = "Asia/Shangai": no such time zone; did you mean Asia/Shanghai?',
        "5: unknown key foo; allowed are currency, date, ends, lang, name, opening, plan_by, playbook, starts, "
        "timezone",
        '8: total = "three": should be an amount such as 30000, "30k" or "3万"',
        "9: reserve = -4: should be >= 0",
        '12: platform = "tmal": did you mean tmall?',
        "13: margin = 40: should be between 0 and 1 (write 0.4 for 40 %)",
        "17: unknown key base_bidd; did you mean base_bid?",
        "18: conversion = nan: should be between 0 and 1 (0.4 is 40 %)",
        '21: 搜索 is text and needs quotes: name = "搜索"',
        "22: kind = true: allowed are cpc, cpm, organic",
    ]


def test_a_brief_without_its_tables_says_which_are_missing(tmp_path: Path) -> None:
    lines = _lines("[promotion]\nname = 'x'\n", tmp_path)
    assert any("date is missing from [promotion]" in line for line in lines)
    assert any("budget is missing from the file" in line for line in lines)
    assert any("shop is missing from the file" in line for line in lines)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_read_toml_takes_what_editors_write(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "brief.toml"
    path.write_bytes('name = "茶铺的双十一活动"\r\n'.encode(encoding))
    source = read_toml(path)
    assert source.data == {"name": "茶铺的双十一活动"}
    assert not source.problems


def test_read_toml_of_no_file_names_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.toml: no such file"):
        read_toml(tmp_path / "gone.toml")


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ("total＝30000", "total=30000"),
        ("at = [“12:30”， “13:00”]", 'at = ["12:30", "13:00"]'),
        ("name = ‘双11’", "name = '双11'"),
        ("［budget］", "[budget]"),
    ],
)
def test_full_width_punctuation_is_named_with_the_mended_line(line: str, mended: str) -> None:
    (problem,) = read_toml("x.toml", text=line).problems
    assert problem.text("en").endswith(f"write it in plain ASCII: {mended}")
    assert "全角" in problem.text("zh")


def test_chinese_punctuation_inside_quotes_is_the_users_own() -> None:
    source = read_toml("x.toml", text='text = "全场“半价”，速来＝省"')
    assert source.problems == ()
    assert source.data["text"] == "全场“半价”，速来＝省"


@given(st.text(max_size=200))
def test_read_toml_survives_any_text(text: str) -> None:
    source = read_toml("x.toml", text=text)
    assert isinstance(source.data, dict)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("budget.total = 3万  # all of it", '3万 is text and needs quotes: budget.total = "3万"'),
        ("budget.total = 30,000", '30,000 is text and needs quotes: budget.total = "30,000"'),
        ("promotion.date = 2026/11/11", "write the date 2026/11/11 as: promotion.date = 2026-11-11"),
        ("promotion.date = 2026-1-5", "write the date 2026-1-5 as: promotion.date = 2026-01-05"),
        ("promotion.date = 2026-11-31", "promotion.date = 2026-11-31: there is no such day"),
    ],
)
def test_a_value_that_cannot_be_read_is_mended_and_not_also_missing(line: str, answer: str, tmp_path: Path) -> None:
    rest = {"promotion.date": "2026-11-11", "budget.total": "100", "shop.margin": "0.4"}
    rest.pop(line.split(" =")[0])
    path = tmp_path / "brief.toml"
    path.write_text("\n".join([line, *(f"{key} = {value}" for key, value in rest.items())]), encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_brief(path)
    assert [problem.text("en") for problem in error.value.problems] == [f"{path}:1: {answer}"]


def test_a_slip_in_a_tables_name_is_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "brief.toml"
    path.write_text("[promotion]\ndate = 2026-11-11\n[budgets]\ntotal = 5\n[shop]\nmargin = 0.4\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_brief(path)
    (problem,) = error.value.problems
    assert problem.text("en") == f"{path}:3: unknown key [budgets]; did you mean [budget]?"


@pytest.mark.parametrize(("header", "mended"), [("[shop", "[shop]"), ("[[channels]", "[[channels]]")])
def test_a_header_without_its_bracket_is_mended(header: str, mended: str, tmp_path: Path) -> None:
    rest = "promotion.date = 2026-11-11\nbudget.total = 5\nshop.margin = 0.4\n"
    keys = {"[shop": "order_value = 5", "[[channels]": 'name = "search"'}[header]
    rest = rest.replace("shop.margin = 0.4\n", "") if header == "[shop" else rest
    keys += "\nmargin = 0.4" if header == "[shop" else ""
    path = tmp_path / "brief.toml"
    path.write_text(f"{rest}{header}\n{keys}\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_brief(path)
    (problem,) = error.value.problems
    assert problem.text("en").endswith(f"{header}: a bracket is missing; write {mended}")
