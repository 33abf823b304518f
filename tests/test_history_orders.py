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


def read_lines(tmp_path: Path, header: str, *rows: str) -> tuple[float, float, str]:
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    orders, revenue, said = sold(path)
    return sum(orders), sum(revenue), said


ITEMS = "订单编号,子订单编号,订单付款时间,{},商品标题"
TWO = [f"100{at},{at}{item},{TIMES[0]},300,茶{item}" for at in (1,) for item in "ab"]
SIX = [f"10{at},{at}{item},{TIMES[0]},{100 * at},茶{at}{item}" for at in (1, 2, 3) for item in "ab"]


@pytest.mark.parametrize("header", ["买家实付金额", "订单金额", "打款商家金额", "Total"])
def test_total_on_every_line_of_an_order_counts_once(tmp_path: Path, header: str):
    orders, revenue, said = read_lines(tmp_path, ITEMS.format(header), *TWO)
    assert (orders, revenue) == (1, 300)
    assert f"1 of 1 orders of several lines show the same {header} on every line: taken for the order's total" in said


def test_equal_prices_of_items_are_added_where_the_header_says_so(tmp_path: Path):
    orders, revenue, said = read_lines(tmp_path, ITEMS.format("item price"), *TWO)
    assert (orders, revenue) == (1, 600)
    assert "taken for prices of items and added" in said


def test_amounts_under_a_header_that_says_neither_are_totals_where_all_orders_lines_are_equal(tmp_path: Path):
    assert read_lines(tmp_path, ITEMS.format("实付款"), *SIX)[:2] == (3, 600)
    # Two orders may be a chance, and one whose lines differ shows prices of items.
    assert read_lines(tmp_path, ITEMS.format("实付款"), *SIX[:4])[:2] == (2, 600)
    mixed = [*SIX, f"200,9a,{TIMES[0]},5,茶", f"200,9b,{TIMES[0]},6,茶"]
    assert read_lines(tmp_path, ITEMS.format("实付款"), *mixed)[:2] == (4, 1211)


def test_prices_of_items_sold_alone_tell_what_equal_amounts_are(tmp_path: Path):
    header = "订单编号,订单付款时间,买家实付金额,商品标题"
    alone = [f"9{at},{TIMES[0]},99,茶{at}" for at in range(1, 5)]
    both = [f"10{at},{TIMES[0]},{{}},茶{at + more}" for at in (1, 3) for more in (0, 1)]
    assert read_lines(tmp_path, header, *alone, *[line.format(99) for line in both])[:2] == (6, 8 * 99)
    assert read_lines(tmp_path, header, *alone, *[line.format(198) for line in both])[:2] == (6, 8 * 99)


def test_total_on_the_first_line_alone_leaves_its_items_uncounted_and_unnamed(tmp_path: Path):
    header = "Name,Financial Status,Paid at,Total,Lineitem name"
    rows = [f"#1,paid,{TIMES[0]} +0800,300,Tea", "#1,,,,Cup", f"#2,paid,{TIMES[2]} +0800,80,Tea", "#3,pending,,70,Tea"]
    orders, revenue, said = read_lines(tmp_path, header, *rows)
    assert (orders, revenue) == (2, 380)
    assert "1 line(s) are further items of paid orders" in said
    assert "1 unpaid order line(s) not counted" in said


def test_orders_without_a_payment_never_count(tmp_path: Path):
    header = "amazon-order-id,purchase-date,order-status,item-price"
    states = ["Shipped", "Pending", "Cancelled", "Unshipped"]
    rows = [f"{at},2026-11-02T12:0{at}:00+00:00,{state},{10**at}" for at, state in enumerate(states)]
    orders, revenue, said = read_lines(tmp_path, header, *rows)
    assert (orders, revenue) == (2, 1001)
    assert "1 unpaid order line(s) not counted" in said
    assert "1 line(s) of cancelled orders not counted" in said
    orders, revenue, said = read_lines(tmp_path, "purchase-date,item-price", "2026-11-02T12:00:00+00:00,5")
    assert "purchase-date is when orders were placed" in said


def test_orders_paid_and_closed_later_count_and_those_that_wait_for_payment_do_not(tmp_path: Path):
    header = "订单编号,订单付款时间,实付金额,订单状态"
    states = ["交易成功", "交易关闭", "等待买家付款", "待付款", "买家已付款，等待卖家发货"]
    rows = [f"{at},{TIMES[0]},{10**at},{state}" for at, state in enumerate(states)]
    orders, revenue, said = read_lines(tmp_path, header, *rows)
    assert (orders, revenue) == (3, 10_011)
    assert "1 of 3 paid orders were closed or refunded later" in said
    assert "2 unpaid order line(s) not counted" in said


def test_lines_with_a_negative_amount_are_refunds(tmp_path: Path):
    header = "订单编号,订单付款时间,实付金额"
    orders, revenue, said = read_lines(tmp_path, header, f"1,{TIMES[0]},30", f"1,{TIMES[2]},-30", f"2,{TIMES[2]},7")
    assert (orders, revenue) == (2, 37)
    assert "1 line(s) with a negative amount taken for refunds and left out; give the brief a refund_rate" in said
