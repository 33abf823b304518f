"""Order lists whose order numbers a spreadsheet has kept as numbers."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter

from planner.history import History, ReadingSettings, read_history

HEADER = ["订单编号", "买家实际支付金额", "订单付款时间"]
# Three orders whose numbers differ beyond the digits that a spreadsheet keeps.
TIMES = ["2026-11-02 20:03:11", "2026-11-02 20:03:11", "2026-11-02 21:10:00"]


def sold(path: Path) -> tuple[list[float], list[float], str]:
    history: History = read_history([path], ReadingSettings())
    said = " ".join(note.text("en") for note in history.notes)
    return history.table["orders"].tolist(), history.table["revenue"].tolist(), said


@pytest.mark.parametrize("number", ["1.23457E+18", "1.2345678901234568e+18", "1234567890123450000", "2E18"])
def test_order_numbers_that_lost_their_digits_merge_no_orders(tmp_path: Path, number: str):
    path = tmp_path / "orders.csv"
    rows = [HEADER, *[[number, f"{10 + at}.00", time] for at, time in enumerate(TIMES)]]
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    orders, revenue, said = sold(path)
    assert (orders, revenue) == ([2.0, 1.0], [21.0, 12.0])
    assert (
        f"3 order number(s) were kept as numbers by a spreadsheet and lost their last digits (such as {number})" in said
    )


def test_order_numbers_kept_as_doubles_in_a_workbook_merge_no_orders(tmp_path: Path):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("orders")
    sheet.write_row(0, 0, HEADER)
    for at, time in enumerate(TIMES, start=1):
        sheet.write_number(at, 0, 2**60 + at)
        sheet.write_number(at, 1, 10.0 + at)
        sheet.write_string(at, 2, time)
    book.close()
    path = tmp_path / "orders.xlsx"
    path.write_bytes(out.getvalue())
    orders, revenue, said = sold(path)
    assert (orders, revenue) == ([2.0, 1.0], [23.0, 13.0])
    assert "lost their last digits" in said


def test_lines_of_one_number_paid_at_different_times_stay_apart(tmp_path: Path):
    path = tmp_path / "orders.csv"
    rows = [HEADER, ["1001", "5.00", TIMES[0]], ["1001", "6.00", TIMES[0]], ["1001", "7.00", TIMES[2]]]
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    orders, revenue, said = sold(path)
    assert (orders, revenue) == ([1.0, 1.0], [11.0, 7.0])
    assert "3 lines put together to 2 orders" in said


def test_order_paid_at_midnight_of_which_a_workbook_keeps_the_day_alone_counts(tmp_path: Path):
    path = tmp_path / "orders.csv"
    rows = [HEADER, ["1001", "5.00", "2026-11-02"], ["1002", "6.00", "2026-11-02 00:00:01"]]
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    orders, revenue, _ = sold(path)
    assert (orders, revenue) == ([2.0], [11.0])


def test_amounts_with_a_decimal_comma_or_a_unit_in_the_header_are_read_in_whole_units(tmp_path: Path):
    path = tmp_path / "orders.csv"
    rows = [HEADER, ["1001", "1.005,50", TIMES[0]], ["1002", "6,50", TIMES[0]]]
    path.write_text("".join(";".join(row) + "\n" for row in rows), encoding="utf-8")
    orders, revenue, said = sold(path)
    assert (orders, revenue) == ([2.0], [1012.0])
    assert "decimal comma" in said
    rows = [["订单编号", "买家实际支付金额(分)", "订单付款时间"], ["1001", "550", TIMES[0]], ["1002", "650", TIMES[0]]]
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    orders, revenue, said = sold(path)
    assert (orders, revenue) == ([2.0], [12.0])
    assert "multiplied by 0.01" in said
