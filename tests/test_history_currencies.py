"""A table whose money is in another currency than the promotion's is noted, wherever it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.history import ReadingSettings, read_history
from planner.history import all_files as gathering
from tests.make_corpus import DAY, table

TABLES = {
    "sign in cells": (["日期", "小时", "点击量", "花费"], "US$", [DAY, 20, 5, "US$3"]),
    "sign": (["日期", "小时", "点击量", "花费"], "$", [DAY, 20, 5, "$3"]),
    "header": (["Day", "Hour of the day", "Clicks", "Cost (USD)"], "USD", [DAY, 20, 5, 3]),
    "column": (["Day", "Hour of the day", "Currency code", "Clicks", "Cost"], "EUR", [DAY, 20, "EUR", 5, 3]),
    "chinese column": (["日期", "小时", "币种", "点击量", "花费"], "美元", [DAY, 20, "美元", 5, 3]),
}
LIKE = [
    (["日期", "小时", "点击量", "花费(元)"], [DAY, 20, 5, "￥3"]),
    (["日期", "小时", "币种", "点击量", "花费（万元）"], [DAY, 20, "人民币", 5, 3]),
    (["Day", "Hour of the day", "Clicks (all)", "Amount spent (CNY)"], [DAY, 20, 5, 3]),
]


def said(tmp_path: Path, header: list[str], row: list[object], currency: str | None) -> list[str]:
    path = tmp_path / "a.csv"
    path.write_text(table(header, [row]), encoding="utf-8")
    history = read_history([path], ReadingSettings(currency=currency))
    return [text for note in history.notes if "not converted" in (text := note.text("en"))]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("name", TABLES)
def test_other_currency_is_noted(tmp_path: Path, monkeypatch, name: str, large: bool):
    if large:
        monkeypatch.setattr(gathering, "LARGE_BYTES", 0)
    header, found, row = TABLES[name]
    notes = said(tmp_path, header, row, "CNY")
    assert len(notes) == 1
    assert f"its money is in {found}, the promotion's in CNY" in notes[0]
    assert not said(tmp_path, header, row, None)


@pytest.mark.parametrize(("header", "row"), LIKE)
def test_own_currency_is_not_noted(tmp_path: Path, header: list[str], row: list[object]):
    assert not said(tmp_path, header, row, "CNY")
